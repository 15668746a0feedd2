"""What learning systems gave comes back filled in: nothing else changed, nobody else's row."""

import csv
import io
import json
import zipfile

import pytest
from classroom import FULL

from bordercount.grading import GradingError, lms
from bordercount.grading.collect import canvas, moodle

ONLY = "demo,-kind:code,-kind:text"  # what needs neither person nor sandbox: grades are final
GRADEBOOK = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Notes,"
    "Border (77),Essay (78),Current Score\r\n"
    ",,,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,,6,10,(read only)\r\n"
    '"Rivera, Ana",11,sis11,ana,A,"says ""hi""",,7.5,70\r\n'
    '"Chen, Bo",12,sis12,bo,A,,3,8,80\r\n'
    '"Dee, Cy",13,sis13,cy,A,,,9,90\r\n'
)
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 501,Ana Rivera,ana@example.org,Submitted,,6.00,Yes,-,-,\n"
    "Participant 502,Bo Chen,bo@example.org,Submitted,2.00,6.00,Yes,-,-,well done\n"
    "Participant 503,Cy Dee,cy@example.org,No submission,,6.00,Yes,-,-,\n"
)


def rows(path):
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


@pytest.fixture
def gradebook(klass):
    path = klass.folder / "export.csv"
    path.write_bytes(GRADEBOOK.encode("utf-8"))
    return path


@pytest.fixture
def worksheet(klass):
    path = klass.folder / "worksheet.csv"
    path.write_text(WORKSHEET, "utf-8")
    return path


@pytest.fixture
def canvas_class(klass, gradebook):
    klass.put("riveraana_11_9001_answers.json", klass.sheet("ana"))
    klass.put(
        "chenbo_LATE_12_9002_answers-1.json", klass.sheet("", {"demo.pick": klass.answer("person")})
    )
    return klass


@pytest.mark.parametrize(
    ("name", "key", "prefix"),
    [
        ("riveraana_340934_208490284_answers.json", "340934", "riveraana_340934_208490284_"),
        ("riveraana_LATE_34_20_my file (1).json", "34", "riveraana_LATE_34_20_"),
        ("anon_aB3_77_answers.json", "anon_aB3", "anon_aB3_77_"),
        ("LATE_anon_aB3_77_answers.json", "anon_aB3", "LATE_anon_aB3_77_"),
        ("riveraana_340934_text.html", None, None),
        ("李小龍_5_6_a_b.json", "5", "李小龍_5_6_"),
        ("answers.json", None, None),
    ],
)  # fmt: skip
def test_canvas_names_tell_the_user(name, key, prefix):
    owner = canvas(name)
    assert (owner and owner.key, owner and owner.prefix) == (key, prefix)


def test_a_group_name_with_digits_does_not_hide_the_user():
    owner = canvas("group_7_40_340934_208490284_answers.json", frozenset({"340934"}))
    assert (owner.key, owner.prefix) == ("340934", "group_7_40_340934_208490284_")


@pytest.mark.parametrize(
    ("part", "key", "name", "prefix"),
    [
        ("Ana María Rivera_12345_assignsubmission_file", "12345", "Ana María Rivera", None),
        ("Ana_12345_assignsubmission_file_", "12345", "Ana", None),
        ("Participant_9_assignsubmission_file_answers.json", "9", "Participant",
         "Participant_9_assignsubmission_file_"),
    ],
)  # fmt: skip
def test_moodle_names_tell_the_participant(part, key, name, prefix):
    owner = moodle(part)
    assert (owner.key, owner.name, owner.prefix) == (key, name, prefix or part)
    assert moodle("Ana/answers.json") is None


