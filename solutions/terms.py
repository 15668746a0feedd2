"""Answers and known mistakes of the chapter on what the words count."""

from collections import Counter

from bordercount import data, measures
from bordercount.data import raw
from bordercount.keys import inputs, mistake

FEBRUARY = "2024-02"


# --- of every hundred encounters, how many at a port ---------------------------------------------


def port_share():
    """It was {answer} of every hundred. For your second guess, read on: the next table and figure
    hold two earlier Februaries too.
    """
    return 100 * measures.share(data.load("encounters"), FEBRUARY, "ofo")


# --- kinds of encounter --------------------------------------------------------------------------


def encounter_kinds():
    """The law comes first: under the public-health order it is an expulsion, wherever it happens.
    Under Title 8 the place decides. How it ends, with a charge or a hearing or neither,
    changes nothing; and whoever is admitted with a visa, or not reached, is in no row.
    """
    return {
        "custody": "apprehension",
        "visa": "none",
        "sent_back": "expulsion",
        "let_in": "inadmissible",
        "order_in_force": "apprehension",
        "camera": "none",
    }


@mistake(
    "encounter_kinds",
    "You left out the custody that no charge followed. What does the chapter say that an "
    "apprehension may or may not lead to? Look there, then sort this one again.",
)
def _no_charge_no_encounter():
    """Taking an encounter for a charge or a conviction."""
    return {"custody": "none"}


@mistake(
    "encounter_kinds",
    "You took being let in for a sign that nothing was counted. Did this person have what a "
    "traveller needs to be admitted? Ask what the officer had to find before the hearing was set.",
)
def _let_in_is_no_encounter():
    """Taking an encounter for a refusal."""
    return {"let_in": "none"}


@mistake(
    "encounter_kinds",
    "You sorted a case at a bridge by its place. Which of the two laws did that officer use? "
    "Ask for the law first and for the place second.",
)
def _place_before_law():
    """Sorting encounters by place alone."""
    return {"sent_back": "inadmissible"}


@mistake(
    "encounter_kinds",
    "You sorted a case by its date. In the months of the order both laws were in use; which one "
    "did this agent use? Read that case again.",
)
def _date_before_law():
    """Sorting encounters by date alone, as if one law had replaced the other for a time."""
    return {"order_in_force": "expulsion"}


@mistake(
    "encounter_kinds",
    "You took two hours of questions for a finding. What did the officers find in the end? "
    "Compare this traveller with the student at the start of the chapter.",
)
def _questions_are_a_finding():
    """Taking an inspection for a finding."""
    return {"visa": "inadmissible"}


@mistake(
    "encounter_kinds",
    "You counted a person whom a camera saw. Whom did an agent meet here? Look up what CBP "
    "records, then sort this one again.",
)
def _seen_is_met():
    """Counting those who were seen, or are thought to have come."""
    return {"camera": "apprehension"}


# --- the share of Title 42 -----------------------------------------------------------------------


def title_42_share(month):
    """{answer} percent: the expulsions of both offices in {month:%B %Y}, of all encounters of both
    offices.
    """
    return 100 * _count(month, title=42) / _count(month)


@mistake(
    "title_42_share",
    "You took the Border Patrol's expulsions out of the Border Patrol's encounters. The question "
    "says all encounters: which other office has a part in them? Put both offices above and "
    "below the line.",
)
def _border_patrol_alone(month):
    """Working out a share within one office where the whole is asked."""
    return 100 * _count(month, "usbp", 42) / _count(month, "usbp")


@mistake(
    "title_42_share",
    "You have the expulsions between ports only, of all encounters. Did the officers at ports "
    "use Title 42 too? Look at the last column, then add up again.",
)
def _ports_expel_nobody(month):
    """Forgetting that ports used the public-health order too."""
    return 100 * _count(month, "usbp", 42) / _count(month)


@mistake(
    "title_42_share",
    "You worked out a share for the ordinary immigration law. Which title has the expulsions? "
    "Read the headings of the table once more.",
)
def _title_8_share(month):
    """Mixing up the numbers of the two laws."""
    return 100 * _count(month, title=8) / _count(month)


