"""Hostile input: each has its score and its message, and the neighbour's grade stays whole."""

import csv
import io
import json
import os
import stat
import struct
import time
import tracemalloc
import unicodedata
import zipfile
from html.parser import HTMLParser

import pytest
from classroom import AT, FULL, zipped

from bordercount import answers
from bordercount.grading import GradingError, archive, collect, csvfile, gather, judging, outputs
from bordercount.grading.marking import Judge

MIME = "application/vnd.bordercount.answers+json"
VOID = {"meta", "br", "hr", "img", "link", "input", "col", "wbr"}
WORD = "An answer in a student's own words, number "


class Page(HTMLParser):
    """Checks that every element is closed, and that no script or handler stands in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "iframe", "object", "base", "form")
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def check_outputs(folder):
    """Every file is UTF-8, pages are whole, no cell is a formula, Windows takes the names."""
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        for part in relative.parts:
            assert not set(part) & set('<>:"|?*\\')
            assert part == part.rstrip(". ")
            assert not outputs.RESERVED.match(part)
            assert len(part.encode("utf-8")) <= 255
        if path.suffix not in (".html", ".csv", ".json"):
            continue
        text = path.read_bytes().decode("utf-8")
        if path.suffix == ".html":
            page = Page()
            page.feed(text)
            page.close()
            assert page.open == []
        elif path.suffix == ".csv" and path.name not in ("canvas.csv", "moodle.csv"):
            rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
            assert len({len(row) for row in rows}) == 1
            for cell in (cell for row in rows for cell in row):
                assert not csvfile.FORMULA.match(cell), cell


def graded(klass, files, **options):
    """Grade these files beside the neighbour bo's, who is unharmed; return the problems."""
    klass.put("bo/answers.json", klass.sheet("bo"))
    for name, content in files.items():
        klass.put(name, content)
    summary = klass.grade(**options)
    assert klass.points("bo") == FULL
    assert {row["name"] for row in klass.of("bo").values()} == {""}
    check_outputs(klass.out)
    text = (klass.out / "problems.csv").read_bytes().decode("utf-8-sig")  # line ends as they stand
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert summary.clean or rows
    return rows


def details(rows, file):
    return " / ".join(row["detail"] for row in rows if row["file"] == file)


def compare(rows, wanted):
    """Every file has a problem that says what is wanted of it."""
    missing = {
        file: details(rows, file)[:200]
        for file, says in wanted.items()
        if says not in details(rows, file)
    }
    assert missing == {}


def entry(klass, value, exercise="demo.pick", student="s1", **changes):
    given = klass.right(student).get(exercise) or klass.answer(value)
    return {exercise: given | {"value": value} | changes}


# Sheets