def test_a_canvas_export_is_filled_in_and_else_unchanged(canvas_class, gradebook):
    klass = canvas_class
    summary = klass.grade(exercises=ONLY, canvas=gradebook, column="Border")
    assert summary.layout == "canvas"
    before, after = rows(gradebook), rows(klass.out / "canvas.csv")
    assert (klass.out / "canvas.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in (klass.out / "canvas.csv").read_bytes()
    assert after[0] == before[0]
    assert [row[0] for row in after[1:]] == ["    Points Possible", "Rivera, Ana", "Chen, Bo"]
    by_name = {row[0]: row for row in before}
    for row in after[1:]:
        assert [*row[:6], *row[7:]] == [*by_name[row[0]][:6], *by_name[row[0]][7:]]
    assert [row[6] for row in after[1:]] == ["6", "6", "5"]


def test_the_test_student_of_canvas_is_not_missed(canvas_class, gradebook):
    gradebook.write_bytes(gradebook.read_bytes() + b'"Student, Test",19,,0f3c,A,,,,\r\n')
    canvas_class.grade(exercises=ONLY, canvas=gradebook, column="Border")
    assert canvas_class.problems() == [("cy", "missing")]


def test_a_student_without_a_sheet_is_missing_and_has_no_row(canvas_class, gradebook):
    canvas_class.grade(exercises=ONLY, canvas=gradebook, column="Border")
    assert ("cy", "missing") in canvas_class.problems()


def test_an_open_grade_is_left_out_unless_the_points_so_far_are_wanted(canvas_class, gradebook):
    summary = canvas_class.grade(canvas=gradebook, column="Border (77)")
    assert len(rows(canvas_class.out / "canvas.csv")) == 2
    assert any("leaves out 2 of 2" in each for each in summary.warnings)
    canvas_class.grade(canvas=gradebook, column="Border (77)", partial=True)
    assert len(rows(canvas_class.out / "canvas.csv")) == 4


def test_a_file_that_could_not_be_read_is_never_a_zero(canvas_class, gradebook):
    canvas_class.put("deecy_13_9003_answers.json", canvas_class.sheet("cy")[:-9])
    canvas_class.grade(canvas=gradebook, column="Border (77)", partial=True)
    assert [row[1] for row in rows(canvas_class.out / "canvas.csv")[2:]] == ["11", "12"]


def test_points_can_be_scaled_to_the_systems_own(canvas_class, gradebook):
    gradebook.write_bytes(gradebook.read_bytes().replace(b",,,,,,6,10,", b",,,,,,100,10,"))
    summary = canvas_class.grade(exercises=ONLY, canvas=gradebook, column="Border")
    assert any("100" in each and "--scale" in each for each in summary.warnings)
    canvas_class.grade(exercises=ONLY, canvas=gradebook, column="Border", scale=True)
    assert [row[6] for row in rows(canvas_class.out / "canvas.csv")[1:]] == ["100", "100", "83.33"]


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("Borders", "no column 'Borders'; its assignments are Notes, Border"),
        ("Current Score", "ignores a column"),
    ],
)
def test_a_column_that_canvas_would_not_take_is_refused(canvas_class, gradebook, column, says):
    with pytest.raises(GradingError, match=says):
        canvas_class.grade(canvas=gradebook, column=column)


def test_what_is_no_export_is_refused(canvas_class, gradebook, worksheet):
    with pytest.raises(GradingError, match="not a Canvas gradebook export"):
        canvas_class.grade(canvas=worksheet, column="Grade")
    with pytest.raises(GradingError, match="not a Moodle grading worksheet"):
        canvas_class.grade(moodle=gradebook)
    with pytest.raises(GradingError, match="--canvas needs --column"):
        canvas_class.grade(canvas=gradebook)


def test_feedback_goes_back_to_canvas_under_the_file_names_it_gave(canvas_class, gradebook):
    canvas_class.grade(exercises=ONLY)
    with zipfile.ZipFile(canvas_class.out / "feedback-canvas.zip") as archive:
        assert archive.namelist() == [
            "chenbo_LATE_12_9002_feedback.html", "riveraana_11_9001_feedback.html",
        ]  # fmt: skip


def test_a_file_beside_a_sheet_is_a_note_and_no_trouble(klass, worksheet):
    klass.put("Ana Rivera_501_assignsubmission_file/answers.json", klass.sheet("ana@example.org"))
    klass.put("Ana Rivera_501_assignsubmission_onlinetext/onlinetext.html", "<p>attached</p>")
    klass.put("Bo Chen_502_assignsubmission_file/answers.pdf", "%PDF-1.4")
    klass.grade(exercises=ONLY, moodle=worksheet)
    assert klass.problems() == [
        ("bo@example.org", "not read"), ("cy@example.org", "missing"),
        ("ana@example.org", "no sheet"),
    ]  # fmt: skip


