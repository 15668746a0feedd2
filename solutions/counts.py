"""Answers and known mistakes of exercises/counts.yml."""

from bordercount import claims, data, measures, wording
from bordercount.keys import inputs, mistake

FEBRUARY = "2024-02"


def _encounters():
    return data.load("encounters")


def _printed():
    """Return the article's figure for February 2024 as a number."""
    (claim,) = (claim for claim in claims.claims() if claim.id == "feb-2024-total")
    return int(claim.printed.replace(",", ""))


def _revision():
    return measures.revision(data.load("vintages"), FEBRUARY)


def _other(component):
    return {"usbp": "ofo", "ofo": "usbp"}[component]


# --- which_table


def which_table():
    """A table can answer only what one of its rows can say. No table here tells whether two
    encounters were with one person, so none can count people."""
    return {
        "citizenship": "encounters",
        "people": "none_of_them",
        "corrected": "vintages",
        "handed_over": "outcomes",
        "appointments": "cbp_one",
    }


@mistake(
    "which_table",
    "For the question about different people you took a table with a column named people. What "
    "does the codebook say that this column does with a person who was met twice?",
)
def _column_name_for_people():
    """Trusting the name of a column without its description."""
    return {"people": "outcomes"}


@mistake(
    "which_table",
    "You took the table of encounters to count different people. Someone who was met three times "
    "adds how many to it? Ask which table, if any, could tell.",
)
def _encounters_for_people():
    """Taking encounters for persons."""
    return {"people": "encounters"}


@mistake(
    "which_table",
    "You took the table of encounters to see whether a count was changed. It holds one count for "
    "each group and month. Look for a table in which one month can stand with two dates.",
)
def _one_state_for_two():
    """Looking for a revision in a table that holds one state of each count."""
    return {"corrected": "encounters"}


@mistake(
    "which_table",
    "You took the table of encounters for what happened afterwards. Its columns say who was met, "
    "where and under which law. Look for a table whose rows go one step further.",
)
def _encounter_for_outcome():
    """Reading what happened afterwards out of a record of the meeting."""
    return {"handed_over": "encounters"}


@mistake(
    "which_table",
    "You took the table of encounters to count appointments. It holds the ports' encounters with "
    "and without one. Does any column tell the two apart?",
)
def _port_count_for_appointments():
    """Taking a larger count for the part of it that one is after."""
    return {"appointments": "encounters"}


# --- february_rows


def february_rows():
    """The table has {answer} rows for that month, one for each group that counted anybody. Compare
    that with your guess: what did you not know?"""
    return int((_encounters()["month"] == FEBRUARY).sum())


# --- month_average


def _under_title_42(year, component):
    table = _encounters()
    return table[
        table["month"].str.startswith(str(year))
        & (table["component"] == component)
        & (table["title"] == 42)
    ]


def month_average(year, component):
    """{answer} a month. Months without a row counted nobody under Title 42, but they are months of
    {year}, so the sum is divided by twelve."""
    return _under_title_42(year, component)["encounters"].sum().item() / 12


@mistake(
    "month_average",
    "You divided by the months that have a row. The question asks about the whole of {year}: what "
    "did the other months count, and do they belong to the year?",
)
def _months_with_a_row(year, component):
    """Averaging over the months that have a row, and forgetting those that counted nobody."""
    rows = _under_title_42(year, component)
    return rows["encounters"].sum().item() / rows["month"].nunique()


@mistake(
    "month_average",
    "You took the mean of the rows. A row is one group in one month, so what did you divide by? "
    "Add up first, then choose the divisor yourself.",
)
def _mean_of_rows(year, component):
    """Averaging over the rows of a table, whatever a row stands for."""
    return _under_title_42(year, component)["encounters"].mean().item()


@mistake(
    "month_average",
    "Your sum holds encounters under both laws. Which column tells them apart? Filter on it, too.",
)
def _both_titles(year, component):
    """Leaving out the condition on the law."""
    months = [f"{year}-{number:02d}" for number in range(1, 13)]
    return sum(measures.total(_encounters(), month, component) for month in months) / 12


@mistake(
    "month_average",
    "Your sum holds both components. The question is about one of them: filter on it, too.",
)
def _both_components(year, component):
    """Leaving out the condition on the office."""
    return month_average(year, component) + month_average(year, _other(component))


