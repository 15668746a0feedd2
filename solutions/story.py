"""Answers and known mistakes of the chapter "The story as data"."""

from bordercount import claims, data, measures
from bordercount.keys import inputs, mistake

_CLAIMS = {claim.id.replace("-", "_"): claim for claim in claims.claims()}


def _printed(name):
    """Return the value and the precision of a claim's printed figure."""
    return claims.parse(_CLAIMS[name].printed)


# --- fingerprint ---------------------------------------------------------------------------------


def fingerprint():
    """The printed figure, the days and the topic all belong to the report.

    An exact figure is the rarest of the three: few other texts share all its digits.
    """
    return {"printed", "days", "topic"}


@mistake(
    "fingerprint",
    "You search for the corrected count. It dates from August: could it stand in a report of "
    "3 July? Look for what the report itself can hold.",
)
def corrected_figure():
    """Searching for the true count rather than the printed one."""
    return "corrected"


@mistake(
    "fingerprint",
    "You search for a rounded figure. Does the report print it? And how many other texts do? "
    "Keep to what your friend says the report contains.",
)
def rounded_figure():
    """Taking a rounded figure for a fingerprint."""
    return "rounded"


@mistake(
    "fingerprint",
    "You add your own view of the news. Must the writer have used that word, or shared that view? "
    "Choose only what has to be in the report or belong to it.",
)
def own_judgement():
    """Searching for one's opinion, which finds those who share it."""
    return "judgement"


# --- claims_in_story -----------------------------------------------------------------------------


def claims_in_story():
    """The list made for this book has {answer} claims. Which statements had you not thought of?"""
    return len(_CLAIMS)


# --- kinds_of_claim ------------------------------------------------------------------------------


def kinds_of_claim():
    """The kind follows from the question that comes before checking.

    "Not one" is a count that came to nothing, "a third more" needs a base, "most" needs a whole,
    and what the guild says can be checked twice: was it said, and is it so?
    """
    return {
        "dearer": "change",
        "guild": "attribution",
        "busiest": "record",
        "none_closed": "count",
        "set_aside": "commitment",
        "by_bicycle": "share",
    }


@mistake(
    "kinds_of_claim",
    "You took the two million for something counted. Has the money been spent, or is it to be? "
    "Look for the kind whose first question tells the two apart.",
)
def promise_as_count():
    """Reading an amount that is promised as one that was counted."""
    return {"set_aside": "count"}


@mistake(
    "kinds_of_claim",
    "You took the two million for a forecast. Does somebody expect it to happen, or undertake it? "
    "Compare the first questions of the kinds once more.",
)
def promise_as_forecast():
    """Reading a promise as a prediction."""
    return {"set_aside": "forecast"}


@mistake(
    "kinds_of_claim",
    "You read the bakeries as a change. Which two moments does the statement compare? "
    "Ask what somebody would have to do to check it.",
)
def nothing_as_change():
    """Taking "not one closed" for a statement that things stayed as they were."""
    return {"none_closed": "change"}


@mistake(
    "kinds_of_claim",
    "You read 'a third' as a part of a whole. What would the whole be? "
    "Ask what the loaf's price is set against.",
)
def fraction_as_share():
    """Taking every fraction for a share."""
    return {"dearer": "share"}


@mistake(
    "kinds_of_claim",
    "You read the busiest month as a change. A change has one base. "
    "With how many other months does this statement compare?",
)
def record_as_change():
    """Taking a place among all rivals for a comparison with one."""
    return {"busiest": "change"}


@mistake(
    "kinds_of_claim",
    "You read the busiest month as a count. Does the statement tell you how many crossed? "
    "Ask what it does tell you about June.",
)
def record_as_count():
    """Taking a rank for the number behind it."""
    return {"busiest": "count"}


@mistake(
    "kinds_of_claim",
    "You read 'most' as a count. If a thousand cyclists crossed, is the statement true? "
    "Ask what else you would have to know.",
)
def majority_as_count():
    """Taking a part of a whole for a number that stands alone."""
    return {"by_bicycle": "count"}


@mistake(
    "kinds_of_claim",
    "You went straight to the price of flour. Suppose that flour did not get dearer: "
    "could the statement still be true? Ask what it states in the first place.",
)
def said_as_so():
    """Taking what somebody says for what is so."""
    return {"guild": "change"}


# --- four_verdicts -------------------------------------------------------------------------------


def four_verdicts():
    """Each figure is judged at the place where the article stopped printing digits.

    At the last digit one encounter counts; at the thousand, only which thousand is nearer.
    """
    months = ("feb_2024_total", "dec_2023_total", "feb_2023_total", "jan_2024_total")
    return {
        name: claims.compare(_CLAIMS[name].printed, claims.value(_CLAIMS[name].id, "article"))
        for name in months
    }


@mistake(
    "four_verdicts",
    "You gave February 2023 the verdict 'rounds'. Between which two thousands does its count lie, "
    "and how far is it from each? Set the nearer one beside what is printed.",
)
def cut_as_rounded():
    """Taking every figure that ends in zeros for a rounded one."""
    return {"feb_2023_total": "rounds"}


