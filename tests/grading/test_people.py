"""Whose a file is: the system's name decides, and what contradicts it waits for a person."""

import pytest
from classroom import FULL

from bordercount.grading import GradingError
from bordercount.grading.people import name_keys

ROSTER = (
    "student,name,email,canvas\nana,Ana Rivera,ana@example.org,11\nbo,Bo Chen,bo@example.org,12\n"
)


@pytest.fixture
def roster(klass):
    path = klass.folder / "roster.csv"
    path.write_text(ROSTER, "utf-8")
    return path


def test_a_roster_names_who_is_missing_and_who_is_unknown(klass, roster):
    klass.put("a.json", klass.sheet("ANA"))
    klass.put("x.json", klass.sheet("stranger"))
    klass.grade(roster=roster)
    assert set(klass.problems()) == {("bo", "missing"), ("stranger", "unknown")}
    assert klass.points("ana") == klass.points("stranger") == FULL
    assert klass.of("ana")["demo.pick"]["name"] == "Ana Rivera"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("id;name\nana;Ana Rivera\nbo;Bo Chén\n", "utf-8"),
        ("id;name\nana;Ana Rivera\nbo;Bo Chén\n", "cp1252"),
        ("Student\tName\nana\tAna Rivera\nbo\tBo Chén\n", "utf-16"),
        ("\ufeffLogin,Full name\r\nana,Ana Rivera\r\nbo,Bo Chén\r\n", "utf-8"),
    ],
)
def test_a_roster_is_read_as_spreadsheets_write_it(klass, roster, content, encoding):
    roster.write_bytes(content.encode(encoding))
    klass.put("b.json", klass.sheet("bo"))
    klass.grade(roster=roster)
    assert klass.of("bo")["demo.pick"]["name"] == "Bo Chén"
    assert klass.problems() == [("ana", "missing")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("surname,first\nRivera,Ana\n", "no column of ids"),
        ("student,name\nana,A\n Ana ,B\n", "row 3: the id 'Ana' stands there twice"),
        ("student,name\nana,A\n,B\n", "row 3: no id"),
        ("", "no header"),
        (b"\x00\x01\x02\x03", "not a text file"),
        ('student,name\nana,"A\n', "not readable as CSV"),
    ],
)
def test_a_roster_that_cannot_be_used_says_where(klass, roster, content, says):
    roster.write_bytes(content if isinstance(content, bytes) else content.encode())
    klass.put("a.json", klass.sheet("ana"))
    with pytest.raises(GradingError, match=says):
        klass.grade(roster=roster)


@pytest.mark.parametrize("name", ["Ana Rivera", "Rivera, Ana", "riveraana", "ANA  RIVERA"])
def test_a_name_is_found_however_systems_write_it(name):
    assert set(name_keys(name)) & set(name_keys("Ana Rivera"))


def test_a_name_that_two_bear_finds_neither(klass, roster):
    roster.write_text("student,name\na1,Ana Rivera\na2,Ana Rivera\n", "utf-8")
    klass.put("riveraana_11_9_answers.json", klass.sheet("zzz"))
    klass.grade(roster=roster)
    assert ("11", "unknown") in klass.problems()


def held(klass, student):
    return {row["verdict"] for row in klass.of(student).values()} == {"to decide"}


def test_another_persons_id_waits_for_a_person(klass, roster):
    klass.put("riveraana_11_9_answers.json", klass.sheet("bo"))
    klass.put("chenbo_12_8_answers.json", klass.sheet("bo"))
    summary = klass.grade(roster=roster)
    assert held(klass, "ana")
    assert {row["points"] for row in klass.of("ana").values()} == {""}
    assert klass.points("bo") == FULL
    assert klass.problems() == [("ana", "other's id")]
    assert not summary.clean


def test_an_id_used_by_two_people_waits_for_a_person(klass):
    klass.put("riveraana_11_9_answers.json", klass.sheet("same"))
    klass.put("chenbo_12_8_answers.json", klass.sheet("same"))
    klass.grade()
    assert held(klass, "11")
    assert held(klass, "12")
    assert klass.problems() == [("11", "shared id"), ("12", "shared id")]


def test_two_ids_in_one_persons_sheets_wait_for_a_person(klass):
    klass.put("Ana_5_assignsubmission_file/a.json", klass.sheet("one"))
    klass.put("Ana_5_assignsubmission_file/b.json", klass.sheet("two"))
    klass.grade()
    assert held(klass, "5")
    assert klass.problems() == [("5", "several ids")]