@mistake(
    "title_42_share",
    "You divided the expulsions by the encounters under the other title. Does the whole of "
    "{month:%B %Y} lie under the line, or only the rest? Write down what the share is a part of.",
)
def _part_of_the_rest(month):
    """Dividing a part by the rest instead of by the whole."""
    return 100 * _count(month, title=42) / _count(month, title=8)


@mistake(
    "title_42_share",
    "You gave a part of one. Of how many is a percentage a part? Say the sentence aloud with "
    "the words in every hundred, then write the number again.",
)
def _part_of_one(month):
    """Giving a share of one where a percentage is asked."""
    return _count(month, title=42) / _count(month)


def _count(month, component="total", title=None):
    """Return the encounters of the month, of one title or of both."""
    table = data.load("encounters")
    return measures.total(
        table if title is None else table[table["title"] == title], month, component
    )


# --- fiscal-year labels --------------------------------------------------------------------------


def which_december():
    """Fiscal year 2024 began on 1 October 2023 and ended on 30 September 2024, so its only
    December lies in 2023. A label's year is the calendar's from January to September alone.
    """
    return "december_" + raw.calendar_month(2024, 12)[:4]


@mistake(
    "which_december",
    "You read the label as a date of the calendar. Whose year does the column name? Find the "
    "first month of that year, then count on to December.",
)
def _label_as_calendar():
    """Reading a fiscal year as a calendar year."""
    return "december_2024"


@mistake(
    "which_december",
    "You read the row as a running total. The file has rows for October and November too: what "
    "would happen to those months if all rows were added up? Take the row as one month, and ask "
    "which.",
)
def _running_total():
    """Reading a month's row as a total of the year so far."""
    return "year_to_date"


def calendar_month(fiscal_year, month):
    """Return the calendar month of a fiscal-year label: the year before it from October on."""
    return raw.calendar_month(fiscal_year, month)


@inputs("calendar_month")
def labels():
    """Return labels on both sides of each turn of a year, and of a century."""
    return [[2024, 10], [2025, 11], [2025, 1], [2000, 10], [2000, 9], [2022, 12], [2020, 4]]


@mistake(
    "calendar_month",
    "Your year is the label's in every month. In which calendar year does fiscal year 2024 "
    "begin? Treat the months up to the turn of the year apart from the others.",
)
def _no_shift(fiscal_year, month):
    """Reading a fiscal year as a calendar year."""
    return f"{fiscal_year}-{month:02d}"


@mistake(
    "calendar_month",
    "You take September to the year before as well. On which day does the fiscal year end? Look "
    "at your comparison: does it let the last month of the year in?",
)
def _from_september(fiscal_year, month):
    """Starting the fiscal year a month too early."""
    return f"{fiscal_year - (month >= 9)}-{month:02d}"


@mistake(
    "calendar_month",
    "You take every month to the year before. Fiscal year 2024 has a February too: when was it? "
    "Make the shift depend on the month.",
)
def _every_month(fiscal_year, month):
    """Shifting every month of a fiscal year into the year before."""
    return f"{fiscal_year - 1}-{month:02d}"


@mistake(
    "calendar_month",
    "You named the fiscal year for the year in which it begins. By which of its two years does "
    "the U.S. government call it? Check your result for the label 2024, month 2.",
)
def _named_for_its_start(fiscal_year, month):
    """Naming a fiscal year for the year in which it begins."""
    return f"{fiscal_year + (month < 10)}-{month:02d}"


@mistake(
    "calendar_month",
    "Your months before October have one digit. How would such texts be sorted beside those "
    "with two? Look at how the starter writes the month.",
)
def _one_digit(fiscal_year, month):
    """Writing a month with one digit, so that texts sort wrongly."""
    return f"{fiscal_year - (month >= 10)}-{month}"


# --- events and people ---------------------------------------------------------------------------


def met_before(log):
    """{answer} of every hundred: a meeting counts if the same letter stands before it. CBP looks
    back over twelve months, so it would also find people whom it met before this log begins.
    """
    return 100 * (_meetings(log) - len(_people(log))) / _meetings(log)


