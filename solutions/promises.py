"""Answers and known mistakes of the chapter on numbers that no table holds."""

from bordercount import data, measures, wording
from bordercount.keys import inputs, mistake

THREE = ("Guatemala", "Honduras", "El Salvador")
FEBRUARY = "2024-02"


def _fact(key):
    """Return a fact's value as a number."""
    return float(data.fact(key)["value"])


def _three(month):
    """Return the encounters with citizens of the three countries in a month."""
    table = data.load("encounters")
    return measures.total(table[table["citizenship"].isin(THREE)], month)


# --- promised, paid, happened, because of it -----------------------------------------------------


def four_steps():
    """A plan to lend is a promise, like a plan to give. And a verb such as "has brought" claims two
    steps at once: that something happened, and that the gift made it happen.
    """
    return {
        "lessons": "happened",
        "gift": "promised",
        "brought": "because",
        "received": "paid",
        "lend": "promised",
        "half": "because",
    }


@mistake(
    "four_steps",
    "You took the sentence with 'has brought' for something that happened. What would you count to "
    "see that forty children play, and what more to see that the gift is the reason? Sort it by "
    "the larger of the two claims.",
)
def _verb_of_making():
    """Overlooking a cause that hides in a verb."""
    return {"brought": "happened"}


@mistake(
    "four_steps",
    "You took a plan to lend for money that was paid. Has any of it left the bank yet? Look for "
    "the verb, then sort that sentence again.",
)
def _plan_is_payment():
    """Taking a plan for a payment."""
    return {"lend": "paid"}


@mistake(
    "four_steps",
    "You took the firm's two million for money that was paid. What does 'will' say about the "
    "account it is in? Compare this sentence with the one about June.",
)
def _promise_is_payment():
    """Taking a promise for a payment."""
    return {"gift": "paid"}


@mistake(
    "four_steps",
    "You took the money in the town's account for a result. What can anybody in the town do that "
    "they could not do before it came? Ask which step lies between a promise and a result.",
)
def _payment_is_result():
    """Taking a payment for a result."""
    return {"received": "happened"}


@mistake(
    "four_steps",
    "You took the sentence about children without the school for something that happened. Could "
    "anyone have watched it? Ask what it is compared with.",
)
def _what_would_have_been():
    """Taking what would have been for something that was seen."""
    return {"half": "happened"}


@mistake(
    "four_steps",
    "You read a cause into the sentence about sixty lessons. Does it name anything that made them "
    "happen? Take it at its word.",
)
def _cause_read_into_it():
    """Reading a cause into what only says that something happened."""
    return {"lessons": "because"}


# --- of every hundred dollars --------------------------------------------------------------------


def put_to_work():
    """By the partnership's word it was about {answer} of every hundred. The next figure sets that
    beside the promises. What did you not know when you guessed?
    """
    return 100 * _fact("deployed-2023-02") / _fact("commitments-total-2023-02")


# --- two counts of jobs --------------------------------------------------------------------------


def second_count():
    """Cards A, B and H speak of support by the U.S. government, the article and card I of the
    companies' commitments. Card G credits a strategy that holds both, so it does not say.
    """
    return {
        "article": "pledges",
        "card_a": "government",
        "card_b": "government",
        "card_g": "open",
        "card_h": "government",
        "card_i": "pledges",
    }


@mistake(
    "second_count",
    "You put cards A and I together, whose figures are alike. What does each name just before its "
    "figure, and how many years lie between them? Sort by the words.",
)
def _same_figure_same_count():
    """Taking equal figures for one count."""
    return {"card_a": "pledges", "card_i": "pledges"}


@mistake(
    "second_count",
    "You gave card G to the companies. Read its words again: does it name the pledges, or the "
    "strategy of which they are a part?",
)
def _strategy_is_pledges():
    """Taking a whole for the part of it that is better known."""
    return {"card_g": "pledges"}


@mistake(
    "second_count",
    "You gave card G to the government. Read its words again: does it say that the jobs came from "
    "the government's own support?",
)
def _strategy_is_government():
    """Taking a strategy's name for the purse that paid."""
    return {"card_g": "government"}


@mistake(
    "second_count",
    "You gave card H to the companies. Whose support does the sentence that it quotes name? Find "
    "the card that it quotes, and compare.",
)
def _copy_without_its_source():
    """Sorting a copy without looking at what it copied."""
    return {"card_h": "pledges"}