def test_sheets_of_several_ids_can_be_left_out(klass):
    klass.put("Ana_5_assignsubmission_file/a.json", klass.sheet("one"))
    klass.put("Ana_5_assignsubmission_file/b.json", klass.sheet("two"))
    klass.grade()
    path = klass.out / "problems.csv"
    path.write_text(path.read_text("utf-8").replace("yes,\n", "yes,leave out\n"), "utf-8")
    klass.grade()
    assert not held(klass, "5")
    assert {row["verdict"] for row in klass.of("5").values()} == {"not read"}


def test_sheets_without_an_id_belong_to_who_handed_them_in(klass):
    klass.put("riveraana_11_9_answers.json", klass.sheet(""))
    klass.put("chenbo_12_8_answers.json", klass.sheet(""))
    klass.grade()
    assert klass.points("11") == klass.points("12") == FULL
    assert klass.problems() == []


def test_a_plain_sheet_without_an_id_is_named_after_its_file(klass):
    klass.put("lost (3).json", klass.sheet(""))
    klass.grade()
    assert klass.points("file lost (3).json") == FULL
    assert klass.problems() == [("file lost (3).json", "no id")]


def test_a_case_of_another_id_waits_and_the_rest_is_graded(klass):
    own = klass.exam.questions["demo.days"]
    other = next(case for case in own.cases if case != own.cases[own.case_of("s1")])
    strange = klass.right("s1")["demo.days"] | {"case": dict(other)}
    klass.put("a.json", klass.sheet("s1", {"demo.days": strange}))
    klass.grade()
    row = klass.of("s1")["demo.days"]
    assert (row["points"], row["verdict"]) == ("", "to decide")
    assert klass.points("s1") == FULL - 1
    (problem,) = klass.table("problems.csv")
    assert (problem["problem"], problem["exercise"], problem["waits"]) == (
        "case",
        "demo.days",
        "yes",
    )
    assert other["month"] in problem["detail"]


@pytest.mark.parametrize(("decision", "points"), [("accept", FULL), ("leave out", FULL - 1)])
def test_a_decision_on_a_case_comes_back_and_stays(klass, decision, points):
    question = klass.exam.questions["demo.days"]
    (wrong,) = [
        n for n in range(3) if n not in (question.case_of("s1"), (question.case_of("s1") + 1) % 3)
    ]
    value = question.keys[wrong]["answer"]
    answer = klass.answer(value, dict(question.cases[wrong]))
    klass.put("a.json", klass.sheet("s1", {"demo.days": answer}))
    klass.grade()
    path = klass.out / "problems.csv"
    path.write_text(path.read_text("utf-8").replace("yes,\n", f"yes,{decision}\n"), "utf-8")
    for _ in range(2):  # the second run finds it in the folder
        summary = klass.grade()
        assert klass.points("s1") == points
        assert summary.clean
        assert klass.table("problems.csv")[0]["decision"] == decision


def test_a_decision_outlives_a_run_without_its_file(klass, roster):
    klass.put("riveraana_11_9_answers.json", klass.sheet("bo"))
    other = klass.put("deecy_13_8_answers.json", klass.sheet("cy"))
    klass.grade(roster=roster)
    path = klass.out / "problems.csv"
    path.write_text(path.read_text("utf-8").replace("yes,", "yes,accept"), "utf-8")
    klass.grade(roster=roster)
    assert klass.points("ana") == FULL
    alone = klass.folder / "alone"
    alone.mkdir()
    other.rename(alone / other.name)
    klass.grade(alone, roster=roster)
    kept = [row for row in klass.table("problems.csv") if row["decision"]]
    assert [(row["student"], row["problem"], row["waits"]) for row in kept] == [
        ("ana", "other's id", "no")
    ]
    klass.grade(roster=roster)
    assert klass.points("ana") == FULL


def test_a_decision_frees_or_drops_a_sheet(klass, roster):
    klass.put("riveraana_11_9_answers.json", klass.sheet("bo"))
    klass.put(
        "riveraana_11_7_answers.json", klass.sheet("ana", {"demo.pick": klass.answer("person")})
    )
    klass.grade(roster=roster)
    assert held(klass, "ana")
    table = klass.out / "problems.csv"
    kept = table.read_text("utf-8")
    rows = [
        line.replace("yes,", "yes,accept") if "several ids" in line else line
        for line in kept.splitlines()
    ]
    rows = [
        line.replace("yes,", "yes,leave out") if "other's id" in line else line for line in rows
    ]
    mine = klass.folder / "decided.csv"
    mine.write_text("\n".join(rows) + "\n", "utf-8")
    klass.grade(roster=roster, decisions=mine)
    assert klass.points("ana") == FULL - 1
    mine.write_text(kept.replace("yes,", "yes,maybe"), "utf-8")
    with pytest.raises(GradingError, match="row 2, column 'decision': 'maybe'"):
        klass.grade(roster=roster, decisions=mine)
