"""The command line: what it prints, and one line with status 2 for what the user can mend."""

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
