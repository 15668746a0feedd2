from bordercount import data, measures
from bordercount.keys import inputs, mistake


def pick():
    """An encounter is one event: {answer}."""
    return "event"


@mistake("pick", "One person can be met several times. What does CBP count then?")
def counts_people():
    return "person"


@mistake("pick", "Families are counted person by person.")
def counts_families():
    return "family"


def several():
    """Both are parts of CBP."""
    return {"usbp", "ofo"}


@mistake("several", "ICE is another agency.")
def another_agency():
    return "ice"


def days(month):
    """{month:%B %Y}: its encounters divided by the days it has, {answer}."""
    return measures.per_day(data.load("encounters"), month)


@mistake("days", "You divided by 30. How many days did {month:%B %Y} have?")
def thirty_days(month):
    return measures.total(data.load("encounters"), month) / 30


@mistake("days", "That is Border Patrol alone.")
def border_patrol_alone(month):
    return measures.per_day(data.load("encounters"), month, "usbp")


def pairs():
    """Field Operations works at ports."""
    return {"usbp": "between", "ofo": "at"}


@mistake("pairs", "The two are swapped.")
def swapped():
    return {"usbp": "at"}


def sorted():
    """By year."""
    return ["a", "b", "c"]


@mistake("sorted", "Newest first?")
def newest_first():
    return ["c", "b", "a"]


def guess():
    """CBP's newest file has {answer}. What did you not know?"""
    return measures.total(data.load("encounters"), "2024-02")


def why():
    """It matters to who decides."""
    return "because"


def total_code(table, month):
    return int(table.loc[table["month"] == month, "encounters"].sum())


@inputs("total_code")
def more():
    return [[{"table": "encounters"}, "2023-02"], [{"table": "encounters"}, "2022-02"]]


@mistake("total_code", "You counted rows. What does a row hold?")
def counts_rows(table, month):
    return int((table["month"] == month).sum())


@mistake("total_code", "That is every month together.")
def every_month(table, month):
    return int(table["encounters"].sum())
