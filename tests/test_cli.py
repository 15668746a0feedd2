"""The command line: what it prints, and one line with status 2 for what the user can mend."""

import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import typer

from bordercount import __version__, claims, cli

Run = Callable[..., Any]
ROOT = Path(__file__).parents[1]


def test_the_ledger_as_json_is_a_list_of_objects_with_eight_fields(clone: Path, run: Run) -> None:
    ran = run("claims", "--json")
    assert (ran.status, ran.err) == (0, "")
    found = json.loads(ran.out)
    fields = "id paragraph printed kind vintage computed verdict note"
    assert {" ".join(each) for each in found} == {fields}
    assert {each["id"] for each in found} == {claim.id for claim in claims.claims()}
    assert {each["vintage"] for each in found} == {"any", *claims.VINTAGES}
    assert found == [each.as_dict() for each in claims.ledger()]


@pytest.mark.parametrize("vintage", ["first", "latest", "article"])
def test_one_vintage_can_be_chosen(clone: Path, run: Run, vintage: str) -> None:
    found = json.loads(run("claims", "--json", "--vintage", vintage).out)
    assert {each["vintage"] for each in found} == {"any", vintage}
    assert len(found) == len(claims.claims())


def test_claims_can_be_named(clone: Path, run: Run) -> None:
    found = json.loads(run("claims", "jobs", "feb-2022-total", "--json", "--vintage", "first").out)
    assert [each["id"] for each in found] == ["jobs", "feb-2022-total"]
    assert found[0]["computed"] is None
    assert found[1]["computed"] == 164_973


def test_the_ledger_as_a_table_has_a_row_for_each_judgement(clone: Path, run: Run) -> None:
    ran = run("claims", "feb-2024-total", "between-ports-fell", "ports-explain-part", "jobs")
    assert (ran.status, ran.err) == (0, "")
    for word in ("189,922", "189,913", "\u221218,526", "1.77", "not checkable", "70,000", "latest"):
        assert word in ran.out
    assert ran.out.count("feb-2024-total") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-claim"], "no claim 'no-such-claim'; the claims are february-record, "),
        (["jobs", "a", "b"], "no claim 'a', 'b'; the claims are"),
        (["--vintage", "newest"], "no vintage 'newest'; the vintages are first, article, latest"),
        (["jobs", "--json", "--vintage", "2024-03"], "no vintage '2024-03'; the vintages are"),
    ],
)
def test_an_unknown_claim_or_vintage_is_one_line_and_status_2(
    clone: Path, run: Run, arguments: list[str], message: str
) -> None:
    ran = run("claims", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"bordercount: {message}")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("command", [["claims"], ["data", "check"]])
def test_outside_a_course_the_error_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    monkeypatch.delenv("BORDERCOUNT_COURSE", raising=False)
    monkeypatch.chdir(tmp_path)
    ran = run(*command)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("bordercount: no folder with exercises/ at or above ")
    assert ran.err.count("\n") == 1


def test_a_damaged_ledger_is_one_line_even_if_the_parser_says_more(course: Path, run: Run) -> None:
    (course / "data" / "claims.yml").write_text("- id: [x\n  y: }\n", encoding="utf-8")
    ran = run("claims")
    assert (ran.status, ran.out) == (2, "")
    assert "claims.yml: not readable as YAML" in ran.err
    assert ran.err.count("\n") == 1


def test_a_name_in_brackets_is_printed_as_it_is(clone: Path, run: Run) -> None:
    assert "no claim '[bold]x'" in run("claims", "[bold]x").err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--version"], f"bordercount {__version__}"),
        (["--help"], "claims"),
        (["-h"], "data"),
        (["data", "--help"], "fetch"),
        (["claims", "--help"], "--vintage"),
    ],
)
def test_help_and_version(run: Run, arguments: list[str], words: str) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.err) == (0, "")
    assert words in ran.out