@mistake(
    "met_before",
    "You worked out how many different people there are to a hundred meetings. Which meetings "
    "does the question ask for? Mark each letter that has come up before, and count the marks.",
)
def _different_people(log):
    """Taking the share of different people for the share of meetings."""
    return 100 * len(_people(log)) / _meetings(log)


@mistake(
    "met_before",
    "You took a share of the people: those who come up more than once, of all who come up. What "
    "are the hundred in the question, people or encounters? Change what stands under the line, "
    "and then what stands above it.",
)
def _share_of_people(log):
    """Taking a share of people for a share of encounters."""
    return 100 * len(_returning(log)) / len(_people(log))


@mistake(
    "met_before",
    "You counted every meeting with a person who comes back, the first one too. Had the person "
    "been met before that one? Go through the log in order of time.",
)
def _first_meetings_too(log):
    """Counting the first meeting with a person as a repeated one."""
    return 100 * sum(_returning(log).values()) / _meetings(log)


@mistake(
    "met_before",
    "You gave a number of meetings. How many meetings has the log in all? Say how many it would "
    "be if there were a hundred.",
)
def _not_per_hundred(log):
    """Giving a number where a number of every hundred is asked."""
    return _meetings(log) - len(_people(log))


def _people(log):
    """Return how often each person of the log was met."""
    return Counter(log.split())


def _meetings(log):
    """Return the number of meetings in the log."""
    return _people(log).total()


def _returning(log):
    """Return how often each person was met, of those met more than once."""
    return {person: times for person, times in _people(log).items() if times > 1}


# --- the flaws of a headline ---------------------------------------------------------------------


def headline(deed):
    """The total joins two offices, so it is not the Border Patrol's alone; it counts events, so it
    is not people; and it records that CBP met somebody, not what followed, so nothing in it
    says who is let in or kept out.
    """
    return {"agency", "deed", "people"}


@mistake(
    "headline",
    "You marked the digits. What is the ledger's verdict on this figure in the vintage of March "
    "2024? Look there, and then at the words around it.",
)
def _digits(deed):
    """Doubting a number's digits rather than the words around it."""
    return "number"


@mistake(
    "headline",
    "You marked the month. For which months do a fiscal-year label and the calendar part ways? "
    "Look at the table of labels, and then at the rest of the headline.",
)
def _month_label(deed):
    """Suspecting the fiscal year where it makes no difference."""
    return "month"


# --- widening definitions ------------------------------------------------------------------------


def widening():
    """Each appointment is one of the ports' encounters; the ports have the smaller part of the
    month, and the month is a part of both years. The fiscal year is the larger one: it holds
    the autumn of 2023 with the highest month of the table, and leaves out the much lower
    autumn of 2024.
    """
    sizes = _sizes()
    return sorted(sizes, key=sizes.get)


@mistake(
    "widening",
    "You began with the largest. Which end did the question ask for? Turn the list round, and "
    "check each neighbour on the way.",
)
def _largest_first():
    """Reading the order the other way round."""
    return widening()[::-1]


@mistake(
    "widening",
    "You put the appointments above the encounters at ports. Is a person who keeps an "
    "appointment and is found inadmissible in the ports' count? Decide which of the two holds "
    "the other.",
)
def _appointments_apart():
    """Taking a part for something that stands beside the whole."""
    return _swapped("appointments", "ports")


@mistake(
    "widening",
    "You put the ports' part of the month above the part between ports. How many of every hundred "
    "were at a port, in the answer to your guess? Look at the pair of bars for February 2024.",
)
def _more_at_ports():
    """Taking the part that grew for the larger part."""
    return _swapped("ports", "between")


@mistake(
    "widening",
    "You have the calendar year as the larger one. Which three months belong to only one of the "
    "two years, and when was the highest month of all? Compare the two autumns.",
)
def _later_year_is_larger():
    """Expecting what is later to be larger."""
    return _swapped("calendar_year", "fiscal_year")


