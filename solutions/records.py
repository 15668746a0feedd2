"""Answers and known mistakes of exercises/records.yml."""

from itertools import pairwise, product

import pandas as pd

from bordercount import claims, data, measures, wording
from bordercount.findings import DEFINITIONS, Counts
from bordercount.keys import inputs, mistake

FEBRUARY = "2024-02"


def _border_patrol(publisher="ohss"):
    """Return the Border Patrol's long series by one publisher, continued with CBP's files."""
    return Counts("latest").border_patrol(publisher)


def _both():
    return Counts("latest").history


# --- the four parts ------------------------------------------------------------------------------


def missing_part():
    """A record without a start has no list of rivals, one without a series may count anything, one
    without a unit could be a day or a month, and one without a vintage cannot be found again.
    """
    return {
        "long_ago": "start",
        "how_many": "series",
        "how_counted": "unit",
        "which_state": "vintage",
    }


@mistake(
    "missing_part",
    "You took a July high for a claim that says since when. Against how many Julys was this one "
    "measured? Read it again for a year.",
)
def _a_new_high_has_its_start():
    """Doubting a part of a claim that is stated."""
    return {"long_ago": "vintage"}


@mistake(
    "missing_part",
    "For the claim that cycling stood at a number of crossings you named the unit. It does say "
    "what was counted up and over how long. Does it say where?",
)
def _crossings_of_what():
    """Stopping at what was counted, without asking where."""
    return {"how_many": "unit"}


@mistake(
    "missing_part",
    "For the claim with the smallest figure you named the series. It says who and where. Set the "
    "figure beside those of the other claims: what could one of them be counted in?",
)
def _smallest_figure_another_series():
    """Taking an odd figure for another series rather than another unit."""
    return {"how_counted": "series"}


@mistake(
    "missing_part",
    "For the claim that ends with what the city says you named the start. A first year stands in "
    "it. The city may correct its count: how would a reader find the one that was meant?",
)
def _says_is_no_date():
    """Taking the name of a source for the state of its count."""
    return {"which_state": "start"}


# --- how a rank moves ----------------------------------------------------------------------------


def higher_februaries():
    """{answer} of them: 2000, 2001 and 2022, and by either publisher. Compare that with your guess:
    what did you not know?
    """
    return measures.rank(_border_patrol(), FEBRUARY, "usbp", start=2000) - 1


def place(table, month, start):
    """Return the rank of `month` among the same month of the years from `start` to its own."""
    sums = table.groupby("month")["encounters"].sum()
    rivals = sums[sums.index.str.endswith(month[4:])]
    rivals = rivals[(rivals.index <= month) & (rivals.index >= f"{start}{month[4:]}")]
    return 1 + int((rivals > rivals[month]).sum())


@inputs("place")
def _other_months():
    table = {"table": "encounters"}
    return [
        [table, "2023-02", 2021],
        [table, "2022-07", 2022],
        [table, "2020-12", 2018],
        [table, "2024-01", 2020],
        [table, "2025-08", 2023],
        [table, "2023-02", 2023],
    ]


@mistake(
    "place",
    "Your function still lets later years compete. Could a month of 2022 lose its record in 2022 "
    "to a month of 2024? Keep only what had happened by then.",
)
def _later_years_compete(table, month, start):
    sums = table.groupby("month")["encounters"].sum()
    rivals = sums[sums.index.str.endswith(month[4:]) & (sums.index.str[:4].astype(int) >= start)]
    return 1 + int((rivals > rivals[month]).sum())


@mistake(
    "place",
    "Your function compares with every earlier year, whatever the start. Where does it use start? "
    "Try a month with a higher one some years before, and a start in between.",
)
def _start_ignored(table, month, start):
    return place(table, month, 0)


@mistake(
    "place",
    "Your function counts the months that are higher. What place does a month have that nobody "
    "beats? Try one, and compare.",
)
def _number_above(table, month, start):
    return place(table, month, start) - 1


@mistake(
    "place",
    "Your function compares with all months since the start. Which months does the question let "
    "compete with a February? Keep the condition on the last characters of the month.",
)
def _every_month_competes(table, month, start):
    sums = table.groupby("month")["encounters"].sum()
    rivals = sums[(sums.index <= month) & (sums.index >= f"{start}-01")]
    return 1 + int((rivals > rivals[month]).sum())


@mistake(
    "place",
    "Your function counts from the lowest. Which end of the list does a record stand at? Turn the "
    "comparison round.",
)
def _from_the_lowest(table, month, start):
    sums = table.groupby("month")["encounters"].sum()
    rivals = sums[sums.index.str.endswith(month[4:])]
    rivals = rivals[(rivals.index <= month) & (rivals.index >= f"{start}{month[4:]}")]
    return 1 + int((rivals < rivals[month]).sum())


def record_years(counts):
    """Return the years whose count was above every earlier one."""
    records, highest = [], None
    for year, count in counts:
        if highest is not None and count > highest:
            records.append(year)
        highest = count if highest is None else max(highest, count)
    return records