@mistake(
    "second_count",
    "You gave the article's figure to the government, since the White House is its speaker. Who "
    "speaks is one thing. Whose money does the article say created the jobs?",
)
def _speaker_is_payer():
    """Taking whoever speaks for whoever paid."""
    return {"article": "government"}


# --- the steps of a trace ------------------------------------------------------------------------


def trace_steps():
    """Each document names the one before it, so the order is given: speaker, release, report,
    survey. The note comes last, because only then do you know where the trail ends.
    """
    return ["name", "release", "report", "survey", "note"]


@mistake(
    "trace_steps",
    "You opened the survey first. Which page told you that there is one? Begin with what the radio "
    "item itself names.",
)
def _straight_to_the_end():
    """Jumping to a source that nothing has pointed to yet."""
    return ["survey", "name", "release", "report", "note"]


@mistake(
    "trace_steps",
    "You read the yearly report before the release that points to it. How did you know which of "
    "the ministry's many papers to open? Change the two and check each neighbour.",
)
def _report_before_release():
    """Opening a long document before knowing which one is meant."""
    return ["name", "report", "release", "survey", "note"]


@mistake(
    "trace_steps",
    "You wrote down the end of the trail before you had read the survey. What was the footnote in "
    "the report there for? Move the note.",
)
def _stopped_at_the_report():
    """Taking a document that cites for the place where things were counted."""
    return ["name", "release", "report", "note", "survey"]


# --- independent sources -------------------------------------------------------------------------


def independent(pages, took_from):
    """Return how many different pages the trails end at."""
    ends = set()
    for page in pages:
        while page in took_from:
            page = took_from[page]
        ends.add(page)
    return len(ends)


@inputs("independent")
def _more_trails():
    chain = {"d": "c", "c": "b", "b": "a"}
    return [
        [["d", "c", "b", "a"], chain],
        [["d", "x"], chain],
        [["d", "y"], {**chain, "y": "x"}],
        [["p", "q"], {}],
        [[], chain],
        [["p", "p"], {"p": "q"}],
    ]


@mistake(
    "independent",
    "Your function counts pages. In the first example three pages repeat one number: how many "
    "times was it counted? Trace each page before you count.",
)
def _hits(pages, took_from):
    return len(pages)


@mistake(
    "independent",
    "Your function goes back one step only. Where does the blog's number come from, and where does "
    "that page have it from? trace goes on to the end.",
)
def _one_step_back(pages, took_from):
    return len({took_from.get(page, page) for page in pages})


@mistake(
    "independent",
    "Your function counts the pages that name no source. A source can stand behind a list without "
    "being on it: who counted in the first example?",
)
def _only_on_the_list(pages, took_from):
    return len({page for page in pages if page not in took_from})


@mistake(
    "independent",
    "Your function counts every page that is named as a source. In the second example, who counted "
    "without being named by anyone? And which named pages are only a step on the way?",
)
def _named_sources(pages, took_from):
    return len(set(took_from.values()))


# --- hits ----------------------------------------------------------------------------------------


def hits():
    """The statistics office and the researcher counted anew, each in another way. The others pass
    the ministry's number on, thank for it, or confirm that it was said.
    """
    return {"payroll", "sample"}


@mistake(
    "hits",
    "You chose the fact-check. What did it look up: whether the ministry said so, or whether there "
    "are so many jobs? Keep those who counted.",
)
def _said_is_shown():
    return "checker"


@mistake(
    "hits",
    "You chose the fund. Where does it have its figures from, and what does it hope that they "
    "show? Follow the trail one step further.",
)
def _funder_as_witness():
    return "fund"


@mistake(
    "hits",
    "You chose the newspaper. Whose count does it print? Ask whether anybody counted a second "
    "time.",
)
def _quoted_is_counted():
    return "quoted"


@mistake(
    "hits",
    "You chose the page with forty links. At how many places do the forty trails end? Count ends, "
    "not links.",
)
def _many_is_more():
    return "many"


# --- the record sheet ----------------------------------------------------------------------------


