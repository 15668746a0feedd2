"""Answers and known mistakes of the chapter on which part moved a total."""

from bordercount import data, measures, wording
from bordercount.data import fact
from bordercount.keys import inputs, mistake

FEBRUARY = "2024-02"
OTHER = {"usbp": "ofo", "ofo": "usbp"}


def _encounters(title=None):
    """Return the table of encounters, or its rows of one title."""
    table = data.load("encounters")
    return table if title is None else table[table["title"] == title]


def _count(month, component="total"):
    return measures.total(_encounters(), month, component)


# --- of every hundred added, how many at the ports -----------------------------------------------


def hundred():
    """It is {answer}, more than the hundred itself, because the other part fell. How far off was
    your guess, and did it lie between zero and a hundred? Read on for how that can be."""
    return 100 * measures.contribution(_encounters(), "2022-02", FEBRUARY, "ofo")


# --- a contribution above a hundred percent ------------------------------------------------------


def above_hundred():
    """The Border Patrol's count fell, so the ports had to add the whole rise and the fall as well.
    The two contributions still add up to a hundred percent."""
    return "offset"


@mistake(
    "above_hundred",
    "You looked for the surplus in double counting. Each row of the table belongs to one "
    "component only, so the parts do not overlap. Which of the two changes goes against the "
    "total?",
)
def _counted_twice():
    return "twice"


@mistake(
    "above_hundred",
    "You compared the ports with their own past. That is true of them, but a small part can grow "
    "tenfold and add little to a total. What happened to the other part meanwhile?",
)
def _own_growth():
    return "grown"


# --- the contribution of one part in one month ---------------------------------------------------


def one_month(month, component):
    """{answer} percent. With the other part's contribution it makes a hundred; the part that went
    against the total has the minus sign, whether the total rose or fell."""
    return 100 * measures.contribution(_encounters(), _before(month), month, component)


@mistake(
    "one_month",
    "You divided by the part's own earlier count. That says how much the part changed, not how "
    "much of the total's change it brought. What should stand under the line?",
)
def _own_base(month, component):
    return measures.percent_change(_encounters(), _before(month), month, component)


@mistake(
    "one_month",
    "You worked out what share the part has of the month. A large part can stand still, and then "
    "moves nothing. Which difference belongs above the line, and which below?",
)
def _share_of_month(month, component):
    return 100 * measures.share(_encounters(), month, component)


@mistake(
    "one_month",
    "You divided by the total of the earlier month. Your two parts would add up to the total's "
    "rise in percent. What must contributions add up to?",
)
def _points_of_total(month, component):
    change = measures.change(_encounters(), _before(month), month, component)
    return 100 * change / _count(_before(month))


@mistake(
    "one_month",
    "You added the two changes without their signs and divided by that. The total did not move "
    "so far, since one part took back some of what the other did. By how much did the total move?",
)
def _both_moves(month, component):
    moves = {
        part: measures.change(_encounters(), _before(month), month, part)
        for part in measures.COMPONENTS
    }
    return 100 * abs(moves[component]) / sum(map(abs, moves.values()))


@mistake(
    "one_month",
    "That is the contribution of the other part. The codebook says which of usbp and ofo works "
    "where: look it up, then take the other row.",
)
def _other_part(month, component):
    return one_month(month, OTHER[component])


@mistake(
    "one_month",
    "The size fits, the sign does not. Write down for the total and for this part whether it "
    "rose or fell. Did they go the same way?",
)
def _sign_lost(month, component):
    return -one_month(month, component)