def test_sheets_that_cannot_be_read_say_why_and_give_no_points(klass):
    good = klass.sheet("s1")
    deep = "[" * 100_000 + "]" * 100_000

    def holding(text):
        return good.replace('"value": "event"', f'"value": {text}')

    wanted = {
        "format.json": (good.replace("answers/1", "answers/2"), "its format is not"),
        "no format.json": (good.replace('"format"', '"Format"'), "its format is not"),
        "format list.json": ('{"format": ["bordercount-answers/1"]}', "its format is not"),
        "number.json": (good.replace('"student": "s1"', '"student": 1'), "lacks the student"),
        "null.json": (good.replace('"student": "s1"', '"student": null'), "lacks the student"),
        "answers.json": ('{"format": "bordercount-answers/1", "student": "s1", "answers": []}',
                         "lacks the student or the answers"),
        "list.json": (f"[{good}]", "not an answer sheet"),
        "text.json": ('"bordercount-answers/1"', "not an answer sheet"),
        "twice.json": (good.replace('"student": "s1"', '"student": "s1", "student": "bo"'),
                       "holds 'student' twice"),
        "twice at the end.json": (good[:-1] + ', "student": "bo"}', "holds 'student' twice"),
        "answers twice.json": (good[:-1] + ', "answers": {}}', "holds 'answers' twice"),
        "exercise twice.json": (good.replace('"demo.several"', '"demo.pick"'),
                                "holds 'demo.pick' twice"),
        "value twice.json": (holding('"person", "value": "event"'), "holds 'value' twice"),
        "nan.json": (holding("NaN"), "NaN is not a number"),
        "infinity.json": (holding("Infinity"), "Infinity is not a number"),
        "minus infinity.json": (holding("-Infinity"), "-Infinity is not a number"),
        "digits.json": (holding("9" * 5_000), "not JSON"),
        "deep.json": (deep, "not an answer sheet"),
        "deep value.json": (holding(deep), "not JSON"),
        "deep mapping.json": (holding('{"a":' * 100_000 + "1" + "}" * 100_000), "not JSON"),
        "half.json": (good[: len(good) // 2], "not JSON"),
        "more.json": (good + good, "not JSON"),
        "utf-16.json": (good.encode("utf-16"), "not UTF-8"),
        "bytes.json": (good.encode() + b"\xff\xfe", "not UTF-8"),
        "raw half character.json": (good.replace("event", "\ud800"), "not UTF-8"),
        "control.json": (holding('"a\x01b"'), "not JSON"),
        "long.json": (holding(json.dumps("x" * 5_000_001)), "larger than 5,000,000 characters"),
        "huge.json": (holding('"' + "x" * 40_000_000 + '"'), "larger than 30,000,000 bytes"),
        "huge of no format.json": (b"[" + b"0," * 20_000_000 + b"0]", "larger than 30,000,000"),
    }  # fmt: skip
    rows = graded(klass, {file: content for file, (content, _) in wanted.items()})
    compare(rows, {file: says for file, (_, says) in wanted.items()})
    assert klass.points("s1") == 0
    assert {row["points"] for row in klass.of("s1").values()} == {""}
    assert klass.table("totals.csv")[1]["state"] == "not read"


def test_half_characters_deep_values_and_odd_entries_cost_only_themselves(klass):
    nest: object = "event"
    for _ in range(400):
        nest = [nest]
    odd = {
        "list case": entry(klass, "event", case=["2024-02"]),
        "text case": entry(klass, "event", case="2024-02"),
        "no case": entry(klass, "event", case=None),
        "tries": entry(klass, "event", tries=10**4_000),
        "few tries": entry(klass, "event", tries=0),
        "half a try": entry(klass, "event", tries=1.5),
        "yes": entry(klass, "event", tries=True),
        "tomorrow": entry(klass, "event", at="tomorrow"),
        "no day": entry(klass, "event", at="2026-02-30T10:00:00Z"),
        "year": entry(klass, "event", at="12026-02-03T10:00:00Z"),
        "list": {"demo.pick": ["event"]},
        "nothing": {"demo.pick": None},
    }
    judged = {
        "nested value": (entry(klass, nest), "unreadable"),
        "half value": (entry(klass, "\ud800"), "wrong"),
        "digits": (entry(klass, 10**4_000), "unreadable"),
        "later": (entry(klass, "event", at="9999-12-31T23:59:59.999999999Z"), "right"),
        "nested case": (entry(klass, "event", case={"month": nest}), "to decide"),
        "foreign case": (entry(klass, "event", case={"month": "2024-02"}), "to decide"),
        "number case": (entry(klass, "event", case={"month": 10**4_000}), "to decide"),
        "half case": (entry(klass, "event", case={"\udfff": "\ud800"}), "to decide"),
    }
    files = {f"{name}.json": klass.sheet(name, given) for name, given in odd.items()}
    for name, (given, _) in judged.items():
        files[f"{name}.json"] = klass.sheet(name, given).encode("utf-8", "surrogatepass")
        files[f"{name}.json"] = json.dumps(json.loads(klass.sheet(name, given)))
    rows = graded(klass, files)
    compare(rows, {f"{name}.json": "not an answer" for name in odd})
    for name in odd:
        assert (klass.points(name), klass.of(name)["demo.pick"]["verdict"]) == (
            FULL - 1,
            "not attempted",
        )
    found = {name: klass.of(name)["demo.pick"]["verdict"] for name in judged}
    assert found == {name: verdict for name, (_, verdict) in judged.items()}
    for name, verdict in found.items():
        assert klass.points(name) == (FULL if verdict == "right" else FULL - 1)


def test_infinity_written_as_a_number_is_no_answer(klass):
    text = klass.sheet("s1").replace('"value": "event"', '"value": 1e999')
    graded(klass, {"a.json": text})
    assert klass.of("s1")["demo.pick"]["verdict"] == "unreadable"
    assert klass.points("s1") == FULL - 1


FORMS = [
    ("pick", ["event"], "unreadable", 0),
    ("pick", {"event": True}, "unreadable", 0),
    ("pick", " event", "wrong", 0),
    ("pick", "EVENT", "wrong", 0),
    ("pick", 1, "unreadable", 0),
    ("pick", False, "unreadable", 0),
    ("pick", "<script>alert(1)</script>", "wrong", 0),
    ("several", "usbp", "unreadable", 0),
    ("several", ["usbp"] * 1_000, "partly", 0.5),
    ("several", ["usbp", "ofo"] * 1_000, "right", 1),
    ("several", ["usbp", "ofo", "ice"] * 100, "mistake", 0.5),
    ("several", [["usbp"], ["ofo"]], "unreadable", 0),
    ("several", [{"usbp": 1}, "ofo"], "unreadable", 0),
    ("several", {"usbp": "ofo"}, "unreadable", 0),
    ("several", [None, "usbp", "ofo"], "unreadable", 0),
    ("several", [str(n) for n in range(10_000)], "wrong", 0),
    ("days", 6549, "unreadable", 0),
    ("days", True, "unreadable", 0),
    ("days", "9" * 5_000, "unreadable", 0),
    ("days", "1e999", "unreadable", 0),
    ("days", "nan", "unreadable", 0),
    ("days", ["6549"], "unreadable", 0),
    ("pairs", {"usbp": "between", "ofo": "at", "ice": "at", "": ""}, "right", 1),
    ("pairs", {"usbp": ["between", "at"], "ofo": "at"}, "unreadable", 0),
    ("pairs", [["usbp", "between"], ["ofo", "at"]], "unreadable", 0),
    ("pairs", "usbp", "unreadable", 0),
    ("sorted", ["a", "b", "c", "c"], "wrong", 0),
    ("sorted", ["a", "a", "b", "b", "c", "c"], "wrong", 0),
    ("sorted", {"0": "a", "1": "b", "2": "c"}, "unreadable", 0),
    ("sorted", "abc", "unreadable", 0),
    ("guess", {"value": "1"}, "unreadable", 0),
    ("guess", 5, "unreadable", 0),
    ("guess", "many", "unreadable", 0),
    ("why", " \n\t\u3000\u2003 ", "not attempted", 0),
    ("why", 5, "unreadable", 0),
    ("why", ["a", "b"], "unreadable", 0),
    ("total_code", 5, "unreadable", 0),
    ("total_code", {"def": "x"}, "unreadable", 0),
    ("total_code", "  ", "not attempted", 0),
]


def test_a_value_in_the_form_of_another_kind_gains_nothing(klass):
    files = {}
    for number, (exercise, value, _, _) in enumerate(FORMS):
        given = entry(klass, value, f"demo.{exercise}", f"s{number}")
        files[f"{number}.json"] = klass.sheet(f"s{number}", given)
    graded(klass, files)
    found = []
    for number, (exercise, value, _, _) in enumerate(FORMS):
        row = klass.of(f"s{number}")[f"demo.{exercise}"]
        found.append((exercise, value, row["verdict"], float(row["points"])))
        counted = exercise not in ("why", "total_code")
        assert klass.points(f"s{number}") == FULL - counted + float(row["points"])
        if row["verdict"] == "unreadable":
            assert row["feedback"]
    assert found == FORMS


def test_names_of_exercises_that_are_paths_scripts_or_endless_are_foreign(klass):
    strange = ["../../etc/passwd", "demo/../pick", "<script>", "=1+1", "", "DEMO.PICK",
               "demo.pick ", "demo.pick\u0000", "x" * 1_000_000]  # fmt: skip
    extra = dict.fromkeys(strange, klass.answer("event"))
    rows = graded(klass, {"a.json": klass.sheet("s1", extra)})
    assert klass.points("s1") == FULL
    (row,) = rows
    assert row["problem"] == "foreign"
    assert len(row["detail"]) < 500
    assert len(klass.of("s1")) == len(klass.exam.questions)
    assert not [path for path in klass.folder.rglob("*") if "passwd" in path.name]


def test_megabytes_of_text_are_cut_and_end_in_time(klass):
    million = 1_000_000
    gap = "a" + " " * million + "b"
    texts = {
        "gap": entry(klass, gap, "demo.why"),
        "gap code": entry(klass, gap, "demo.total_code"),
        "gap choice": entry(klass, gap),
        "gap number": entry(klass, gap, "demo.days", "gap number"),
        "gap list": entry(klass, [gap, "usbp", "ofo"], "demo.several"),
        "gap match": entry(klass, {gap: gap}, "demo.pairs"),
        "spaces": entry(klass, " " * 4 * million, "demo.why"),
        "formulas": entry(klass, "=" * 4 * million, "demo.why"),
        "options": entry(klass, [str(n) for n in range(million // 2)], "demo.several"),
    }
    files = {f"{name}.json": klass.sheet(name, given) for name, given in texts.items()}
    files["id.json"] = klass.sheet("i" * 3 * million)
    files["id gap.json"] = klass.sheet(gap)
    files["module.json"] = klass.sheet("module", module="m" * 4 * million)
    begun = time.perf_counter()
    graded(klass, files)
    assert time.perf_counter() - begun < 60  # it took hours
    assert klass.points("module") == FULL
    assert {len(row["version"]) for row in klass.of("module").values()} == {41}
    assert max(path.stat().st_size for path in klass.out.rglob("*.html")) < 2_000_000
    assert max(path.stat().st_size for path in klass.out.rglob("*.csv")) < 1_000_000
    assert max(len(row["student"]) for row in klass.table()) <= 130
    assert klass.points("i" * 120 + "…") == FULL


def test_trimming_takes_as_long_as_the_text():
    def seconds(length):
        begun = time.perf_counter()
        answers.trim("a" + " " * length + "b")
        return time.perf_counter() - begun

    assert seconds(2_000_000) < 1


def test_a_sheet_of_entries_that_are_no_answers_names_fifty_of_them(klass):
    rows = graded(klass, {"a.json": klass.sheet("s1", {f"x{n}": n for n in range(100_000)})})
    assert klass.points("s1") == FULL
    assert len(rows) == 51
    assert "99,950 further entries" in details(rows, "a.json")


def test_long_answers_are_not_kept_to_compare_others_with(klass):
    judge, question = Judge(), klass.exam.questions["demo.several"]
    from bordercount.grading.marking import Given
    from bordercount.sheet import Answer

    for number in range(5):
        for value in (["x" * 1_000 + str(number)], {"a": "x" * 1_000}, [["a"]], [1, None]):
            judge.result(question, Given(Answer(value, {}, 1, AT), "s1", "a.json"))
    assert judge.known == {}


# Who someone is


def test_an_id_may_be_anything_and_stays_one_persons(klass):
    ids = [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =2", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a",
        "'=1+1", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><b>', "&amp;",
        "CON",
        "aux.txt", "COM1", "nul", "dot.", "name. .", "...", "../../up", "/etc/passwd", "C:\\x",
        "a/b", "Ren\u00e9", "Rene\u0301x", "\uff32en\u00e9", "Stra\u00dfe", "STRASSE",
        "\u0130", "i\u0307x",
        "李小龍", "\u202eanA", "z\u200bz", "zz", "\ud800", "a\x00b", "a\x01b", "a\x02b",
        "a\nb\r=1+1",
        "n" * 5_000, "n" * 4_999 + "m", "😀" * 100, "{{7*7}}", "%s", "${x}",
        "'; DROP TABLE", "file a",
    ]  # fmt: skip
    files = {f"{n}.json": json.dumps(json.loads(klass.sheet(each))) for n, each in enumerate(ids)}
    graded(klass, files)
    totals = klass.table("totals.csv")
    assert len(totals) == len(ids) + 1
    assert {row["points"] for row in totals} == {"6"}
    assert len({csvfile.bare(row["student"]) for row in totals}) == len(totals)
    pages = list((klass.out / "feedback").iterdir())
    assert len({outputs.collating(page.name) for page in pages}) == len(totals)
    assert all(unicodedata.is_normalized("NFC", page.name) for page in pages)
    report = (klass.out / "report.html").read_text("utf-8")
    assert "<script>alert" not in report + "".join(page.read_text("utf-8") for page in pages)


def test_ids_that_only_look_alike_are_told_apart(klass):
    same = "s" * 130
    ids = [same + "1", same + "2", "Ana", "ana\x01", "ana\x02", "'=x", "=x"]
    files = {f"{n}.json": klass.sheet(each) for n, each in enumerate(ids)}
    graded(klass, files)
    assert len({row["student"] for row in klass.table("totals.csv")}) == len(ids) + 1
    assert len(list((klass.out / "feedback").iterdir())) == len(ids) + 1


def test_an_id_that_copies_the_display_of_another_gets_a_number():
    def one(student, key):
        return gather.Submission(student, "", collect.Owner("plain", key))

    everyone = [one("a", "k"), one("a", "k"), one("a (plain k)", "z"), one("a", "k")]
    gather.distinct_names(everyone)
    assert len({each.student for each in everyone}) == 4


def test_no_id_can_be_chosen_to_take_anothers_page():
    import hashlib

    digest = hashlib.sha256(b"Ana").hexdigest()[:8]
    names = outputs.file_names(["Ana", "ana", f"Ana-{digest}", f"Ana-{digest}-2"])
    assert len({outputs.collating(each) for each in names.values()}) == 4


def test_a_sheet_without_id_is_not_joined_by_one_that_is_named_after_it(klass):
    klass.put("lost.json", klass.sheet("", {"demo.pick": klass.answer("person")}))
    klass.put("thief.json", klass.sheet("file lost.json"))
    klass.grade()
    assert sorted(float(row["points"]) for row in klass.table("totals.csv")) == [FULL - 1, FULL]


def test_a_sheet_with_cells_is_judged_under_the_id_that_it_bears(klass):
    """It bore one id and carried another's sheet, and that one's questions were judged."""
    victim = next(f"v{n}" for n in range(99) if klass.exam.questions["demo.days"].case_of(f"v{n}")
                  != klass.exam.questions["demo.days"].case_of("s1"))  # fmt: skip
    output = {"data": {MIME: json.loads(klass.sheet(victim))}}
    text = klass.sheet("s1", {"demo.pick": klass.answer("person")}, cells=[{"outputs": [output]}])
    rows = graded(klass, {"a.json": text})
    assert klass.points("s1") == FULL - 1
    assert klass.of(victim) == {}
    assert rows == []


def test_another_students_case_waits_and_gives_nothing(klass):
    question = klass.exam.questions["demo.days"]
    other = next(f"v{n}" for n in range(99) if question.case_of(f"v{n}") != question.case_of("s1"))
    rows = graded(
        klass, {"a.json": klass.sheet("s1", {"demo.days": klass.right(other)["demo.days"]})}
    )
    assert klass.points("s1") == FULL - 1
    assert [row["problem"] for row in rows] == ["case"]


# Layouts: a student names files, the learning system names the rest


def test_a_moodle_file_cannot_be_named_into_anothers_hand_in(klass):
    bo = "Bo Chen_6_assignsubmission_file_"
    klass.put(f"{bo}answers.json", klass.sheet("bo"))
    late = klass.answer("person", at="9999-01-01T00:00:00Z")
    spoof = klass.sheet("bo", {"demo.pick": late})
    klass.put(f"Ana_5_assignsubmission_file_{bo}answers.json", spoof)
    klass.put(
        "Eve_7_assignsubmission_file_/Bo Chen_6_assignsubmission_file_/answers.json",
        klass.sheet("eve"),
    )
    klass.grade()
    assert ("5", "shared id") in klass.problems()
    assert klass.points("7") == FULL
    assert klass.points("5") == 0


def test_a_canvas_file_cannot_make_the_hand_in_look_like_moodles(klass):
    klass.put("chenbo_12_8_answers.json", klass.sheet("bo"))
    klass.put("riveraana_11_9_x_5_assignsubmission_file_answers.json", klass.sheet("ana"))
    assert klass.grade().layout == "canvas"
    assert klass.points("12") == klass.points("11") == FULL


def test_metadata_in_a_students_folder_says_nothing_of_others(klass):
    about = '"Bo_6_assignsubmission_file":\n  ":submitters":\n  - ":email": ana@example.org\n'
    klass.put("Bo_6_assignsubmission_file/answers.json", klass.sheet("bo"))
    klass.put("Ana_5_assignsubmission_file/submission_metadata.yml", about)
    assert klass.grade().layout == "moodle"
    assert klass.points("6") == FULL
    assert klass.table("totals.csv")[0] | {"name": ""} == {
        "student": "5", "name": "", "points": "0", "max_points": "9", "state": "not read",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "[" * 3_000, "{a: !!bool b}", "a: !!timestamp b", "a: &a [*a]", "? {a: b}\n: c", "\x00",
        "!!python/object/apply:os.system [true]", 
        "submission_1: {':submitters': [[], 5, {':email': []}]}",
    ],
)  # fmt: skip
def test_metadata_that_is_no_metadata_stops_nothing(klass, text):
    klass.put("submission_metadata.yml", text)
    klass.put("submission_1/answers.json", klass.sheet("bo"))
    klass.grade()
    (row,) = [row for row in klass.table("totals.csv") if row["points"] == "6"]
    assert row["student"] in ("bo", "submission_1")


def test_another_persons_id_in_every_layout(klass):
    roster = klass.folder / "roster.csv"
    roster.write_text("student,canvas,moodle\nana,11,5\nbo,12,6\n", "utf-8")
    for folder, (ana, bo) in {
        "canvas": ("riveraana_11_9_answers.json", "chenbo_12_8_answers.json"),
        "moodle": ("A_5_assignsubmission_file/a.json", "B_6_assignsubmission_file/a.json"),
    }.items():
        klass.put(f"{folder}/{ana}", klass.sheet("bo"))
        klass.put(f"{folder}/{bo}", klass.sheet("bo"))
        summary = klass.grade(klass.submissions / folder, roster=roster)
        assert summary.layout == folder
        assert (klass.points("ana"), klass.points("bo")) == (0, FULL)
        assert klass.problems() == [("ana", "other's id")]
        assert {row["verdict"] for row in klass.of("ana").values()} == {"to decide"}


def test_no_sheet_read_is_no_grade_and_fills_no_table(klass):
    export = klass.folder / "export.csv"
    export.write_text(
        "Student,ID,SIS Login ID,Section,Numbers (7)\nRivera,11,ana,A,5\nChen,12,bo,A,\n", "utf-8"
    )
    text = klass.sheet("ana")
    klass.put("riveraana_11_9_answers.json", text[:-1] + ', "student": "x"}')
    klass.put("chenbo_12_8_answers.json", klass.sheet("bo"))
    klass.grade(exercises="-kind:text,-kind:code", canvas=export, column="Numbers")
    assert (klass.out / "canvas.csv").read_text("utf-8").splitlines()[1:] == ["Chen,12,bo,A,6"]
    assert [row["state"] for row in klass.table("totals.csv")] == ["not read", "graded"]
    assert "No answer sheet could be read" in (klass.out / "feedback/ana.html").read_text("utf-8")


# Archives


def changed(content, old, new):
    assert old in content
    return content.replace(old, new)


def overlapping(sheet):
    """Return a zip in which two entries of the directory point to the same bytes."""
    content = zipped({"a.json": sheet, "b.json": sheet})
    out = bytearray(content)
    places = [n for n in range(len(out)) if out[n : n + 4] == b"PK\x01\x02"]
    out[places[1] + 42 : places[1] + 46] = struct.pack("<I", 0)
    return bytes(out)


def bomb(method, size=60_000_000):
    """Return a zip of one entry that unpacks to far more than it says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed, packed.open("a.json", "w") as member:
        for _ in range(10):
            member.write(b" " * (size // 10))
    content = bytearray(out.getvalue())
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 1_000)  # what it says that it unpacks to
    return bytes(content)


def test_archives_of_every_bad_kind_have_their_reason(klass):
    good = klass.sheet("s1")
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as packed:
        packed.writestr("a.json", klass.sheet("last", {"demo.pick": klass.answer("person")}))
        with pytest.warns(UserWarning, match="Duplicate name"):
            packed.writestr("a.json", klass.sheet("last"))
    whole = zipped({"a.json": good})
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as packed:
        packed.writestr("a.json", good)
    wanted = {
        "up.zip/../../a.json": (zipped({"../../a.json": good}), "climbs out"),
        "up2.zip/a/..\\..\\b.json": (zipped({"a/..\\..\\b.json": good}), "climbs out"),
        "root.zip//etc/a.json": (zipped({"/etc/a.json": good}), "absolute path"),
        "share.zip/\\\\host\\a.json": (zipped({"\\\\host\\a.json": good}), "absolute path"),
        "drive.zip/C:\\a.json": (zipped({"C:\\a.json": good}), "absolute path"),
        "drive2.zip/c:a.json": (zipped({"c:a.json": good}), "absolute path"),
        "link.zip/a.json": (
            zipped({"a.json": "/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16),
            "a link"),
        "control.zip/a\x01\r.json": (zipped({"a\x01\r.json": good}), "control characters"),
        "dot.zip/.": (zipped({".": good}), "no name"),
        "none.zip/": (changed(zipped({"Q": good}), b"Q", b"\0"), "no name"),
        "long.zip/" + "n" * 1_000 + "…": (zipped({"n" * 5_000: good}), "5,000 characters"),
        "many.zip": (zipped({f"{n}.txt": "" for n in range(1_001)}), "1,001 entries"),
        "nested.zip/b.ZIP": (zipped({"b.ZIP": whole}), "an archive in an archive"),
        "hidden.zip/b.txt": (zipped({"b.txt": whole}), "an archive in an archive"),
        "photo.zip": (zipped({"b.png": b"\x89PNG"}), "no answer sheet in it"),
        "large.zip/a.json": (zipped({"a.json": " " * 30_000_001}), "unpacks to 30,000,001 bytes"),
        "larger.zip": (zipped({f"{n}.txt": " " * 20_000_000 for n in range(4)}),
                       "unpacks to more than 60,000,000 bytes"),
        "liar.zip/a.json": (bomb(zipfile.ZIP_DEFLATED), "a damaged archive"),
        "bz2.zip/a.json": (bomb(zipfile.ZIP_BZIP2, 1_000), "packed in a way"),
        "lzma.zip/a.json": (bomb(zipfile.ZIP_LZMA, 1_000), "packed in a way"),
        "crc.zip/a.json": (changed(stored.getvalue(), b'"event"', b'"evemt"'), "Bad CRC-32"),
        "stream.zip/a.json": (whole[:60] + b"\xff" * 20 + whole[80:], "a damaged archive"),
        "cut.zip": (whole[:-30], "a damaged archive"),
        "half.zip": (whole[: len(whole) // 2], "a damaged archive"),
        "locked.zip/a.json": (
            changed(whole, b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
            "encrypted"),
        "twice.zip/a.json": (twice.getvalue(), "stands there again"),
    }  # fmt: skip
    before = {path for path in klass.folder.parent.rglob("*.json") if "demo" not in path.parts}
    rows = graded(
        klass, {f"{name.split('.zip')[0]}.zip": made for name, (made, _) in wanted.items()}
    )
    compare(rows, {csvfile.cell(name): says for name, (_, says) in wanted.items()})
    assert klass.points("last") == FULL
    assert klass.points("s1") == 0
    assert {each["student"] for each in klass.table()} == {"bo", "last"}
    after = {path for path in klass.folder.parent.rglob("*.json") if "demo" not in path.parts}
    assert {path.name for path in after - before} <= {"answers.json"}


@pytest.mark.parametrize(
    ("method", "size", "most"),
    [
        (zipfile.ZIP_DEFLATED, 200_000_000, 2 * archive.LARGEST + 1_000_000),
        (zipfile.ZIP_BZIP2, 60_000_000, archive.LARGEST + 5_000_000),
        (zipfile.ZIP_LZMA, 60_000_000, archive.LARGEST + 5_000_000),
    ],
)
def test_a_bomb_is_not_unpacked(klass, method, size, most):
    path = klass.put("bomb.zip", bomb(method, size))
    batch = collect.Batch(klass.submissions, "plain")
    tracemalloc.start()
    found = collect.examine(batch, archive.Entry(str(path), (), "bomb.zip"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.pieces == ()
    assert len(found.problems) == 1
    assert peak < most


def test_overlapping_entries_give_one_students_grade(klass):
    graded(klass, {"a.zip": overlapping(klass.sheet("s1"))})
    assert klass.points("s1") in (0, FULL)


def test_the_hand_in_itself_may_be_a_bad_zip(klass):
    inner = zipped({"a.json": klass.sheet("s1")})
    members = {
        "bo.json": klass.sheet("bo"),
        "../x.json": klass.sheet("x"),
        ".": "",
        "s1.zip": inner,
    }
    klass.put("all.zip", zipped(members))
    klass.grade(klass.submissions / "all.zip")
    assert klass.points("bo") == klass.points("s1") == FULL
    assert klass.of("x") == {}
    for layout in ("gradescope", "canvas", "moodle", "folders", "plain"):
        klass.grade(klass.submissions / "all.zip", layout=layout)
        assert any(row["points"] == "6" for row in klass.table("totals.csv"))


def test_a_zip_of_zips_ends_at_the_second(klass):
    inner = zipped({"a.json": klass.sheet("s1")})
    klass.put("all.zip", zipped({"bo.json": klass.sheet("bo"), "z.zip": zipped({"z.zip": inner})}))
    klass.grade(klass.submissions / "all.zip")
    assert klass.points("bo") == FULL
    assert klass.of("s1") == {}
    assert "an archive in an archive" in klass.table("problems.csv")[0]["detail"]


# Folders


def test_special_files_and_links_are_not_opened(klass, tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_text(klass.sheet("s1"), "utf-8")
    folder = klass.put("bo/answers.json", klass.sheet("bo")).parents[1]
    os.mkfifo(folder / "pipe.json")
    (folder / "link.json").symlink_to(outside)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "zero.json").symlink_to("/dev/zero")
    rows = graded(klass, {})
    links = dict.fromkeys(("link.json", "loop", "zero.json"), "links are not followed")
    compare(rows, {"pipe.json": "not a regular file", **links})
    assert klass.of("s1") == {}


def test_files_and_folders_that_cannot_be_opened_are_reported(klass, monkeypatch):
    klass.put("closed/a.json", klass.sheet("s1"))
    real = os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    compare(graded(klass, {}), {"closed": "cannot be read: Permission denied"})


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_of_mode_000_is_reported(klass):
    klass.put("closed.json", klass.sheet("s1")).chmod(0)
    compare(graded(klass, {}), {"closed.json": "cannot be read"})


def test_folders_in_folders_end_at_a_hundred(klass):
    """A thousand exhausted the recursion of os.walk; here are fewer, for pytest removes them so."""
    klass.put("a/b.json", klass.sheet("s1"))
    klass.put(f"{'a/' * 150}c.json", klass.sheet("s2"))
    rows = graded(klass, {})
    assert "more than 100 folders deep" in " ".join(row["detail"] for row in rows)
    assert klass.points("s1") == FULL
    assert klass.of("s2") == {}


STRANGE = ["=1+1.json", "+x.json", "-x.json", "@x.json", " =x.json", "a\nb.json", "\r=1+1.json",
           "a\r=1.json",
           "<script>alert(1)<.json", "'=x.json", '"quoted".json', "a;b,c.json", "Ren\u00e9.json",
           "Rene\u0301.json", "\uff1dx.json", "\u202egnp.json", "~.json", "%s.json"]  # fmt: skip


def test_files_of_any_name_come_back_with_their_decisions(klass, tmp_path):
    """problems.csv is read again by the next run, formulas, line ends and all."""
    for number, name in enumerate(STRANGE):
        other = next(case for case in klass.exam.questions["demo.days"].cases
                     if case != klass.right(f"s{number}")["demo.days"]["case"])  # fmt: skip
        wrong = klass.right(f"s{number}")["demo.days"] | {"case": dict(other)}
        klass.put(name, klass.sheet(f"s{number}", {"demo.days": wrong}))
    rows = graded(klass, {})
    assert sorted(csvfile.bare(row["file"]) for row in rows) == sorted(STRANGE)
    path = tmp_path / "decided.csv"
    path.write_bytes(
        (klass.out / "problems.csv").read_bytes().replace(b",yes,\n", b",yes,leave out\n")
    )
    (klass.out / "problems.csv").unlink()
    for decisions in (path, None):
        assert klass.grade(decisions=decisions).clean
        assert {row["decision"] for row in klass.table("problems.csv")} == {"leave out"}
        assert klass.points("s0") == FULL - 1


def test_names_that_are_no_text_are_graded_and_go_back(klass):
    name = os.fsdecode(b"Ren\xe9_5_assignsubmission_file/\xff.json")
    path = klass.submissions / name
    path.parent.mkdir(parents=True)
    path.write_text(klass.sheet("s1"), "utf-8")
    klass.put("Bo_6_assignsubmission_file/a.json", klass.sheet("bo"))
    klass.put("Bo_6_assignsubmission_file/b.json", "{")
    klass.grade()
    assert klass.points("5") == klass.points("6") == FULL
    check_outputs(klass.out)
    with zipfile.ZipFile(klass.out / "feedback-moodle.zip") as packed:
        assert packed.testzip() is None
        assert [each.split("_")[1] for each in packed.namelist()] == ["6", "5"]


# Notebooks


def notebook(*contents):
    return json.dumps(
        {"cells": [{"outputs": [{"data": {MIME: json.loads(each)}}]} for each in contents]}
    )


def test_a_notebook_of_ten_thousand_outputs_is_read_once(klass):
    plain = [{"output_type": "stream", "text": ["x" * 100]}] * 10_000
    content = json.loads(notebook(klass.sheet("s1")))
    content["cells"] += [
        {"outputs": plain},
        {"outputs": None},
        {"outputs": [None, 5, {"data": []}]},
        7,
    ]
    sheets = [klass.sheet("s2")] * 2_000
    begun = time.perf_counter()
    rows = graded(klass, {"a.ipynb": json.dumps(content), "b.ipynb": notebook(*sheets)})
    assert time.perf_counter() - begun < 20  # each sheet had the whole file read again
    assert klass.points("s1") == klass.points("s2") == FULL
    assert "2,000 sheets in the notebook; the last 20 are read" in details(rows, "b.ipynb")


def test_a_notebook_of_many_ids_makes_at_most_twenty_students(klass):
    graded(klass, {"a.ipynb": notebook(*[klass.sheet(f"s{n}") for n in range(100)])})
    assert len(klass.table("totals.csv")) == 21


def test_bad_sheets_in_a_notebook_have_their_reason(klass):
    bad = [json.dumps(each) for each in ({}, [], None, {"format": "bordercount-answers/9"})]
    rows = graded(klass, {"a.ipynb": notebook(*bad, klass.sheet("s1"))})
    assert "a sheet in the notebook's output: its format is not" in details(rows, "a.ipynb")
    assert klass.points("s1") == FULL


# Pages and tables


def test_one_students_page_holds_nothing_of_another(klass):
    for name in ("s1", "s2", "S1-x", "s1\x01"):
        words = {
            "demo.why": klass.answer(f"{WORD}{name!r}"),
            "demo.pick": klass.answer(f"own {name!r}"),
        }
        klass.put(f"{name!r}.json", klass.sheet(name, words))
    graded(klass, {})
    pages = [page.read_text("utf-8") for page in (klass.out / "feedback").iterdir()]
    assert len(pages) == 5
    assert sorted(page.count(WORD.split(" in ")[0]) for page in pages) == [0, 1, 1, 1, 1]
    assert sorted(page.count("own &#") for page in pages) == [0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", "a\r=1+1", "a\n=1+1", 'a"\r\n=cmd|x',
     "  =1",
     "\uff1d1", "\u00a0=1", "<script>alert(1)</script>", "\x00\x1b[31m", "\ud83d", "\ufffe",
     "{{ 7*7 }}"],
)  # fmt: skip
def test_free_text_is_neither_formula_nor_script(klass, text):
    given = entry(klass, text, "demo.why") | entry(klass, [text, "usbp"], "demo.several")
    graded(klass, {"a.json": json.dumps(json.loads(klass.sheet("s1", given)))})
    assert klass.points("s1") == FULL - 1
    rows = klass.table("to_mark.csv")
    assert len(rows) == 2
    page = (klass.out / "feedback" / "s1.html").read_text("utf-8")
    assert "<script" not in page
    marked = (klass.out / "to_mark.csv").read_bytes().replace(b",,,current", b",2,,current")
    (klass.out / "to_mark.csv").write_bytes(marked)
    klass.grade()
    assert klass.of("s1")["demo.why"]["points"] == "2"


def test_names_in_a_roster_are_neither_formulas_nor_scripts(klass):
    names = ["=1+1", "<script>alert(1)</script>", "\t@x", "a\r=1", '"', "{{7*7}}", "Rivera, Ana"]
    roster = klass.folder / "roster.csv"
    with roster.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("student", "name"))
        writer.writerows((f"s{n}", name) for n, name in enumerate(names))
        writer.writerow(("bo", ""))
    graded(klass, {f"{n}.json": klass.sheet(f"s{n}") for n in range(len(names))}, roster=roster)
    assert klass.of("s0")["demo.pick"]["name"] == "'=1+1"
    assert [klass.points(f"s{n}") for n in range(len(names))] == [FULL] * len(names)


def test_the_canvas_table_keeps_what_it_held_and_stays_readable(klass):
    export = klass.folder / "export.csv"
    head = "Student,ID,SIS Login ID,Section,Numbers (7)\n"
    export.write_text(head + '"=""=x""",11,ana,"a\rb",\n"Chen, Bo",12,bo,A,\n', "utf-8", newline="")
    klass.put("x_11_9_answers.json", klass.sheet("ana"))
    klass.put("chenbo_12_8_answers.json", klass.sheet("bo"))
    klass.grade(exercises="-kind:text,-kind:code", canvas=export, column="Numbers")
    text = (klass.out / "canvas.csv").read_bytes().decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert rows[1:] == [['="=x"', "11", "ana", "a\rb", "6"], ["Chen, Bo", "12", "bo", "A", "6"]]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("student;name\nbo;Bo\n".encode("utf-16"), None),
        ("\ufeffstudent;name\r\nbo;Bö\r\n".encode(), None),
        ("student;name\nbo;B\u00f6\n".encode("cp1252"), None),
        (b"student,name\nbo,B\x81\n", "not text in UTF-8"),
        (b"\xff\xfes", "not text in UTF-8"),
        ("student,name\nbo,B\n".encode("utf-16-le"), "export it as CSV"),
        (b"student,name\nbo,Bo\nBO,Bo\n", "stands there twice"),
        (b'student,name\nbo,"Bo\n', "not readable as CSV"),
        (b"\n\n", "no header"),
    ],
)
def test_a_roster_in_any_encoding_is_read_or_refused(klass, run, content, says):
    roster = klass.folder / "roster.csv"
    roster.write_bytes(content)
    klass.put("bo.json", klass.sheet("bo"))
    ran = run("grade", klass.submissions, "--out", klass.out, "--roster", roster,
              "--exercises=-kind:text,-kind:code")  # fmt: skip
    assert ran.status == (2 if says else 0)
    if says:
        assert says in ran.err
        assert "Traceback" not in ran.err
        assert not (klass.out / "grades.csv").exists()
    else:
        assert klass.points("bo") == FULL


def test_the_exit_status_tells_hostile_from_clean(klass, run):
    klass.put("bo.json", klass.sheet("bo"))
    only = "--exercises=-kind:text,-kind:code"
    assert run("grade", klass.submissions, "--out", klass.out, only).status == 0
    klass.put("\r<b>[red]=x.json", "[" * 100_000)
    ran = run("grade", klass.submissions, "--out", klass.out, only)
    assert (ran.status, klass.points("bo")) == (1, FULL)
    assert run("grade", klass.submissions, "--out", klass.out, only).status == 1
    assert run("grade", klass.folder / "none", "--out", klass.out, only).status == 2


def test_a_hand_in_that_is_all_bad_is_graded_with_problems(klass, run):
    klass.put("a.json", "{")
    ran = run("grade", klass.submissions, "--out", klass.out)
    assert ran.status == 1
    assert klass.table() == []
    with pytest.raises(GradingError, match="there is no such file"):
        list(archive.walk(klass.folder / "missing"))


def test_a_file_that_changes_between_two_reads_is_not_read(klass):
    path = klass.put("a.json", klass.sheet("s1"))
    batch = collect.detect(klass.submissions)
    (found,) = [collect.examine(batch, each) for each in archive.walk(klass.submissions)]
    path.write_text(klass.sheet("bo"), "utf-8")
    (piece,) = found.pieces
    submission = gather.Submission("s1", "", collect.Owner("plain", "s1"), pieces=[piece])
    given, _, troubles, read = judging.merged(submission)
    assert (given, read, [each.detail for each in troubles]) == (
        {}, False, ["it changed while it was read"],
    )  # fmt: skip