def record_sheet():
    """Return a model answer, made from the source cards."""
    jobs = wording.number(_fact("jobs-claimed"))
    return (
        f"1. More than {jobs} new jobs, created by the companies' commitments; the White House, in "
        "an article of 25 March 2024. "
        "2. The White House fact sheet on the commitments, 25 March 2024 (card F): the part at "
        "hand has no jobs figure. The State Department's progress page, November 2023 (card D): "
        "money, no jobs. The foundation's page, April 2024 (card I): the figure, credited to the "
        "partnership. "
        "3. Card H, not opened: it has a jobs figure, but of government support, so it is about "
        "another count. "
        "4. The trail ends at the White House and at the partnership, which run the programme "
        "together, so I count one source for the figure, and nobody who counted again. "
        "5. A list of the projects with the jobs of each, a definition of a job created, and an "
        "outside count of a sample. That I found no audit does not show that there is none, nor "
        "that the figure is off."
    )


# --- the three countries -------------------------------------------------------------------------


def one_in():
    """It was {answer} of every hundred in February 2024. The next figure holds 2019, too: compare
    your second guess with it.
    """
    return 100 * _three(FEBRUARY) / measures.total(data.load("encounters"), FEBRUARY)


def fall(since, until):
    """{answer} percent. Other months give other sizes, and some give the other sign, with the same
    work going on.
    """
    return 100 * (_three(until) - _three(since)) / _three(since)


@mistake(
    "fall",
    "You divided the difference by the count of {until:%B %Y}. A change starts somewhere: of which "
    "month's count is it a part?",
)
def _later_month_as_base(since, until):
    return 100 * (_three(until) - _three(since)) / _three(until)


@mistake(
    "fall",
    "You gave what {until:%B %Y} is in percent of {since:%B %Y}. An unchanged count would give a "
    "hundred that way. How far is yours from that, and in which direction?",
)
def _whole_for_change(since, until):
    return 100 * _three(until) / _three(since)


@mistake(
    "fall",
    "The size fits, but look at the sign. Which of the two months has the larger count? Decide "
    "from that whether it fell or rose.",
)
def _sign_turned(since, until):
    return -fall(since, until)


@mistake(
    "fall",
    "You gave a number of encounters. Is that large or small beside the count that it started "
    "from? Percent answers this: divide.",
)
def _encounters_for_percent(since, until):
    return _three(until) - _three(since)


def both_accept():
    """Return a model answer."""

    def change(since, until):
        return wording.number(abs(fall(since, until)), 0)

    return (
        "1. From August 2021 to January 2023 encounters with citizens of the three countries fell "
        f"by {change('2021-08', '2023-01')} percent. "
        f"2. From January 2023 to August 2023 they rose by {change('2023-01', '2023-08')} percent. "
        "3. Between August 2021 and February 2024 they fell by "
        f"{change('2021-08', '2024-02')} percent, while Title 42 ended, appointments began and "
        "seasons changed, and no line shows what they would have been without the root-causes work."
    )


# --- a judging word ------------------------------------------------------------------------------


def _bases():
    """Return the size of each base."""
    return {
        "ballots cast": _fact("runoff-ballots"),
        "votes for the two candidates": (
            _fact("runoff-arevalo-votes") + _fact("runoff-torres-votes")
        ),
        "registered voters": _fact("runoff-registered"),
    }


def _of(base):
    return 100 * _fact("runoff-arevalo-votes") / _bases()[base]


def denominators(base):
    """{answer} of every hundred {base}. One count of votes gives three shares, so a share needs its
    base beside it before a reader can call it large.
    """
    return _of(base)


@mistake(
    "denominators",
    "You divided by all ballots cast. Are blank and invalid ballots in the base that the question "
    "names, and are people who did not vote? Choose the row that fits {base}.",
)
def _ballots_as_base(base):
    return None if base == "ballots cast" else _of("ballots cast")


@mistake(
    "denominators",
    "You divided by the votes for the two candidates. Who is left out of that sum and belongs to "
    "{base}? Look at the other rows.",
)
def _two_way_base(base):
    two = "votes for the two candidates"
    return None if base == two else _of(two)


@mistake(
    "denominators",
    "You divided by everyone who was registered. Did all of them vote? Choose the row that fits "
    "{base}.",
)
def _registered_as_base(base):
    return None if base == "registered voters" else _of("registered voters")


@mistake(
    "denominators",
    "You worked out how far ahead Arévalo was. The question asks for his own part of every "
    "hundred. Leave the other candidate's votes where they are.",
)
def _lead_for_share(base):
    lead = _fact("runoff-arevalo-votes") - _fact("runoff-torres-votes")
    return 100 * lead / _bases()[base]