@mistake(
    "four_verdicts",
    "You gave February 2023 the verdict 'differs'. The nearest thousand is indeed another. "
    "How did you test the printed figure? Try each meaning in the table of verdicts on it in turn.",
)
def cut_as_different():
    """Stopping at "not rounded", without asking how the figure can come about."""
    return {"feb_2023_total": "differs"}


@mistake(
    "four_verdicts",
    "You let January pass as rounded. At which digit did the article stop? "
    "Round the count at that digit, and compare.",
)
def close_as_rounded():
    """Taking "close enough" for rounding."""
    return {"jan_2024_total": "rounds"}


@mistake(
    "four_verdicts",
    "You called January exact. Do all digits agree? Read the two figures aloud, one digit after "
    "the other.",
)
def close_as_exact():
    """Reading the first digits and trusting the last."""
    return {"jan_2024_total": "exact"}


@mistake(
    "four_verdicts",
    "You called December cut. Cutting does give the printed figure. Does rounding give it too? "
    "Read in the table of verdicts what has to be true before the word applies.",
)
def rounded_as_cut():
    """Calling a figure cut because it lies below the count."""
    return {"dec_2023_total": "truncated"}


@mistake(
    "four_verdicts",
    "You judged December to the last digit. To which place is it printed? Judge it at that place.",
)
def rounded_as_different():
    """Judging a shortened figure as if it had been printed in full."""
    return {"dec_2023_total": "differs"}


# --- round_to ------------------------------------------------------------------------------------


