"""Answers and known mistakes of exercises/write.yml."""

import calendar

import pandas as pd

from bordercount import data, exercises, measures, wording
from bordercount.keys import inputs, mistake, units

WORKED, BEFORE = "2023-06", "2023-05"
EARLIER = ("2023-05", "2022-06", "2021-06", "2019-06")
A_MONTH = "the month before"


def _encounters():
    return data.load("encounters")


def _back(month, months):
    """Return the month that lies so many months before."""
    return str(pd.Period(month, freq="M") - months)


def _since(month, baseline):
    """Return the month that a baseline in words stands for."""
    return _back(month, 1) if baseline == A_MONTH else _back(month, 12)


def _percent(month, since, component="total", *, daily=True):
    return measures.percent_change(_encounters(), since, month, component, daily=daily)


def _if_seen(value, answer):
    """Return the value, or None where it is the answer at the one decimal that is asked."""
    return value if units(value, 1) != units(answer, 1) else None


# --- your_month


def your_month(month, baseline):
    """{answer} percent, for encounters a day in {month:%B %Y} beside {baseline}. Write it down with
    the two months: it is the core of your second sentence."""
    return _percent(month, _since(month, baseline))


@mistake(
    "your_month",
    "You compared whole months. How many days had each of them? Where the two differ, a longer "
    "month counts more with nothing changed, so divide before you compare.",
)
def _whole_months(month, baseline):
    since = _since(month, baseline)
    return _if_seen(_percent(month, since, daily=False), your_month(month, baseline))


@mistake(
    "your_month",
    "You divided by the rate of {month:%B %Y}. A change starts at the baseline: which of the two "
    "months is that? Put its rate under the line.",
)
def _later_month_as_base(month, baseline):
    return _if_seen(-_percent(_since(month, baseline), month), your_month(month, baseline))


@mistake(
    "your_month",
    "You have the size, with the direction turned round. Was {month:%B %Y} higher or lower than "
    "its baseline, by the day? Let the sign say so.",
)
def _sign(month, baseline):
    return _if_seen(-your_month(month, baseline), your_month(month, baseline))


@mistake(
    "your_month",
    "That is the change from the other baseline. Yours is {baseline}: which row and column of "
    "the table hold it?",
)
def _other_baseline(month, baseline):
    since = _back(month, 12) if baseline == A_MONTH else _back(month, 1)
    return _percent(month, since)


@mistake(
    "your_month",
    "That is the Border Patrol's part alone. Which two parts make a month's total? Take both, in "
    "both months.",
)
def _border_patrol_alone(month, baseline):
    return _percent(month, _since(month, baseline), "usbp")


@mistake(
    "your_month",
    "That is what your month's rate is in percent of the baseline's. With nothing changed you "
    "would have got 100 that way. How much of yours is the change?",
)
def _whole_for_change(month, baseline):
    return 100 + your_month(month, baseline)


@mistake(
    "your_month",
    "That is a difference in encounters a day. Is it a large part of the rate it started from, or "
    "a small one? Percent answers that.",
)
def _encounters_for_percent(month, baseline):
    counts = _encounters()
    return measures.per_day(counts, month) - measures.per_day(counts, _since(month, baseline))


@mistake(
    "your_month",
    "You rounded the two daily rates before you compared them, and the last digit went astray. "
    "Keep all their digits, and round once, at the end.",
)
def _rates_rounded_early(month, baseline):
    counts = _encounters()
    now, then = (round(measures.per_day(counts, each)) for each in (month, _since(month, baseline)))
    return _if_seen(100 * (now - then) / then, your_month(month, baseline))


# --- twelve


def twelve():
    """June 2023 is lower in {answer} of the twelve. Compare that with your guess, and then find in
    the figure which of your choices the answer turns on."""
    return sum(
        measures.change(_encounters(), since, WORKED, component) < 0
        for since in EARLIER
        for component in ("total", "usbp", "ofo")
    )