@pytest.mark.parametrize("arguments", [["data", "build"], ["nonsense"], ["claims", "--bad"]])
def test_a_wrong_call_is_status_2(clone: Path, run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert ran.status == 2
    assert "Usage:" in ran.err


def test_worksheets_and_compiled_exercises_are_written_where_they_belong(
    course: Path, run: Run
) -> None:
    shutil.copytree(ROOT / "solutions", course / "solutions")
    names = sorted(path.stem for path in (course / "exercises").glob("*.yml"))
    ran = run("worksheets")
    assert (ran.status, ran.out.split()) == (0, [f"{name}.ipynb" for name in names])
    assert run("compile").status == 0
    for name in names:
        assert (course / "exercises" / f"{name}.json").is_file()
        assert (course / "exercises" / f"{name}.ipynb").is_file()


def test_the_guide_is_written_where_it_is_wanted_and_replaced_whole(
    demo: Path, run: Run, tmp_path: Path
) -> None:
    ran = run("guide")
    assert (ran.status, ran.out.strip()) == (0, str(demo / "_build" / "guide.html"))
    wanted = (demo / "_build" / "guide.html").read_text("utf-8")
    out = tmp_path / "new" / "folder" / "answers.html"
    for _ in range(2):
        ran = run("guide", "--chapter", "demo", "--out", out)
        assert (ran.status, ran.out.strip(), ran.err) == (0, str(out), "")
        assert out.read_text("utf-8") == wanted
        assert [path.name for path in out.parent.iterdir()] == ["answers.html"]
        out.write_text("older")


def test_a_guide_to_no_chapter_or_into_a_folder_is_refused(
    demo: Path, run: Run, tmp_path: Path
) -> None:
    ran = run("guide", "--chapter", "nothing")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "the chapters are demo" in ran.err
    assert run("guide", "--out", tmp_path).status == 2
    (demo / "solutions" / "demo.py").unlink()
    ran = run("guide")
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "the exercises of demo have no solutions" in ran.err
    assert not (demo / "_build").exists()


def test_a_question_that_is_not_in_form_is_one_line_and_status_2(course: Path, run: Run) -> None:
    (course / "exercises" / "counts.yml").write_text("title: Counting\n")
    ran = run("worksheets")
    assert ran.status == 2
    assert "counts.yml: minutes: Field required" in ran.err
    assert ran.err.count("\n") == 1


def test_a_narrow_terminal_gets_the_ledger_without_notes(
    clone: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "WIDE", 10_000)
    ran = run("claims", "--vintage", "first")
    assert "note" not in ran.out.splitlines()[1]
    assert "Name a claim to read its note" in ran.out
    assert "corrected the month" in run("claims", "feb-2024-total").out


def every_command(command: Any, *words: str) -> Any:
    """Yield a command, or a group and each command in it, with the words that call it."""
    yield words, command
    for name, each in getattr(command, "commands", {}).items():
        yield from every_command(each, *words, name)


def parsed(command: Any, words: list[str]) -> None:
    """Parse a command line as the program does, without running it; a wrong one raises."""
    name, *rest = words
    while rest and rest[0] in getattr(command, "commands", {}):
        name, *rest = rest
        command = command.commands[name]
    if rest != ["--help"]:
        command.make_context(name, rest).close()


PROGRAM = typer.main.get_command(cli.app)


@pytest.mark.parametrize(
    ("words", "command"),
    [pytest.param(*each, id=" ".join(each[0])) for each in every_command(PROGRAM, "bordercount")],
)
def test_the_help_of_every_command_has_examples_that_can_be_typed(
    run: Run, words: tuple[str, ...], command: Any
) -> None:
    ran = run(*words[1:], "--help")
    assert (ran.status, ran.err) == (0, "")
    examples = re.findall(r"^ +\$ (\S.*?) *$", ran.out, re.MULTILINE)
    assert examples
    for example in examples:
        told = shlex.split(example.partition(" > ")[0])
        assert tuple(told[: len(words)]) == words
        parsed(PROGRAM, told)


# --- errors ---------------------------------------------------------------------------------------


@pytest.fixture
def bad(demo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the small course with things beside it that no command wants, and work there."""
    monkeypatch.chdir(demo)
    (demo / "file").write_text("no table\n")
    (demo / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    (demo / "raw").mkdir()
    (demo / "empty").mkdir()
    sheet = {"format": "bordercount-answers/1", "module": "", "student": "s1", "answers": {}}
    (demo / "hand-in").mkdir()
    (demo / "hand-in" / "s1.json").write_text(json.dumps(sheet))
    return demo


GRADE = ("grade", "hand-in", "--out", "grades")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("grade", "nothing.zip", "--out", "grades"), "nothing.zip: there is no such file or fold"),
        (("grade", "empty", "--out", "grades"), "empty: there are no files in it"),
        (("grade", "hand-in", "--out", "file"), "file: cannot be written: a file stands where a f"),
        (("grade", "hand-in", "--out", "file/x"), "file/x: cannot be written: a file stands where"),
        (("grade", "hand-in", "--out", "hand-in/x"), "lies in the submissions"),
        ((*GRADE, "--roster", "file"), "file: no column of ids"),
        ((*GRADE, "--roster", "data"), "data: cannot be read: Is a directory"),
        ((*GRADE, "--canvas", "file", "--column", "x"), "file: not a Canvas gradebook export"),
        ((*GRADE, "--moodle", "nowhere.csv"), "nowhere.csv: cannot be read: No such file"),
        ((*GRADE, "--marks", "file"), "file: "),
        ((*GRADE, "--decisions", "nowhere.csv"), "nowhere.csv: cannot be read"),
        (("guide", "--out", "file/guide.html"), "file/guide.html: cannot be written: a file stan"),
        (("guide", "--chapter", "nothing"), "nothing.yml; the chapters are demo"),
        (("release", "handout"), "no pyproject.toml in "),
        (("offline",), "no pyproject.toml in "),
        (("lite", "site", "--parts", "nowhere"), "no pyproject.toml in "),
        (("print",), "_toc.yml: cannot be read: No such file"),
        (("print", "--paper", "napkin"), "no paper 'napkin'; choose one of "),
        (("reading",), "demo.md: No such file or directory"),
        (("data", "fetch", "file"), "file: cannot be written: a file stands where a folder is"),
        (("data", "build", "--raw", "nowhere"), "nowhere: no such folder of raw files"),
        (("data", "build", "--raw", "file"), "file: no such folder of raw files"),
        (("data", "build", "--raw", "raw"), "`bordercount data fetch raw` downloads it"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_and_status_2_and_writes_nothing(
    bad: Path, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    before = sorted(bad.rglob("*"))
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert re.fullmatch(r"bordercount: .+\n", ran.err)
    assert sorted(bad.rglob("*")) == before


def test_a_zip_that_is_none_is_a_problem_of_the_hand_in(bad: Path, run: Run) -> None:
    ran = run("grade", "broken.zip", "--out", "grades")
    assert (ran.status, ran.err) == (1, "")
    assert "broken.zip" in (bad / "grades" / "problems.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("command", ["compile", "guide", "grade", "worksheets", "reading"])
def test_a_folder_of_another_projects_exercises_is_one_line(
    bad: Path, run: Run, command: str
) -> None:
    (bad / "exercises" / "demo.yml").unlink()
    ran = run(*(GRADE if command == "grade" else (command,)))
    assert (ran.status, ran.out) == (2, "")
    assert re.fullmatch(r"bordercount: no questions, NAME.yml, in .*: work inside .*\n", ran.err)


NOT_TEXT = b"\xc3\x28\xff"


@pytest.mark.parametrize(
    ("file", "content", "command", "message"),
    [
        (
            "exercises/demo.yml",
            b"title: [",
            "compile",
            r"demo\.yml: not readable as YAML: line 2, column 1: ",
        ),
        ("exercises/demo.yml", NOT_TEXT, "compile", r"demo\.yml: not readable as YAML"),
        ("exercises/demo.yml", b"", "worksheets", r"demo\.yml: the whole: Input should be"),
        ("solutions/demo.py", b"x = 1\ndef y(:\n", "compile", r"demo\.py, line 2: invalid syntax"),
        ("solutions/demo.py", NOT_TEXT, "guide", r"demo\.py.*'utf-8' codec can't decode"),
        ("solutions/demo.py", b"x\0", "guide", r"demo\.py: source code .* null bytes"),
        ("solutions/demo.py", b"\n1 / 0\n", "grade", r"demo\.py, line 2: ZeroDivisionError: "),
        ("solutions/demo.py", b"import nowhere", "compile", r"demo\.py, line 1: ModuleNotFoundEr"),
        ("solutions/demo.py", b"", "compile", r"no function \w+\(\)"),
        ("data/claims.yml", b"- [", "claims", r"claims\.yml: not readable as YAML"),
        ("data/claims.yml", NOT_TEXT, "claims", r"claims\.yml: not readable as YAML"),
        ("data/claims.yml", b"- id: x", "claims", r"claims\.yml: claim x, "),
        ("data/vintages.csv", b"", "claims", r"vintages\.csv is empty; renew it with"),
        ("data/raw_files.csv", NOT_TEXT, "fetch", r"raw_files\.csv: not a readable table"),
    ],
)
def test_a_damaged_file_of_the_course_is_one_line_that_names_it(
    bad: Path, run: Run, file: str, content: bytes, command: str, message: str
) -> None:
    (bad / file).write_bytes(content)
    (bad / "exercises" / "demo.json").unlink()
    words = {"grade": GRADE, "fetch": ("data", "fetch", "raw")}.get(command, (command,))
    ran = run(*words)
    assert (ran.status, ran.out) == (2, "")
    assert re.search(message, ran.err), ran.err
    assert re.fullmatch(r"bordercount: .+\n", ran.err)


def started(*words: str, **options: Any) -> "subprocess.Popen[str]":
    """Start the program with these words, as a terminal does."""
    code = "from bordercount.cli import main; main()"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", code, *words], **(pipes | options))


def test_a_package_that_is_missing_or_broken_is_one_line_that_names_doctor(
    bad: Path, tmp_path: Path
) -> None:
    (tmp_path / "packages" / "pandas").mkdir(parents=True)
    (tmp_path / "packages" / "pandas" / "__init__.py").write_text("import nowhere")
    path = os.pathsep.join([str(tmp_path / "packages"), *filter(None, sys.path)])
    begun = started("claims", env={**os.environ, "PYTHONPATH": path})
    out, err = begun.communicate(timeout=60)
    assert (begun.returncode, out) == (2, "")
    assert re.fullmatch(r"bordercount: a package .*'nowhere'; `bordercount doctor` .*\n", err)


def files(folder: Path) -> dict[Path, bytes]:
    """Return every file in a folder, but what Python keeps of those that it has loaded."""
    paths = (path for path in folder.rglob("*") if path.suffix != ".pyc" and path.is_file())
    return {path: path.read_bytes() for path in paths}


def no_room() -> None:
    """Let no file grow beyond a few bytes, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (GRADE, "grades: cannot be written"),
        (("guide", "--out", "new/guide.html"), "new/guide.html: cannot be written"),
        (("compile",), "demo.json: cannot be written"),
        (("worksheets",), "demo.ipynb: cannot be written"),
    ],
)
def test_a_full_disk_is_one_line_and_leaves_the_files_as_they_were(
    bad: Path, words: tuple[str, ...], names: str
) -> None:
    with (bad / "solutions" / "demo.py").open("a") as file:
        file.write("\n")  # what was compiled is out of date
    before = files(bad)
    begun = started(*words, preexec_fn=no_room)
    out, err = begun.communicate(timeout=120)
    assert (begun.returncode, out) == (2, "")
    assert re.fullmatch(rf"bordercount: .*{re.escape(names)}: File too large\n", err)
    assert files(bad) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [["claims"], ["claims", "--json"]])
def test_output_that_cannot_be_written_is_one_line(bad: Path, words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        begun = started(*words, stdout=full)
        _, err = begun.communicate(timeout=60)
    assert begun.returncode == 2
    assert err == "bordercount: cannot write: No space left on device\n"


@pytest.mark.parametrize("words", ["claims", "claims --json", "compile", "--help"])
def test_a_reader_that_goes_away_is_no_error(bad: Path, words: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    begun = started(*words.split(), stdout=writing)
    os.close(writing)
    _, err = begun.communicate(timeout=60)
    assert err == ""


@pytest.mark.slow
def test_ctrl_c_is_one_line(clone: Path, tmp_path: Path) -> None:
    begun = started("guide", "--out", str(tmp_path / "guide.html"))
    process = psutil.Process(begun.pid)
    while not any("pandas/_libs/testing" in each.path for each in process.memory_maps()):
        time.sleep(0.01)  # pandas is loaded, and the work that takes several seconds begins
    begun.send_signal(signal.SIGINT)
    out, err = begun.communicate(timeout=60)
    assert (begun.returncode, out) == (cli.INTERRUPTED, "")
    assert err == "bordercount: stopped; every file is as it was, or whole\n"
    assert list(tmp_path.iterdir()) == []