def round_to(counted, step):
    """Half a step is added before cutting, so that the upper half lands on the next step."""
    return (counted + step // 2) // step * step


@inputs("round_to")
def more_counts():
    """Return counts below, at and above the middle of a step, and one beyond a float's digits."""
    return [
        [0, 1000],
        [499, 1000],
        [1500, 1000],
        [450, 100],
        [350, 100],
        [61, 20],
        [18, 5],
        [4203, 1],
        [999_500, 1000],
        [90_000_000_000_000_005, 10],
    ]


@mistake(
    "round_to",
    "Your function cuts: what is left over never counts, however large it is. "
    "What should happen to a count that is past the middle of a step?",
)
def cut(counted, step):
    """Truncation."""
    return counted // step * step


@mistake(
    "round_to",
    "Your function goes down from the middle of a step here. Python's own round() sends a half to "
    "the even neighbour, so half of all halves go down. Which way does the text of the exercise "
    "send them? Try adding before you divide.",
)
def half_to_even(counted, step):
    """Python's round(), which sends halves to the even neighbour."""
    return round(counted / step) * step


@mistake(
    "round_to",
    "Your function always goes up when something is left over. "
    "What should happen to a count that is just above a whole step?",
)
def always_up(counted, step):
    """Rounding up."""
    return -(-counted // step) * step


@mistake(
    "round_to",
    "Your function gives the number of steps. How large is one step? "
    "The result should be a figure that a newspaper could print.",
)
def steps_alone(counted, step):
    """Forgetting to turn steps back into a count."""
    return (counted + step // 2) // step


# --- widths --------------------------------------------------------------------------------------

_WIDTHS = ("trained", "jobs", "feb_2024_total", "connected", "dec_2023_total")


def widths():
    """The range is as wide as one unit at the last digit that is not a zero.

    How large the figure is makes no difference to that.
    """
    return sorted(_WIDTHS, key=lambda name: _printed(name)[1])


@mistake(
    "widths",
    "You went by the size of the figures. Can a large figure be printed to the last digit, and a "
    "small one be rounded roughly? Look at the last digit of each that is not a zero.",
)
def by_size():
    """Taking a large figure for a rough one."""
    return sorted(_WIDTHS, key=lambda name: _printed(name)[0])


@mistake(
    "widths",
    "You put the widest range first. Of how many counts could the figure at your top be the short "
    "form? Read once more which end the list should begin with.",
)
def widest_first():
    """Reading the order the other way round."""
    return widths()[::-1]


@mistake(
    "widths",
    "You went by how much each figure tells for its size. A range can be wide in itself and small "
    "beside its figure. How many counts does each range hold? Write down the steps in plain units.",
)
def by_digits():
    """Taking precision relative to the figure for the width of the range."""
    return sorted(_WIDTHS, key=lambda name: _printed(name)[1] / _printed(name)[0])


# --- newest_file ---------------------------------------------------------------------------------


def newest_file():
    """The newest file is off by {answer}. What did your guess assume about how counts change?"""
    printed, _ = _printed("feb_2024_total")
    return abs(claims.value("feb-2024-total", "latest") - printed)


# --- first_against_first -------------------------------------------------------------------------

_FIGURES = {"2022-02": "feb_2022_total", "2023-02": "feb_2023_total", "2023-12": "dec_2023_total"}


def _total(month, vintage):
    """Return a month's count in one vintage."""
    return measures.total(measures.vintage(data.load("vintages"), vintage), month)


def _article(month):
    """Return the figure that the article prints for a month."""
    return int(_printed(_FIGURES[month])[0])


def first_against_first(month):
    """On first figures February 2024 stands {answer} above {month:%B %Y}; a minus means below.

    CBP published each in the month after, so neither carries later corrections.
    """
    return _total("2024-02", "first") - _total(month, "first")


@mistake(
    "first_against_first",
    "For {month:%B %Y} you took the figure that the article prints. Is that what CBP published "
    "first? Look where the triangle lies in that row.",
)
def printed_figure(month):
    """A first figure against the article's, which may be revised or rounded."""
    return _total("2024-02", "first") - _article(month)


@mistake(
    "first_against_first",
    "You set the newest file's figures against each other. Their states agree, but which mark "
    "shows what CBP published first? Use that one in both rows.",
)
def newest_against_newest(month):
    """The same state of both counts, but the last one."""
    return _total("2024-02", "latest") - _total(month, "latest")


@mistake(
    "first_against_first",
    "For {month:%B %Y} you took the first figure, for February 2024 the newest one. "
    "Do both have the same mark in the figure?",
)
def newest_against_first(month):
    """A revised count against one that is not."""
    return _total("2024-02", "latest") - _total(month, "first")


@mistake(
    "first_against_first",
    "In the row of {month:%B %Y} you went from the printed figure to the other side. "
    "The axis says what its numbers mean: which of the two counts is larger there?",
)
def mirrored(month):
    """Taking the distance of a mark away where it should be added."""
    return _total("2024-02", "first") - (2 * _article(month) - _total(month, "first"))


@mistake(
    "first_against_first",
    "You took February 2024 from {month:%B %Y}. "
    "Which of the two does the question ask about, and what would your sign then say of it?",
)
def other_way_round(month):
    """The difference with its sign reversed."""
    return -first_against_first(month)


# --- nothing_at_hand -----------------------------------------------------------------------------

# The columns that would settle each statement, and what would if the tables lack one of them.
_NEEDS = {
    "people": ({"month", "person"}, "persons"),
    "families": ({"month", "component", "demographic"}, "table"),
    "weather": ({"month", "milder weather"}, "otherwise"),
    "courses": ({"finished courses"}, "recount"),
    "guatemala": ({"month", "citizenship"}, "table"),
}


def nothing_at_hand():
    """A statement can be settled where every column that it needs is at hand.

    That no table holds it says nothing against a statement, and nothing for it.
    """
    columns = set(data.load("encounters"))
    return {
        name: "table" if needed <= columns else otherwise
        for name, (needed, otherwise) in _NEEDS.items()
    }


@mistake(
    "nothing_at_hand",
    "You sent the different people to the tables. If one person is met three times, by how much "
    "does the count grow? Ask what a table would have to know to count that person once.",
)
def encounters_as_people():
    """Taking encounters for persons."""
    return {"people": "table"}


@mistake(
    "nothing_at_hand",
    "You would settle the milder January with the tables. They hold what was counted in the "
    "weather that there was. In which row would you find the same January in other weather?",
)
def counted_as_imagined():
    """Looking up what did not happen in counts of what did."""
    return {"weather": "table"}


@mistake(
    "nothing_at_hand",
    "You would settle the milder January by counting again. Suppose that the count is right: "
    "what does it tell you about a January that was not? Ask what the statement sets it against.",
)
def right_count_as_cause():
    """Taking a sound count for a sound explanation."""
    return {"weather": "recount"}


@mistake(
    "nothing_at_hand",
    "You would look for the courses in the tables. Which column would hold one? "
    "Ask who could know the number, and how anybody else could find out.",
)
def any_table_will_do():
    """Taking a number for something that must stand in a table."""
    return {"courses": "table"}


@mistake(
    "nothing_at_hand",
    "You asked for records of persons to compare encounters with citizens of Guatemala. "
    "Does the statement speak of people or of encounters? Look up the columns that it needs.",
)
def asks_for_too_much():
    """Asking for persons where the statement speaks of encounters."""
    return {"guatemala": "persons"}


@mistake(
    "nothing_at_hand",
    "You asked for records of persons. The statement counts encounters with people of one group. "
    "Does it matter to it whether some of them were met before? Look up the columns that it needs.",
)
def group_as_persons():
    """Taking encounters of a group for the persons in it."""
    return {"families": "persons"}


# --- headline ------------------------------------------------------------------------------------


def headline():
    """A model answer, for those who read the students' answers."""
    return (
        "The 20% is right: from 2.50 to 3.00. But 2.50 is the lowest of the earlier prices; "
        "against last May, at 2.90, the rise is about 3%. The record is true among five Mays, by "
        "0.10, and says nothing of the years before. Checkable: 'Loaf at 3.00 in May, up from 2.90 "
        "a year before and the highest of the five Mays counted'."
    )