@inputs("record_years")
def _more_counts():
    return [
        [[]],
        [[[2014, 7]]],
        [[[2014, 7], [2015, 7], [2016, 8], [2017, 8]]],
        [[[2014, 9], [2015, 3], [2016, 5], [2017, 8], [2018, 10], [2019, 10]]],
        [[[2014, 0], [2015, 1], [2016, 0], [2017, 1]]],
    ]


@mistake(
    "record_years",
    "Your function reports the first year. Whom did it beat? A record needs a rival, so start the "
    "list of records after it.",
)
def _first_year_reported(counts):
    return [counts[0][0], *record_years(counts)] if counts else []


@mistake(
    "record_years",
    "Your function compares a year with the one before it alone. Walk through 50, 45, 48: did the "
    "third set a record? Remember the highest count so far, not the last one.",
)
def _only_the_year_before(counts):
    return [later[0] for earlier, later in pairwise(counts) if later[1] > earlier[1]]


@mistake(
    "record_years",
    "Your function gives the highest year of all. The question is about every year that led when "
    "it came, even if a later one passed it. Go through the years in order.",
)
def _highest_of_all(counts):
    return [max(counts, key=lambda pair: pair[1])[0]] if counts else []


@mistake(
    "record_years",
    "Your function counts a tie. Is a count that equals the highest one above it? Look at your "
    "comparison.",
)
def _ties_count(counts):
    found = [
        year
        for position, (year, count) in enumerate(counts)
        if position and count >= max(each for _, each in counts[:position])
    ]
    return found


def _definition(name):
    (found,) = (each for each in DEFINITIONS if each.name.startswith(name))
    return found.rivals(Counts("latest"), FEBRUARY)


def printable():
    """Each of these sentences names its series and its first year, and the tables bear it out. The
    others let the wrong months, years or things compete.
    """
    series = measures.series(_both())
    family = _definition("people in family units")
    border_patrol = _border_patrol()
    second = {
        start: measures.rank(border_patrol, FEBRUARY, "usbp", start=start) == 2
        for start in (2000, 2002)
    }
    true = {
        "second_2000": second[2000],
        "second_2002": second[2002],
        "both_2014": measures.rank(_both(), FEBRUARY, start=2014) == 1,
        "any_month": bool(series["2014-01":FEBRUARY].idxmax() == FEBRUARY),
        "families": bool(family.idxmax() == FEBRUARY),
        "people": False,  # no table counts different people
    }
    return {name for name, holds in true.items() if holds}


@mistake(
    "printable",
    "You kept the sentence on the Border Patrol since 2000. Set the start of the explorer to that "
    "year: how many bars are higher than the last one?",
)
def _start_does_not_matter():
    return "second_2000"


@mistake(
    "printable",
    "You kept the sentence on different people. Which table of this book can tell whether two "
    "encounters were with one person? Check the noun before you check the rank.",
)
def _encounters_are_people():
    return "people"


@mistake(
    "printable",
    "You kept the sentence that lets every month compete. February 2024 had a neighbour two months "
    "before. Look its count up.",
)
def _februaries_are_all_months():
    return "any_month"


# --- publishers ----------------------------------------------------------------------------------


def _two_counts(month):
    table = data.load("apprehensions")
    return table[table["month"] == month].set_index("publisher")["apprehensions"]


def publisher_gap(month):
    """{answer} percent: the gap between the two counts of {month:%B %Y}, as a part of the older
    table's count.
    """
    counts = _two_counts(month)
    return 100 * (counts["usbp"] - counts["ohss"]).item() / counts["usbp"].item()


@mistake(
    "publisher_gap",
    "You divided the gap by OHSS's count. The question asks how far that count is below the other "
    "one: which of the two is the hundred percent?",
)
def _lower_count_as_base(month):
    counts = _two_counts(month)
    return 100 * (counts["usbp"] - counts["ohss"]).item() / counts["ohss"].item()


@mistake(
    "publisher_gap",
    "You gave one count in percent of the other. If both were equal, that would be 100. How much "
    "of it is missing?",
)
def _one_in_percent_of_the_other(month):
    return 100 - publisher_gap(month)


@mistake(
    "publisher_gap",
    "You gave the gap in encounters. Is it a large part of the older count, or a small one? Divide "
    "once more.",
)
def _gap_in_encounters(month):
    counts = _two_counts(month)
    return (counts["usbp"] - counts["ohss"]).item()


@mistake(
    "publisher_gap",
    "You gave a part of one. Of how many is a percentage a part? Move the point and round again.",
)
def _part_of_one(month):
    return publisher_gap(month) / 100


def january():
    """The older table is above the claim's figure by itself, so no port count could save the claim.
    OHSS's count is below it by so little that a small count at the ports would do; that count was
    not published, so this half stays likely and not proven.
    """
    return "leaning"


@mistake(
    "january",
    "You let one count decide. If the other is right, what becomes of the claim? A claim that "
    "stands by one publisher and falls by the other needs both of them named.",
)
def _one_publisher_is_enough():
    return "stands"