def _before(month):
    """Return the month before."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year - (number == 1)}-{(number - 2) % 12 + 1:02d}"


# --- five comparisons ----------------------------------------------------------------------------


def five_bases():
    """One and the same February: the ports' contribution runs from below nothing to more than all,
    and each comparison is correct. What changes is where it starts and which law it counts."""
    found = _contributions_of_ports()
    return sorted(found, key=found.get)


@mistake(
    "five_bases",
    "You began with the largest. Which end did the question ask for? Turn the list round, and "
    "check each neighbour on the way.",
)
def _largest_first():
    """Reading the order the other way round."""
    return five_bases()[::-1]


@mistake(
    "five_bases",
    "You sorted by how many encounters the ports added. A contribution is that number divided by "
    "what the total added in the same comparison. Under which law does the total add most?",
)
def _by_added_count():
    """Taking what a part added for its contribution."""
    added = {
        name: measures.change(table, since, FEBRUARY, "ofo")
        for name, (table, since) in _comparisons().items()
    }
    return sorted(added, key=added.get)


@mistake(
    "five_bases",
    "You put the two comparisons under Title 8 the other way round. Divide the ports' change by "
    "the total's change for each: in which of them is the ports' part the larger?",
)
def _ordinary_swapped():
    """Judging a contribution by the part alone, without the total."""
    places = {"ordinary_2022": "ordinary_2023", "ordinary_2023": "ordinary_2022"}
    return [places.get(each, each) for each in five_bases()]


@mistake(
    "five_bases",
    "You ranked the comparisons by their starting month and took the law to make no difference. "
    "Without expulsions, what does the Border Patrol's part do, and what is then left for the "
    "ports?",
)
def _law_makes_no_difference():
    """Comparing across a change of law as if it made no difference."""
    return ["january", "all_2023", "ordinary_2023", "ordinary_2022", "all_2022"]


def _comparisons():
    """Return table and starting month of each comparison."""
    return {
        "all_2022": (_encounters(), "2022-02"),
        "all_2023": (_encounters(), "2023-02"),
        "january": (_encounters(), "2024-01"),
        "ordinary_2022": (_encounters(8), "2022-02"),
        "ordinary_2023": (_encounters(8), "2023-02"),
    }


def _contributions_of_ports():
    return {
        name: measures.contribution(table, since, FEBRUARY, "ofo")
        for name, (table, since) in _comparisons().items()
    }


# --- contributions, mended -----------------------------------------------------------------------


def contributions(table, column, since, month):
    """Return each group's contribution in percent; a group without a row counted nobody."""
    change = _by_group(table, column, month).sub(_by_group(table, column, since), fill_value=0)
    return 100 * change / change.sum()


@inputs("contributions")
def _more_splits():
    """Return splits with and without a group that one month lacks, in rises and in falls."""
    table = {"table": "encounters"}
    return [
        [table, "title", "2023-02", "2024-02"],
        [table, "title", "2020-02", "2020-04"],
        [table, "demographic", "2022-02", "2024-02"],
        [table, "citizenship", "2024-01", "2024-02"],
        [table, "component", "2023-05", "2023-06"],
    ]


@mistake(
    "contributions",
    "A group without a row in one of the months comes out without a number. What does a missing "
    "row mean in this table, and can you subtract with that?",
)
def _without_number(table, column, since, month):
    change = _by_group(table, column, month) - _by_group(table, column, since)
    return 100 * change / change.sum()


@mistake(
    "contributions",
    "You gave a group that one month lacks a contribution of zero. It counted nobody in that "
    "month, but somebody in the other. Fill the gap before you subtract, not after.",
)
def _filled_too_late(table, column, since, month):
    return _without_number(table, column, since, month).fillna(0)


@mistake(
    "contributions",
    "A group that one month lacks is gone from your result, so the rest no longer adds up to "
    "what the total did. Which groups must a split keep?",
)
def _group_lost(table, column, since, month):
    return _without_number(table, column, since, month).dropna()


@mistake(
    "contributions",
    "You divided each change by the group's own earlier count. Do your numbers add up to a "
    "hundred? Look at what stands under the line.",
)
def _groups_own_growth(table, column, since, month):
    before = _by_group(table, column, since)
    return 100 * _by_group(table, column, month).sub(before, fill_value=0) / before


@mistake(
    "contributions",
    "You gave each group's share of the later month. That says how large a group is, not what it "
    "changed. Where does the earlier month come in?",
)
def _shares_of_month(table, column, since, month):
    found = _by_group(table, column, month)
    return 100 * found / found.sum()


def _by_group(table, column, month):
    """Return the month's encounters of each group."""
    return table[table["month"] == month].groupby(column)["encounters"].sum()


