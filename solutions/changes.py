"""Answers and known mistakes of exercises/changes.yml."""

from statistics import mean, median

from bordercount import data, measures, wording
from bordercount.keys import inputs, mistake

FEBRUARY = "2024-02"
BASELINES = {"feb22": "2022-02", "feb23": "2023-02", "dec": "2023-12", "jan": "2024-01"}
OLD, NEW = range(2000, 2014), range(2014, 2024)


def _encounters():
    return data.load("encounters")


def _percent(since, month=FEBRUARY, component="total", *, daily=False):
    """Return the change in percent of `since`."""
    return measures.percent_change(_encounters(), since, month, component, daily=daily)


# --- daily_order


def _ordered(key):
    """Return the names of the baselines, ordered by a key of their month."""
    return sorted(BASELINES, key=lambda name: key(BASELINES[name]))


def daily_order():
    """Per day the rise since January overtakes the rise since February 2022: January is two days
    longer than February 2024, February 2022 one day shorter. The other two keep their places."""
    return _ordered(lambda since: _percent(since, daily=True))


@mistake(
    "daily_order",
    "This is the order of the whole months. Two of the baselines are longer than February 2024 and "
    "two are shorter: divide each count by its own days, then compare.",
)
def _whole_months():
    """Comparing whole months of unequal length."""
    return _ordered(_percent)


@mistake(
    "daily_order",
    "You went from the largest rise down. Which end did the question ask for first? Turn the list "
    "round.",
)
def _from_the_rise_down():
    """Reading the order the other way round."""
    return daily_order()[::-1]


@mistake(
    "daily_order",
    "You ordered the changes by their size and left the signs out. A fall lies below every rise, "
    "however large it is. Where does that put December?",
)
def _signs_left_out():
    """Ordering changes by size, whatever their sign."""
    return _ordered(lambda since: abs(_percent(since, daily=True)))


# --- two_directions


def two_directions():
    """It has one day more than February 2022 and two days fewer than January. A count is spread
    over its own days, so the longer month loses more by the division."""
    longer = {measures.days(FEBRUARY) > measures.days(BASELINES[name]) for name in ("feb22", "jan")}
    return "days" if longer == {True, False} else None


@mistake(
    "two_directions",
    "You looked to the size of the two bases. Does the division by days change which count is the "
    "larger, or by how much each is divided? Put the numbers of days side by side.",
)
def _size_of_the_base():
    return "base"


@mistake(
    "two_directions",
    "You took the length of a month for its season. Suppose that every day of the year had the "
    "same number: would whole months still differ? Which of the two does a daily rate remove?",
)
def _length_for_season():
    return "season"


# --- daily_change


def daily_change(table, since, month):
    """Return the change in encounters per day in percent of the earlier rate."""
    return measures.percent_change(table, since, month, daily=True)


@inputs("daily_change")
def _more_pairs():
    pairs = [("2020-02", "2021-02"), ("2021-12", "2022-01"), ("2024-02", "2024-03"),
             ("2023-02", "2024-02")]  # fmt: skip
    return [[{"table": "encounters"}, since, month] for since, month in pairs]


@mistake(
    "daily_change",
    "Your function still gives the change of the whole months. If you divide both counts by the "
    "same number of days, what happens to the percentage? Give each month its own days.",
)
def _same_days_for_both(table, since, month):
    return measures.percent_change(table, since, month)


@mistake(
    "daily_change",
    "Your base is the later rate. A change starts somewhere: which of the two months came first?",
)
def _later_rate_as_base(table, since, month):
    return -measures.percent_change(table, month, since, daily=True)


@mistake(
    "daily_change",
    "Your function gives every February 28 days. Ask the function days what it says about a leap "
    "year, and use it for both months.",
)
def _no_leap_day(table, since, month):
    rates = [
        measures.total(table, each) / (28 if each.endswith("-02") else measures.days(each))
        for each in (since, month)
    ]
    return 100 * (rates[1] - rates[0]) / rates[0]


@mistake(
    "daily_change",
    "Your function gives encounters a day. The question asks for percent: a difference of two "
    "rates, as a part of which of them?",
)
def _difference_of_rates(table, since, month):
    return measures.per_day(table, month) - measures.per_day(table, since)


@mistake(
    "daily_change",
    "Your function gives a part of one, not of a hundred. What does the starter multiply by?",
)
def _part_of_one(table, since, month):
    return measures.percent_change(table, since, month, daily=True) / 100


# --- daily_flip


def daily_flip(since):
    """{answer} percent. Month against month the count fell; day against day it rose, since the
    earlier month was longer. Both are true, so a writer has to say which is meant."""
    return _percent(since, daily=True)


@mistake(
    "daily_flip",
    "That is the change of the whole months. {since:%B %Y} was longer than February 2024: what "
    "does each count become when you divide it by its days?",
)
def _change_of_whole_months(since):
    return _percent(since)