@mistake(
    "january",
    "You set the two counts aside because they lack the ports. Can a whole be smaller than one of "
    "its parts? Say what the part alone tells you about the whole.",
)
def _part_says_nothing_of_the_whole():
    return "nothing"


# --- other rivals --------------------------------------------------------------------------------

COMPONENTS = {"Border Patrol": "usbp", "both together": "total"}


def _thirteen(series):
    months = pd.period_range("2023-02", FEBRUARY, freq="M").strftime("%Y-%m")
    return measures.series(data.load("encounters"), COMPONENTS[series])[list(months)]


def from_lowest(month, series):
    """Place {answer} from the lowest of thirteen. Another window, another place: whoever picks the
    months picks the rivals.
    """
    counts = _thirteen(series)
    return 1 + int((counts < counts[month]).sum())


@mistake(
    "from_lowest",
    "You counted from the highest. At which end does the question begin? Turn the list round.",
)
def _from_highest(month, series):
    counts = _thirteen(series)
    found = 1 + int((counts > counts[month]).sum())
    return found if found != from_lowest(month, series) else None


@mistake(
    "from_lowest",
    "You counted the months that are lower. Which place does a month have with nothing below it?",
)
def _number_below(month, series):
    return from_lowest(month, series) - 1


@mistake(
    "from_lowest",
    "You gave the month's place in the order of time. Sort the column by its counts first.",
)
def _place_in_time(month, series):
    counts = _thirteen(series)
    found = 1 + list(counts.index).index(month)
    taken = {from_lowest(month, series), _from_highest(month, series), _number_below(month, series)}
    return found if found not in taken else None


@mistake(
    "from_lowest",
    "That is the place in the table's other column. Which series does the question name?",
)
def _other_column(month, series):
    (other,) = set(COMPONENTS) - {series}
    found = from_lowest(month, other)
    taken = {
        each(month, series) for each in (from_lowest, _from_highest, _number_below, _place_in_time)
    }
    return found if found not in taken else None


# --- a forecast ----------------------------------------------------------------------------------


def later_higher():
    """In {answer} of them. So the forecast leaned on a long record, and what followed in 2024 was
    the exception. How near was your guess, and what did you take for the rule?
    """
    counts = measures.series(_border_patrol(), "usbp")
    return sum(
        bool(counts[f"{year}-03" : f"{year}-08"].max() > counts[f"{year}-02"])
        for year in range(2000, 2024)
    )


def boldest():
    """Think of each month as above or not above: that makes sixty-four outcomes. One of them fits
    the boldest forecast, half of them the next, all but one the third. Nothing that happens can
    prove the last one wrong.
    """
    outcomes = list(product((True, False), repeat=6))  # March to August, above February or not
    fits = {
        "every": sum(all(months) for months in outcomes),
        "may": sum(months[2] for months in outcomes),
        "some": sum(any(months) for months in outcomes),
        "possible": len(outcomes),
    }
    return sorted(fits, key=fits.get)


@mistake(
    "boldest",
    "You began with the safest. Which end did the question ask for? Turn the list round, and check "
    "each neighbour on the way.",
)
def _safest_first():
    """Reading the order the other way round."""
    return boldest()[::-1]


@mistake(
    "boldest",
    "You put one named month below any of six. Suppose that May is above February: is at least one "
    "month above it, then? And the other way round? Let that decide which says more.",
)
def _some_bolder_than_may():
    """Taking a claim about some for a bolder one than a claim about a certain one."""
    return ["every", "some", "may", "possible"]


@mistake(
    "boldest",
    "You put one named month above all six. If every month is above February, what is known of "
    "May? The forecast that gives you more for nothing is the bolder one.",
)
def _may_bolder_than_every():
    """Taking a claim about a certain one for a bolder one than a claim about all."""
    return ["may", "every", "some", "possible"]


@mistake(
    "boldest",
    "You did not put the possibility last. Imagine six months below February: was it false that "
    "one might have been above? Ask of each forecast what would prove it wrong.",
)
def _possible_bolder_than_some():
    """Overlooking that a mere possibility is hardest to prove wrong."""
    return ["every", "may", "possible", "some"]


# --- rewriting -----------------------------------------------------------------------------------


def rewrite():
    """Return a model answer."""
    (printed,) = (claim.printed for claim in claims.claims() if claim.id == "feb-2024-total")
    rivals = _definition("Border Patrol alone, by its older table")
    highest = str(rivals.idxmax())
    return (
        f"By CBP's first count of 22 March 2024, Border Patrol and ports together had {printed} "
        "encounters at the southwest land border in the month of February 2024, the most of any "
        "February since 2014, when the counts at hand that include the ports begin. "
        "By the Border Patrol's older table, continued with CBP's file of 2025, the Border Patrol "
        "alone had its highest monthly count of any February since 2000 in "
        f"{wording.month(highest)}, with {wording.number(rivals[highest])}; February 2024 is "
        f"{wording.ordinal(1 + int((rivals > rivals[FEBRUARY]).sum()))}."
    )