# --- hedge


def hedge():
    """A count is stated flatly, with its source. A cause that the count cannot show is named as
    open: hedge what you do not know, and only that."""
    return "cannot_tell"


@mistake(
    "hedge",
    "You chose a sentence that is sure of the cause. What else changed at the border in May 2023? "
    "Ask which column of the table could tell one change from another.",
)
def _sure_of_the_cause():
    return "because"


@mistake(
    "hedge",
    "You chose a sentence that doubts the count. Did every file at hand agree that June was lower? "
    "Keep the doubt for the part that nobody counted.",
)
def _doubts_the_count():
    return "may_have"


# --- points


def points(month):
    """{answer} points: one share less the other, and no more division. A share can go up while the
    count behind it goes down, so a fair sentence gives the count, too."""
    return _share(month) - _share(_back(month, 12))


@mistake(
    "points",
    "You gave the change in percent of the earlier share. The question asks for points: what lies "
    "between the two percentages on a ruler?",
)
def _percent_for_points(month):
    before = _share(_back(month, 12))
    return 100 * (_share(month) - before) / before


@mistake(
    "points",
    "That is the change in the ports' count. A share has a whole under it as well: work out the "
    "two shares first.",
)
def _count_for_share(month):
    return _percent(month, _back(month, 12), "ofo", daily=False)


@mistake(
    "points",
    "That is the share in {month:%B %Y} itself. What was it a year before? Take the one from the "
    "other.",
)
def _one_share(month):
    return _share(month)


@mistake(
    "points",
    "You have the size, with the direction turned round: it is the change from later to earlier, "
    "or that of the Border Patrol's share. Which share is later, and whose is it?",
)
def _turned_round(month):
    return -points(month)


@mistake(
    "points",
    "Your baseline is the month before. The question names another one: read it again, then take "
    "the right columns.",
)
def _month_before_as_base(month):
    return _share(month) - _share(_back(month, 1))


@mistake(
    "points",
    "You rounded the two shares before you took one from the other, and the last digit went "
    "astray. Keep all their digits, and round once, at the end.",
)
def _shares_rounded_early(month):
    early = round(_share(month), 1) - round(_share(_back(month, 12)), 1)
    return _if_seen(early, points(month))


def _share(month):
    """Return the ports' share of a month in percent."""
    return 100 * measures.share(_encounters(), month, "ofo")


# --- facts_for


def facts_for(table, month, baseline):
    """Return the figures of three sentences about `month`."""
    return {
        "encounters": measures.total(table, month),
        "change": measures.change(table, baseline, month),
        "percent": measures.percent_change(table, baseline, month),
        "percent_a_day": measures.percent_change(table, baseline, month, daily=True),
        "port_share": 100 * measures.share(table, month, "ofo"),
        "higher_before": _higher_before(table, month),
    }


def _higher_before(table, month):
    rivals = measures.same_month(table, month)
    return int((rivals[rivals.index < month] > rivals[month]).sum())


@inputs("facts_for")
def _more_months():
    table = {"table": "encounters"}
    return [
        [table, "2020-02", "2020-01"],
        [table, "2023-02", "2023-01"],
        [table, "2024-10", "2023-10"],
        [table, "2025-03", "2025-02"],
        [table, "2019-10", "2019-09"],
    ]


@mistake(
    "facts_for",
    "Your changes in percent are measured from the later month. Which month does a change start "
    "from? Put the baseline under the line.",
)
def _percent_of_the_later(table, month, baseline):
    found = facts_for(table, month, baseline)
    later = {
        "percent": -measures.percent_change(table, month, baseline),
        "percent_a_day": -measures.percent_change(table, month, baseline, daily=True),
    }
    return {**found, **later}