def _sizes():
    """Return the number that each definition gives."""
    encounters = data.load("encounters")
    monthly = measures.series(encounters)
    fiscal = [raw.calendar_month(2024, month) for month in range(1, 13)]
    appointments = data.load("cbp_one").set_index("month")["appointments_processed"]
    return {
        "appointments": appointments[FEBRUARY],
        "ports": measures.total(encounters, FEBRUARY, "ofo"),
        "between": measures.total(encounters, FEBRUARY, "usbp"),
        "month": measures.total(encounters, FEBRUARY),
        "calendar_year": monthly[monthly.index.str.startswith("2024")].sum(),
        "fiscal_year": monthly[fiscal].sum(),
    }


def _swapped(one, other):
    """Return the right order with two definitions in each other's place."""
    places = {one: other, other: one}
    return [places.get(each, each) for each in widening()]


# --- what could settle a dispute -----------------------------------------------------------------

NO_COLUMN = (
    "You gave a dispute about the law to the counts. Which column of which table would say that "
    "a route is lawful, or that it is not? Look for one, then sort this statement again, and "
    "those like it on each side."
)
NOT_COUNTED = (
    "You gave the counts a statement on what people would have done. Which month's row shows "
    "that? Ask whether the statement speaks of something that happened."
)
LAW_IS_SILENT = (
    "You gave a statement on what people would have done to the law. Suppose that the route is "
    "lawful, then that it is not: would you know more of what they would have done? Ask what "
    "else you need."
)


def what_settles():
    """Counts settle how many came with an appointment. CBP, the Center for Immigration Studies and
    Amnesty International disagree on what the law allows, which no count decides. What people
    would have done without the app was not observed, whichever way one guesses.
    """
    return {
        "most_at_ports": "counts",
        "lawful": "law",
        "against_law": "law",
        "only_way": "law",
        "would_have_crossed": "otherwise",
        "would_have_stayed": "otherwise",
    }


@mistake("what_settles", NO_COLUMN)
def _a_count_shows_lawful():
    """Expecting a count to decide what the law allows."""
    return {"lawful": "counts"}


@mistake("what_settles", NO_COLUMN)
def _a_count_shows_unlawful():
    """Expecting a count to decide what the law allows."""
    return {"against_law": "counts"}


@mistake("what_settles", NO_COLUMN)
def _a_count_shows_a_right():
    """Expecting a count to decide what the law allows."""
    return {"only_way": "counts"}


@mistake("what_settles", NOT_COUNTED)
def _a_count_shows_crossings_avoided():
    """Expecting a count to show what did not happen."""
    return {"would_have_crossed": "counts"}


@mistake("what_settles", NOT_COUNTED)
def _a_count_shows_people_drawn():
    """Expecting a count to show what did not happen."""
    return {"would_have_stayed": "counts"}


@mistake("what_settles", LAW_IS_SILENT)
def _the_law_shows_crossings_avoided():
    """Expecting the law to tell what people would have done."""
    return {"would_have_crossed": "law"}


@mistake("what_settles", LAW_IS_SILENT)
def _the_law_shows_people_drawn():
    """Expecting the law to tell what people would have done."""
    return {"would_have_stayed": "law"}


@mistake(
    "what_settles",
    "You sent the statement about most encounters at ports to the law. Which two lines of the "
    "chapter's last figure does it compare? See whether they answer it.",
)
def _the_law_counts():
    """Asking the law about something that was counted."""
    return {"most_at_ports": "law"}


# --- two nouns in one article --------------------------------------------------------------------


def change_of_noun():
    """Return a model answer, which ends once with each reading."""
    return (
        "A slip: the two nouns stand in one argument about one count, and the part between ports "
        "belongs to the total; the count records a meeting, not a status, so the second noun adds "
        "something that the table does not hold; and the law lets people ask for asylum wherever "
        "they arrive. A distinction: people between ports came in a way that the law forbids, "
        "while those at ports asked an officer, and a reader should hear the difference; some "
        "outlets' rules keep the term for that reason. If I read it as a slip, I print “migrants "
        "met between ports”: it claims movement and a place, and the component in the table "
        "shows the place. If I read it as a distinction, I print “illegal immigrants”, "
        "which claims a status and needs evidence of it, or “people who crossed illegally”, which "
        "claims an act, and a reporter would show it by where the Border Patrol met them."
    )