# --- the group that moved the total --------------------------------------------------------------


def mover(table, column, since, month):
    """Return the group with the largest contribution: it moved the total most its own way."""
    return contributions(table, column, since, month).idxmax()


@inputs("mover")
def _rises_and_falls():
    """Return rises and falls, some with a group that moved further against the total."""
    table = {"table": "encounters"}
    return [
        [table, "component", "2024-01", "2024-02"],
        [table, "component", "2023-05", "2023-06"],
        [table, "demographic", "2021-08", "2022-08"],
        [table, "citizenship", "2023-03", "2024-03"],
        [table, "citizenship", "2020-11", "2020-12"],
    ]


@mistake(
    "mover",
    "You take the group that rose most, even when the total fell. Ask first which way the total "
    "went; then look for the group that went furthest that way.",
)
def _largest_rise(table, column, since, month):
    return _change(table, column, since, month).idxmax()


@mistake(
    "mover",
    "You take the group that moved furthest, whichever way. It may have gone against the total. "
    "Which groups went the total's way, and which of them went furthest?",
)
def _furthest_either_way(table, column, since, month):
    return _change(table, column, since, month).abs().idxmax()


@mistake(
    "mover",
    "You take the largest group of the later month. A large group can stand still. Where in your "
    "function is the earlier month?",
)
def _largest_group(table, column, since, month):
    return _by_group(table, column, month).idxmax()


@mistake(
    "mover",
    "You compare each group with its own past, in percent. A small group can double and move the "
    "total by little. Compare the changes themselves.",
)
def _fastest_growth(table, column, since, month):
    growth = _change(table, column, since, month) / _by_group(table, column, since)
    rose = _change(table, column, since, month).sum() > 0
    return growth.idxmax() if rose else growth.idxmin()


def _change(table, column, since, month):
    return _by_group(table, column, month).sub(_by_group(table, column, since), fill_value=0)


# --- a share that moves by itself ----------------------------------------------------------------


def other_share(month):
    """{answer} percent, with not one encounter more or less at the ports. A share has two parts in
    it, and either can move it."""
    return 100 * _ports() / (_ports() + _count(month, "usbp"))


@mistake(
    "other_share",
    "You have the ports' share of {month:%B %Y} itself. The question mixes two months on "
    "purpose: whose count is kept, and whose is put beside it?",
)
def _share_of_that_month(month):
    return 100 * measures.share(_encounters(), month, "ofo")


@mistake(
    "other_share",
    "You divided the ports' count by the Border Patrol's. A share is a part of a whole: is the "
    "part itself in what you divided by?",
)
def _part_by_part(month):
    return 100 * _ports() / _count(month, "usbp")


@mistake(
    "other_share",
    "You gave the other part's share. Which of the two did the question ask for? The two add up "
    "to a hundred.",
)
def _the_rest(month):
    return 100 - other_share(month)


@mistake(
    "other_share",
    "You divided by the total of {month:%B %Y}, which holds that month's own port count. Build "
    "the whole from the two numbers that the question puts side by side.",
)
def _whole_of_that_month(month):
    return 100 * _ports() / _count(month)


def _ports():
    return _count(FEBRUARY, "ofo")


# --- appointments for every hundred places -------------------------------------------------------


def places(month):
    """{answer} for every hundred places in {month:%B %Y}. OHSS rounds the appointments to ten,
    which is too little to matter here."""
    return 100 * _appointments(month) / (_slots() * measures.days(month))


@mistake(
    "places",
    "You took thirty days for {month:%B %Y}. How many did it have? The places follow the calendar.",
)
def _thirty_days(month):
    return 100 * _appointments(month) / (_slots() * 30)


@mistake(
    "places",
    "You divided by the encounters at ports. Those include people who came without an "
    "appointment. How many places did the app offer in the month?",
)
def _share_of_ports(month):
    return 100 * _appointments(month) / _count(month, "ofo")


@mistake(
    "places",
    "You turned the fraction over: places for every hundred appointments. Of what does the "
    "question want a hundred?",
)
def _turned_over(month):
    return 100 * _slots() * measures.days(month) / _appointments(month)