@mistake(
    "facts_for",
    "Your change by the day is the change by the month again. For which pair of months must the "
    "two differ? Divide each count by the days of its own month.",
)
def _no_days(table, month, baseline):
    found = facts_for(table, month, baseline)
    return {**found, "percent_a_day": found["percent"]}


@mistake(
    "facts_for",
    "You divided both months by the days of one of them, so the days cancel. How many days has "
    "the other? Give each month its own.",
)
def _days_of_one_month(table, month, baseline):
    length = calendar.monthrange(int(month[:4]), int(month[5:]))[1]
    now, then = measures.total(table, month), measures.total(table, baseline)
    found = facts_for(table, month, baseline)
    return {**found, "percent_a_day": 100 * (now / length - then / length) / (then / length)}


@mistake(
    "facts_for",
    "Your share is a part of one, while the changes are in percent. Of how many is a percentage a "
    "part? Give all of them the same unit.",
)
def _share_of_one(table, month, baseline):
    found = facts_for(table, month, baseline)
    return {**found, "port_share": found["port_share"] / 100}


@mistake(
    "facts_for",
    "You ranked the month among all years of the table. Could anyone have known the later ones? "
    "Keep the months that come before yours.",
)
def _later_years_too(table, month, baseline):
    rivals = measures.same_month(table, month)
    found = facts_for(table, month, baseline)
    return {**found, "higher_before": int((rivals > rivals[month]).sum())}


@mistake(
    "facts_for",
    "You ranked the month among all earlier months. The question asks about the same calendar "
    "month: what do the months that you want end with?",
)
def _all_months(table, month, baseline):
    every = measures.series(table)
    found = facts_for(table, month, baseline)
    return {**found, "higher_before": int((every[every.index < month] > every[month]).sum())}


# --- headline


def headline():
    """Both headlines name encounters and a place, and the body has both counts. The others turn
    encounters into people or entries, or a sequence into a cause."""
    fell = measures.change(_encounters(), BEFORE, WORKED, "usbp") < 0
    rose = measures.change(_encounters(), BEFORE, WORKED, "ofo") > 0
    return {name for name, holds in (("between", fell), ("ports", rose)) if holds}


@mistake(
    "headline",
    "You took a headline that names a cause. Which words of the body say why the count changed? "
    "Look at what the third sentence says about that.",
)
def _a_cause():
    return "rules"


@mistake(
    "headline",
    "You took a headline about what followed. Does an encounter tell whether a person was let in? "
    "Look for the table that knows, and whether the body uses it.",
)
def _an_outcome():
    return "let_in"


@mistake(
    "headline",
    "You took a headline about people. How often can one person be met in a month, and what does "
    "the body count? Keep its noun.",
)
def _people_for_events():
    return "people"


# --- first_question


def first_question():
    """A figure owes its counter, noun, place, month and vintage; a comparison its baseline and its
    rate; the limits what the figure does not show. With those words in place nobody needs to ask.
    """
    return {
        "nobody": "who",
        "no_noun": "what",
        "no_date": "vintage",
        "no_base": "baseline",
        "no_rate": "rate",
        "no_limit": "limits",
    }


@mistake(
    "first_question",
    "For the sentence without a noun you asked who counted. Its first two words answer that. "
    "41,306 of what? Ask for the word that is missing.",
)
def _counter_for_noun():
    """Looking for a source where the unit is missing."""
    return {"no_noun": "who"}


@mistake(
    "first_question",
    "You asked the third sentence for its month, which it names. A month's count can change after "
    "it is published: what would you need to know to find this one?",
)
def _month_for_vintage():
    """Overlooking that a published figure can change."""
    return {"no_date": "when"}


@mistake(
    "first_question",
    "You asked the sentence on February and March what it compares. It names both months. What do "
    "two months differ in, even if riders never change?",
)
def _baseline_for_rate():
    """Overlooking that two spans of time differ in length."""
    return {"no_rate": "baseline"}