# --- one_part


def one_part(month, component):
    """{answer} in {month:%B %Y}. OHSS has the same count, rounded to the nearest ten, so two roads
    meet."""
    return measures.total(_encounters(), month, component)


@mistake(
    "one_part",
    "You added up both components. Who counts at ports, and who between them? Keep the rows of "
    "one of the two.",
)
def _both_together(month, component):
    """Taking the total for one of its two parts."""
    return measures.total(_encounters(), month)


@mistake(
    "one_part",
    "That is the month's count of the other component. The codebook says which of usbp and ofo "
    "works where: look them up, then filter again.",
)
def _other_component(month, component):
    """Mixing up the abbreviations of the two offices."""
    return measures.total(_encounters(), month, _other(component))


@mistake(
    "one_part",
    "That is the same month a year earlier. In a fiscal-year label, October to December carry the "
    "number of the year to come. Which of the two calendars does the column month use?",
)
def _fiscal_year_label(month, component):
    """Reading a calendar month as if it had a fiscal-year label."""
    return measures.total(_encounters(), f"{int(month[:4]) - 1}{month[4:]}", component)


@mistake(
    "one_part",
    "You kept the rows of Title 8 alone. In {month:%B %Y} a second law was in use, and an "
    "expulsion is an encounter, too. Which rows did your filter lose?",
)
def _title_8_alone(month, component):
    """Leaving out expulsions, as if they were no encounters."""
    table = _encounters()
    return measures.total(table[table["title"] == 8], month, component)


@mistake(
    "one_part",
    "That is the figure of OHSS, which rounds to the nearest ten. It can check a sum, but it is "
    "another publisher's count: add up the rows of encounters.csv.",
)
def _rounded_by_ohss(month, component):
    """Taking another publisher's rounded count for the sum."""
    return measures.total(data.load("encounters_ohss"), month, component)


# --- inside_out


def inside_out():
    """The inner brackets ask every row, the outer ones keep those that said yes, and only then is
    one column taken from what is left and added up."""
    return ["month", "ask", "keep", "encounters", "add"]


@mistake(
    "inside_out",
    "You read from left to right, as one reads a sentence. When the outer brackets keep the rows "
    "that said yes, who has asked them? Look at what stands inside.",
)
def _left_to_right():
    """Reading a line of code from left to right, like a sentence."""
    return ["keep", "month", "ask", "encounters", "add"]


@mistake(
    "inside_out",
    "You took the encounters before any row was kept. That can be written, and gives the same "
    "sum. But in this line, what does the part with encounters come after?",
)
def _column_before_rows():
    """Following another line of code that gives the same result."""
    return ["month", "ask", "encounters", "keep", "add"]


@mistake(
    "inside_out",
    "You took the encounters first of all. In this line that column is taken from what the "
    "brackets before it left over. What did they need?",
)
def _encounters_first():
    """Starting from the column that the result is made of."""
    return ["encounters", "month", "ask", "keep", "add"]


@mistake(
    "inside_out",
    "You added up before any row was kept. Of which months would that be the sum? Move the adding.",
)
def _sum_before_filter():
    """Adding up before anything was filtered."""
    return ["encounters", "add", "month", "ask", "keep"]


# --- careful_total


def careful_total(table, month):
    """Return the month's encounters, or None for a month without a row."""
    rows = table[table["month"] == month]
    return rows["encounters"].sum() if len(rows) else None


@inputs("careful_total")
def _more_months():
    table = {"table": "encounters"}
    return [[table, "2022-02"], [table, "2018-09"], [table, "2018-10"], [table, "2024-2"]]


@mistake(
    "careful_total",
    "For a month that the table lacks, your function says zero: the sum of no rows. Could a reader "
    "tell that from a month in which nobody was met? Look at the rows before you add them up.",
)
def _zero_for_no_row(table, month):
    """Taking the sum of no rows for a count of zero."""
    return table[table["month"] == month]["encounters"].sum()


@mistake(
    "careful_total",
    "Your function counts rows. What does one row stand for, and which column holds the count?",
)
def _rows_counted(table, month):
    """Counting rows where the count stands in a column."""
    return len(table[table["month"] == month]) or None