@pytest.mark.parametrize("folders", [True, False])
def test_a_moodle_worksheet_is_filled_in_and_else_unchanged(klass, worksheet, folders):
    join = "/" if folders else "_"
    klass.put(
        f"Ana Rivera_501_assignsubmission_file{join}answers.json", klass.sheet("ana@example.org")
    )
    klass.put(f"Bo Chen_502_assignsubmission_file{join}my.txt", klass.sheet("bo@example.org"))
    summary = klass.grade(exercises=ONLY, moodle=worksheet)
    assert summary.layout == "moodle"
    before, after = rows(worksheet), rows(klass.out / "moodle.csv")
    assert [row[4] for row in after] == ["Grade", "6", "6"]
    assert [row[:4] + row[5:] for row in after] == [row[:4] + row[5:] for row in before[:3]]
    with zipfile.ZipFile(klass.out / "feedback-moodle.zip") as archive:
        for name in archive.namelist():
            part, _, rest = name.partition("/")
            assert rest == "feedback.html"
            assert part.split("_")[1:4] in (["501", "assignsubmission", "file"],
                                            ["502", "assignsubmission", "file"])  # fmt: skip


def test_a_worksheet_in_another_language_needs_the_name_of_its_column(klass, worksheet):
    worksheet.write_text(
        WORKSHEET.replace("Identifier", "Identificador")
        .replace("Grade,", "Calificación,")
        .replace("Participant", "Participante"),
        "utf-8",
    )
    klass.put("Ana Rivera_501_assignsubmission_file/answers.json", klass.sheet("x"))
    klass.grade(exercises=ONLY, moodle=worksheet, column="Calificación")
    assert [row[4] for row in rows(klass.out / "moodle.csv")] == ["Calificación", "6"]


def test_a_gradescope_export_names_its_students_and_gets_results_back(klass):
    metadata = (
        "submission_101:\n  :submitters:\n  - :name: Ana Rivera\n    :sid: '11'\n"
        "    :email: ana@example.org\nsubmission_102:\n  :submitters:\n"
        "  - :name: Bo Chen\n    :sid: '12'\n    :email: bo@example.org\n"
    )
    klass.put("assignment_9_export/submission_metadata.yml", metadata)
    klass.put("assignment_9_export/submission_101/answers.json", klass.sheet("ana@example.org"))
    klass.put("assignment_9_export/submission_102/a.json", klass.sheet("whatever"))
    summary = klass.grade()
    assert summary.layout == "gradescope"
    assert klass.points("ana@example.org") == klass.points("bo@example.org") == FULL
    content = json.loads((klass.out / "gradescope/ana@example.org/results.json").read_text("utf-8"))
    assert content["score"] == FULL
    tests = {test["name"]: test for test in content["tests"]}
    assert tests["demo.pick"]["score"] == tests["demo.pick"]["max_score"] == 1
    assert "score" not in tests["demo.why"]
    assert {test["output_format"] for test in tests.values()} == {"text"}
    assert {test["visibility"] for test in tests.values()} == {"visible"}


def test_swapped_files_on_gradescope_wait_for_a_person(klass):
    klass.put(
        "assignment_9_export/submission_metadata.yml",
        "submission_1:\n  :submitters:\n  - :name: Ana\n    :sid: '11'\n    :email: a@example.org\n"
        "submission_2:\n  :submitters:\n  - :name: Bo\n    :sid: '12'\n    :email: b@example.org\n",
    )
    klass.put("assignment_9_export/submission_1/answers.json", klass.sheet("12"))
    klass.put("assignment_9_export/submission_2/answers.json", klass.sheet("11"))
    klass.grade()
    assert klass.problems() == [("a@example.org", "other's id"), ("b@example.org", "other's id")]


def test_a_group_on_gradescope_gets_one_grade_each(klass):
    metadata = (
        "submission_101:\n  :submitters:\n  - :name: Ana Rivera\n    :email: ana@example.org\n"
        "  - :name: Bo Chen\n    :email: bo@example.org\n"
    )
    klass.put("assignment_9_export/submission_metadata.yml", metadata)
    klass.put("assignment_9_export/submission_101/answers.json", klass.sheet("the two of us"))
    klass.grade()
    assert klass.points("ana@example.org") == klass.points("bo@example.org") == FULL
    assert klass.problems() == []


def test_results_never_give_the_answer_of_a_prediction_away(klass):
    klass.put("assignment_9_export/submission_metadata.yml", "submission_1: {}\n")
    klass.put("assignment_9_export/submission_1/answers.json", klass.sheet("ana"))
    klass.grade()
    (path,) = (klass.out / "gradescope").rglob("results.json")
    assert "CBP's newest file has" not in path.read_text("utf-8")


def test_numbers_are_written_as_both_systems_read_them():
    assert [lms.number(text) for text in ("6", "6.00", " 10,5 ", "-", "")][2:] == [
        lms.number("10.5"), None, None,
    ]  # fmt: skip