@mistake(
    "first_question",
    "You asked the sentence with 12% for its rate, which it gives. A rise starts somewhere: can "
    "you tell from the sentence where?",
)
def _rate_for_baseline():
    """Taking a percentage for a comparison that says from where."""
    return {"no_base": "rate"}


@mistake(
    "first_question",
    "You asked the last sentence what was counted. Suppose it said crossings: could it still "
    "speak of townspeople? Ask how far the figure reaches.",
)
def _noun_for_limits():
    """Asking for a definition where a claim goes beyond its figure."""
    return {"no_limit": "what"}


@mistake(
    "first_question",
    "You asked the first sentence what was counted, and it says crossings by bicycle. Whom could "
    "you ring up about it? Look for the one who counts.",
)
def _noun_for_counter():
    """Asking for a definition where nobody answers for the figure."""
    return {"nobody": "what"}


# --- the three sentences


def _cases():
    """Return every month and baseline that the exercise `your_month` may give."""
    return [(case["month"], case["baseline"]) for case in exercises.find("write.your_month").cases]


def _file_of(month):
    """Return the date of the CBP file whose count of the month stands in encounters.csv."""
    rows = data.load("raw_files")
    rows = rows[rows["file"].str.startswith("sbo-encounters")]
    holds = (rows["first_month"] <= month) & (month <= rows["last_month"])
    return wording.month(rows[holds]["as_of"].max())


def _direction(value):
    return "more" if value > 0 else "fewer"


def _figure(month):
    return (
        f"CBP counted {wording.number(measures.total(_encounters(), month))} encounters at the "
        f"southwest land border in {wording.month(month)}, Border Patrol and ports together, by "
        f"its file of {_file_of(month)}."
    )


def _changed(month, since, component="total"):
    """Return a change of the daily rate in words: +7.2%."""
    return wording.percent(_percent(month, since, component), signed=True)


def _beside(month, since):
    """Return a change of the daily rate as a writer puts it: 7.2% more than in January 2020."""
    daily = _percent(month, since)
    return f"{wording.percent(abs(daily))} {_direction(daily)} than in {wording.month(since)}"


def _a_day(month):
    return f"{wording.number(measures.per_day(_encounters(), month))} a day"


def _comparison(month, since):
    return (
        f"That is {_a_day(month)}, {_beside(month, since)}; between ports the daily rate changed "
        f"by {_changed(month, since, 'usbp')} and at ports by {_changed(month, since, 'ofo')}."
    )


LIMITS = (
    "The count is of meetings, so it does not say how many different people were met, how many "
    "were never met, what happened to them next, or why the number changed."
)


def _sentences(month, since):
    return f"{_figure(month)} {_comparison(month, since)} {LIMITS}"


def first_draft():
    """Return a model answer for every month and baseline, in the order of the cases."""
    made = []
    for month, baseline in _cases():
        since = _since(month, baseline)
        other = _back(month, 12) if baseline == A_MONTH else _back(month, 1)
        made.append(
            f"{wording.month(month)}, beside {baseline}, for a town clerk who wants to know "
            f"whether the count is going up. {_sentences(month, since)} By the day, since months "
            f"differ in length; beside {wording.month(other)} the daily rate would have changed by "
            f"{_changed(month, other)}."
        )
    return "\n\n".join(made)


def peer_review():
    """Return a model answer, about a draft on the first case."""
    month, baseline = _cases()[0]
    since = _since(month, baseline)

    def over(each):
        count = wording.number(measures.total(_encounters(), each))
        return f"{count} over {measures.days(each)} days"

    return (
        "After these sentences I believe that border officers recorded "
        f"{wording.number(measures.total(_encounters(), month))} meetings in "
        f"{wording.month(month)}, {_beside(month, since)} if one counts by the day.\n\n"
        f"I worked that out again: {over(month)} beside {over(since)} gives "
        f"{_changed(month, since)}, as in the draft.\n\n"
        f'My questions. On "by its file of {_file_of(month)}": has the count changed since it was '
        f'first published? On "{wording.month(since)}", from a reader who hopes for the opposite: '
        'what would the same month a year before have shown? On "what happened to them next": does '
        "another table know the first step?"
    )