@mistake(
    "careful_total",
    "Your function gives the same sum for every month, real or not. Where does it use month? Add "
    "up the rows that it kept, not the whole table.",
)
def _month_ignored(table, month):
    """Writing a condition and then not using it."""
    return table["encounters"].sum()


@mistake(
    "careful_total",
    "Your function gives None even for a month that the table has. Does it return its sum? And if "
    "it asks with the word in: on a column, in looks at the row labels, not at the values.",
)
def _labels_asked(table, month):
    """Asking a column's labels, with `in`, about its values."""
    return table[table["month"] == month]["encounters"].sum() if month in table["month"] else None


# --- headlines


def headlines():
    """A revision changes the record of a month, not the month. The first count was CBP's figure of
    its day, the later one is its figure of today, and a headline may print either with its date."""
    return {"dated", "lowered"} if _revision().change < 0 else {"dated"}


@mistake(
    "headlines",
    "You took a change in the record for a change at the border. Both figures count the same "
    "month, and that month was over when the first was printed. What did change?",
)
def _event_for_revision():
    """Taking a change in the record for a change at the border."""
    return "falling"


@mistake(
    "headlines",
    "You measured a report of March 2024 by a file that came later. What did CBP's own release of "
    "that day say? A copying slip and a later correction are different things.",
)
def _later_count_for_truth():
    """Judging a report by a count that came after it."""
    return "erred"


# --- like_with_like


def _first():
    return measures.vintage(data.load("vintages"), "first")


def _latest():
    return measures.vintage(data.load("vintages"), "latest")


def like_with_like(since):
    """{answer} percent on first counts. The rise stands on either choice of vintage; its size
    moves."""
    return measures.percent_change(_first(), since, FEBRUARY)


@mistake(
    "like_with_like",
    "Your base is the final count of {since:%B %Y}, as in the article. What had CBP counted when "
    "that month was as fresh as February 2024 was in March 2024?",
)
def _final_base(since):
    """Comparing a first count with a final one."""
    before = measures.total(_latest(), since)
    return 100 * (measures.total(_first(), FEBRUARY) - before) / before


@mistake(
    "like_with_like",
    "You divided the difference by the later month. A rise starts somewhere: of which month's "
    "count is it a part?",
)
def _later_month_as_base(since):
    """Dividing a rise by the later count."""
    return -measures.percent_change(_first(), FEBRUARY, since)


@mistake(
    "like_with_like",
    "That is what 2024 is in percent of the earlier February. An unchanged count would have "
    "given 100 that way. How much of yours is the rise?",
)
def _whole_for_rise(since):
    """Giving the whole in percent instead of the rise."""
    return 100 + like_with_like(since)


@mistake(
    "like_with_like",
    "That is the rise in encounters. Is it a large part of the count it started from, or a small "
    "one? Percent answers that.",
)
def _encounters_for_percent(since):
    """Giving a difference where a percentage is asked."""
    return measures.change(_first(), since, FEBRUARY)


# --- cut_both


def cut_both():
    """Cutting the earlier count makes a rise larger, cutting the later one makes it smaller, and
    the one that lost more decides. Subtract full counts and round once, at the end."""
    return "either"


@mistake(
    "cut_both",
    "You carried over what happens when the earlier count alone is cut. What does cutting the "
    "later count do to the difference? Try a pair whose later count ends in 999.",
)
def _earlier_alone():
    """Thinking of what cutting does to one of the two counts only."""
    return "larger"


@mistake(
    "cut_both",
    "Cutting makes each count smaller, but the rise is a difference. If the earlier count loses "
    "more than the later one, which way does the difference go? Try a pair.",
)
def _smaller_parts_smaller_difference():
    """Expecting smaller numbers to have a smaller difference."""
    return "smaller"


# --- sentence


def sentence():
    """Return a model answer."""
    found = measures.revision(data.load("vintages"), "2023-02")
    return (
        f"Headline: About {wording.number(round(found.latest, -3))} border encounters in February "
        "2023, by CBP's final count. "
        f"Footnote: CBP counted {wording.number(found.latest)} encounters at the southwest land "
        "border in February 2023, Border Patrol and ports together, by its file of "
        f"{wording.month(found.latest_as_of)}; as first published in "
        f"{wording.month(found.first_as_of)} there were {wording.number(found.first)}."
    )