@mistake(
    "daily_flip",
    "You gave February 28 days. Which years have a longer one? Look at the year again.",
)
def _ordinary_february(since):
    before = measures.per_day(_encounters(), since)
    return 100 * (measures.total(_encounters(), FEBRUARY) / 28 - before) / before


@mistake(
    "daily_flip",
    "You divided by the later rate. A change starts somewhere: of which month's rate is it a part?",
)
def _part_of_the_later_rate(since):
    found = -_percent(FEBRUARY, since, daily=True)
    return None if round(found, 1) == round(daily_flip(since), 1) else found  # rates nearly alike


@mistake(
    "daily_flip",
    "That is a number of encounters a day. Is it a large part of the rate it started from, or a "
    "small one? Percent answers that.",
)
def _encounters_for_percent(since):
    return measures.per_day(_encounters(), FEBRUARY) - measures.per_day(_encounters(), since)


@mistake(
    "daily_flip",
    "Your sum holds the Border Patrol alone. The question is about both components together: "
    "which filter can go?",
)
def _border_patrol_alone(since):
    return _percent(since, component="usbp", daily=True)


# --- hidden_baseline

# What each headline counts: the component, whether per day, and the change that it puts in words.
HEADLINES = {
    "third": ("total", False, -100 / 3),
    "fifth": ("total", False, 100 / 5),
    "tenth": ("total", True, 100 / 10),
    "between_up": ("usbp", False, 100 / 8),
    "between_down": ("usbp", False, -100 / 10),
}


def _closest(component, daily, change):
    """Return the baseline from which the change comes closest to the one in words."""
    return min(
        BASELINES,
        key=lambda name: abs(_percent(BASELINES[name], component=component, daily=daily) - change),
    )


def hidden_baseline():
    """Each headline has one baseline that fits, once you know which part it counts and how. One
    month can be up a fifth, up an eighth, and down a third, and none of the five is false."""
    return {headline: _closest(*counted) for headline, counted in HEADLINES.items()}


@mistake(
    "hidden_baseline",
    "For the headline that counts encounters a day you compared whole months. Choose per day in "
    "the figure, then go through the baselines once more.",
)
def _whole_months_for_days():
    """Comparing months where days were meant."""
    component, _, change = HEADLINES["tenth"]
    return {"tenth": _closest(component, False, change)}


@mistake(
    "hidden_baseline",
    "For the headline that goes down between ports you took the total of both components. Only one "
    "baseline makes the total fall; does it make the Border Patrol's count fall by as little?",
)
def _total_for_the_fall_between_ports():
    """Taking the total for one of its parts."""
    return {"between_down": min(BASELINES, key=lambda name: _percent(BASELINES[name]))}


@mistake(
    "hidden_baseline",
    "For the headline that goes up between ports you took the total of both components. Choose the "
    "Border Patrol in the figure, then look for an eighth.",
)
def _total_for_the_rise_between_ports():
    """Taking the total for one of its parts."""
    _, daily, change = HEADLINES["between_up"]
    return {"between_up": _closest("total", daily, change)}


# --- way_back


def way_back(december):
    """{answer} percent. The encounters on the way down and on the way back are the same, but the
    way back is measured from the smaller count, so its percentage is the larger one."""
    return _percent(measures.month_after(december), december)


@mistake(
    "way_back",
    "That is the fall, as a part of {december:%B %Y}. The way back starts at the other end: what "
    "is the same number of encounters a part of then?",
)
def _size_of_the_fall(december):
    return -_percent(december, measures.month_after(december))


@mistake(
    "way_back",
    "You gave the fall, with its sign. The question asks for a rise from January: which way does "
    "it go, and which count does it start from?",
)
def _fall_with_its_sign(december):
    return _percent(december, measures.month_after(december))


@mistake(
    "way_back",
    "That is December in percent of January. A count that had not moved would have given 100 that "
    "way. How much of yours is the rise?",
)
def _whole_for_rise(december):
    return 100 + way_back(december)


@mistake(
    "way_back",
    "That is the rise in encounters. As a part of which count does the question want it?",
)
def _number_for_percent(december):
    return measures.change(_encounters(), measures.month_after(december), december)


# --- points

LATER = "2023-02"


def _expelled(month):
    """Return the expulsions under Title 42 in percent of the month's encounters."""
    table = _encounters()
    return 100 * measures.total(table[table["title"] == 42], month) / measures.total(table, month)


def points(asked, since):
    """{answer} {asked}. Percentage points are the plain difference of two shares; percent says how
    large that difference is beside the share it started from."""
    before, after = _expelled(since), _expelled(LATER)
    return before - after if asked == "percentage points" else 100 * (before - after) / before


@mistake(
    "points",
    "You gave the other of the two units. The question asks for {asked}. Which of them is the "
    "plain difference of two shares, and which is a part of the earlier share?",
)
def _other_unit(asked, since):
    other = {"percent": "percentage points", "percentage points": "percent"}[asked]
    return points(other, since)