def revision():
    """Return a model answer, on the first case; the other cases' sentences are in `first_draft`."""
    month, baseline = _cases()[0]
    since, other = _since(month, baseline), _back(month, 12)
    raw = wording.percent(_percent(month, since, daily=False), signed=True)
    return (
        f"Headline: {_direction(_percent(month, since)).capitalize()} border encounters a day than "
        f"in {wording.month(since)}\n\n"
        f"{_figure(month)} That is {_a_day(month)}, {_beside(month, since)} and "
        f"{_beside(month, other)}. {LIMITS}\n\n"
        f"A change. Before: {_comparison(month, since)} I was asked what the year before would "
        "have shown. Now the sentence names both baselines, because a reader who hears of one "
        "direction alone would be misled.\n\n"
        f"Kept: the daily rate, which was called fussy. {wording.month(month)} had "
        f"{measures.days(month)} days and {wording.month(since)} {measures.days(since)}; by the "
        f"month the change is {raw}, by the day {_changed(month, since)}, so the sentence would "
        "say something else without it."
    )


# --- unsupported


def unsupported(sentence, facts):
    """Return the printed figures that rest on no fact, in their order."""
    return [
        printed
        for printed, value, decimals in _printed(sentence)
        if not any(_rests(value, fact, decimals) for fact in facts)
    ]


def _rests(value, fact, decimals):
    return round(abs(fact), decimals) == value


def _printed(sentence):
    """Return what the function `figures`, which the exercise gives, finds in a sentence."""
    names = {}
    exec(exercises.find("write.unsupported").given, names)
    return names["figures"](sentence)


@inputs("unsupported")
def _more_sentences():
    return [
        ["It rose by 4.2% to 12,345 in 2024.", [4.18, 12345, -3]],
        ["It fell by 30.1%, not by 31%.", [-30.06, 144556]],
        ["A share of 31.1 in 100, or 31%.", [31.142, 100]],
        ["About 145,000 in all.", [144556]],
        ["Down 0.4 points, up 0.5 points.", [-0.44, 0.449]],
    ]


@mistake(
    "unsupported",
    "You ask for equality with a fact. The sentence prints one decimal, the fact has many: what "
    "would a reader who rounds the fact write? Compare with that.",
)
def _equality(sentence, facts):
    return [printed for printed, value, _ in _printed(sentence) if value not in facts]


@mistake(
    "unsupported",
    "You keep the sign of the fact. Prose says that something fell by so much: does it print a "
    "minus? Take the sign off before you compare.",
)
def _sign_kept(sentence, facts):
    return [
        printed
        for printed, value, decimals in _printed(sentence)
        if not any(round(fact, decimals) == value for fact in facts)
    ]


@mistake(
    "unsupported",
    "You return the figures that do rest on a fact. A checker points at what is left: turn your "
    "condition round.",
)
def _supported(sentence, facts):
    return [
        printed
        for printed, value, decimals in _printed(sentence)
        if any(_rests(value, fact, decimals) for fact in facts)
    ]


@mistake(
    "unsupported",
    "You round every fact to a whole number. How many decimals does each figure print? Round to "
    "as many, figure by figure.",
)
def _whole_numbers(sentence, facts):
    return [
        printed
        for printed, value, _ in _printed(sentence)
        if not any(round(abs(fact)) == value for fact in facts)
    ]


@mistake(
    "unsupported",
    "You want a figure to rest on all of the facts. How many does one figure need? Ask for at "
    "least one.",
)
def _all_facts(sentence, facts):
    return [
        printed
        for printed, value, decimals in _printed(sentence)
        if not all(_rests(value, fact, decimals) for fact in facts)
    ]