@mistake(
    "places",
    "You put all encounters at ports above the line. Which table counts only those who came with "
    "an appointment?",
)
def _all_at_ports(month):
    return 100 * _count(month, "ofo") / (_slots() * measures.days(month))


@mistake(
    "places",
    "That is how many appointments were processed on a day. Set it beside the day's places: how "
    "many is that for every hundred?",
)
def _a_day(month):
    return _appointments(month) / measures.days(month)


def _appointments(month):
    return data.load("cbp_one").set_index("month")["appointments_processed"][month].item()


def _slots():
    return int(fact("cbp-one-daily-slots-2023-07")["value"])


# --- what the table can show ---------------------------------------------------------------------


def supports():
    """Three of them are sums of rows and can be checked by anyone. The other three speak of what
    people would have done or of who took whose place, and no row of the table says so."""
    return {"outweighed", "doubled", "families"}


@mistake(
    "supports",
    "You followed people from one count to the other. No row says who they were, and under Title "
    "8 the Border Patrol's count did not even fall. What do the two counts show, and no more?",
)
def _same_people():
    return "moved"


@mistake(
    "supports",
    "You took the people with appointments off the total. That supposes that none of them would "
    "have come another way. Which row could tell you?",
)
def _none_would_have_come():
    return "drawn"


@mistake(
    "supports",
    "You supposed that everybody with an appointment would have come anyway. It may be so, but "
    "which row could tell you? Look for statements that are sums.",
)
def _all_would_have_come():
    return "same"


# --- five headlines ------------------------------------------------------------------------------


def headlines():
    """All five are true, and no two of them share a starting point. A headline about a part needs
    its starting month and its law, or readers cannot tell it from the other four."""
    return {
        "more_than_all": "all_2022",
        "both_fell": "december",
        "seven_in_ten": "all_2023",
        "twice": "ordinary_2022",
        "patrol_alone": "january",
    }


@mistake(
    "headlines",
    "You took the count between ports to have doubled while expulsions were counted. In that "
    "comparison, did the count rise at all? Leave one of the laws out and look again.",
)
def _doubled_with_expulsions():
    """Mixing a count under one law with a count under two."""
    return {"twice": "all_2022"}


@mistake(
    "headlines",
    "You gave the headline about more than the whole to a comparison in which both parts rose. "
    "When both rise, how large can one contribution be?",
)
def _whole_where_both_rose():
    """Expecting a contribution above the whole when nothing pulled the other way."""
    return {"more_than_all": "all_2023"}


@mistake(
    "headlines",
    "You gave the fall of both parts to a month after which one part rose. From which month did "
    "the count come down at ports and between them? Check the signs of both.",
)
def _month_of_flip():
    """Looking at one part's sign and not at the other's."""
    return {"both_fell": "january"}


@mistake(
    "headlines",
    "You gave seven in ten to the comparison in which the ports brought more than all. Since "
    "which February did both parts rise?",
)
def _seven_of_the_wrong_rise():
    """Carrying a contribution over to another starting month."""
    return {"seven_in_ten": "all_2022"}


@mistake(
    "headlines",
    "You gave the rise between ports to a comparison in which the total fell. Where did the "
    "total rise while the ports' count fell?",
)
def _rise_in_a_fall():
    """Taking the direction of a part for that of the total."""
    return {"patrol_alone": "december"}


# --- in place of "explained in part" -------------------------------------------------------------


def in_part():
    """Return a model answer."""
    table = _encounters()
    total, usbp, ofo = (
        measures.change(table, "2022-02", FEBRUARY, part) for part in ("total", "usbp", "ofo")
    )
    return (
        "From February 2022 to February 2024 CBP's count of all encounters, expulsions included, "
        f"rose by {wording.number(total)}: at ports of entry it rose by {wording.number(ofo)}, and "
        f"between them it fell by {wording.number(-usbp)}. In February 2022 more than half of all "
        "encounters were expulsions; without them both parts rose. These counts do not show what "
        "people with an appointment would have done if there had been none. (Any other starting "
        "month serves as well, if the total and both parts keep to it.)"
    )