@mistake(
    "points",
    "You took the difference as a part of the later share. From which share did the fall start, "
    "and does this question ask for a part at all?",
)
def _part_of_the_later_share(asked, since):
    return 100 * (_expelled(since) - _expelled(LATER)) / _expelled(LATER)


@mistake(
    "points",
    "You gave what is left: the later share as a part of the earlier one. How much is missing, and "
    "in which unit is it asked for?",
)
def _what_is_left(asked, since):
    return 100 * _expelled(LATER) / _expelled(since)


@mistake(
    "points",
    "You gave a fall with a minus sign. The word fell has said the direction already: write the "
    "size alone.",
)
def _fall_below_zero(asked, since):
    return -points(asked, since)


# --- years_up


def _ohss():
    table = data.load("apprehensions")
    return table[table["publisher"] == "ohss"]


def _steps(years):
    """Return the Border Patrol's changes from January to February in percent, by year."""
    return measures.seasonal_changes(_ohss(), (1, 2), years)


def years_up():
    """In {answer} of 25 years, though February is the shorter month. Compare that with your number:
    what did you not know?"""
    return int((_steps(range(2000, 2025)) > 0).sum())


# --- usual


def usual(changes, first, last):
    """Return the median of the changes from `first` to `last`, both included."""
    return median(change for year, change in changes if first <= year <= last)


@inputs("usual")
def _more_lists():
    changes = [[2004, 5.0], [2001, -30.0], [2003, 9.0], [2000, 14.0], [2005, 70.0], [2002, 22.0]]
    return [[changes, 2000, 2005], [changes, 2001, 2004], [changes, 2001, 2005],
            [changes, 2005, 2005], [changes, 2002, 2004]]  # fmt: skip


def _chosen(changes, first, last):
    return [change for year, change in changes if first <= year <= last]


@mistake(
    "usual",
    "Your function gives the mean, which one odd year can drag away. The median has half of the "
    "years on each side: which of the two names in the first line gives that?",
)
def _mean_of_the_years(changes, first, last):
    return mean(_chosen(changes, first, last))


@mistake(
    "usual",
    "Your function takes every year of the list. Where do first and last come in? Keep only the "
    "pairs whose year lies between them.",
)
def _every_year(changes, first, last):
    return median(change for _, change in changes)


@mistake(
    "usual",
    "Your function leaves the last year out. Python's range stops before its end; does the "
    "question's span?",
)
def _last_year_left_out(changes, first, last):
    return median(_chosen(changes, first, last - 1) or [0.0])


@mistake(
    "usual",
    "Your function takes the middle of the list as it stands. What has to be done to the changes "
    "before the one in the middle is their median?",
)
def _middle_of_the_list(changes, first, last):
    chosen = _chosen(changes, first, last)
    return chosen[len(chosen) // 2]


# --- step_shows


def _step(year):
    return _steps([year])[year]


def step_shows(year):
    """A rise in the shorter month is a rise per day as well, and comparing it with a median shows
    what it is beside those years. What it is beside another February, or why it came, it does not
    show."""
    return {
        name
        for name, holds in {
            "above_old": _step(year) > _steps(OLD).median(),
            "above_new": _step(year) > _steps(NEW).median(),
            "per_day": measures.percent_change(
                _ohss(), f"{year}-01", f"{year}-02", daily=True
            ) > 0,
        }.items()
        if holds
    }  # fmt: skip


@mistake(
    "step_shows",
    "You read a change since January as a change since the year before. Which two months does that "
    "statement compare, and does a step from January to February hold both?",
)
def _other_baseline(year):
    return "year_before"


@mistake(
    "step_shows",
    "You took a change for its cause. What else could move a count from one month to the next, and "
    "what would you need to see to rule it out?",
)
def _cause_from_change(year):
    return "policy"


@mistake(
    "step_shows",
    "You put the change of {year} above the earlier years' median. Find both numbers, and set one "
    "beside the other.",
)
def _above_the_old_median(year):
    return None if "above_old" in step_shows(year) else "above_old"


@mistake(
    "step_shows",
    "You put the change of {year} above the later years' median. Find both numbers, and set one "
    "beside the other.",
)
def _above_the_new_median(year):
    return None if "above_new" in step_shows(year) else "above_new"


# --- headlines


def headlines():
    """Return a model answer."""
    year, days, peak = (
        wording.percent(abs(_percent(BASELINES[name], daily=daily)))
        for name, daily in (("feb23", False), ("jan", True), ("dec", False))
    )
    total = wording.number(measures.total(_encounters(), FEBRUARY))
    return (
        f"1. CBP counted {year} more encounters at the southwest land border in February 2024 than "
        f"in February 2023. 2. Encounters in February 2024 were {peak} below those of December "
        f"2023. 3. CBP counted {total} encounters in February 2024: {year} more than in February "
        f"2023, and {days} more per day than in January, but {peak} fewer than in December."
    )
