"""The book's own voice: no loaded term in either direction, and titles that only say what is drawn.

`loaded_terms.csv` holds the terms, each with its reason and what to say instead. They may be
quoted: what stands in quotation marks, in a block quote or in a code span is somebody else's. And
they may be named: a word in italics is talked about, as in "when you write *lawful*".
`voice_allowed.csv` holds what else may stand, each with its reason; it had better be empty.
"""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import jupytext
import pytest
import yaml

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
PAGES = sorted((ROOT / "book").glob("*.md"))
QUESTIONS = sorted((ROOT / "exercises").glob("*.yml"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.py"))
DATA = [ROOT / "data" / name for name in ("claims.yml", "positions.yml", "facts.csv", "events.csv")]
QUOTED = re.compile(
    r"^[ \t]*>.*$"  # a block quote
    r"|\{[\w:-]+\}`[^`\n]*`|`[^`\n]*`"  # a role or a code span
    r"|“[^”]*”|\"[^\"\n]*\""  # a quotation
    r"|\u2018[^\u2019]*\u2019|(?<!\w)'[^'\n]*'(?!\w)"  # a quotation within one
    r"|(?<![\w*])\*[^*\n]+\*(?![\w*])",  # a word that is named
    re.MULTILINE,
)
NOT_SHOWN = re.compile(
    r"\A---\n.*?\n---\n"
    r"|^```(?:\{code-cell\}|\w*$).*?^```\s*$"  # code; what other directives hold is prose
    r"|^[ \t]*(?:```|:::+)(?:\{[^}]*\})?|<!--.*?-->|(?<=\])\([^)\n]*\)",
    re.DOTALL | re.MULTILINE,
)


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TERMS = rows("loaded_terms.csv")
LOADED = re.compile("|".join(rf"\b(?:{row['term']})\b" for row in TERMS), re.IGNORECASE)


def loaded(text: str) -> list[str]:
    """Return the loaded terms that a text uses rather than quotes. A key such as a-b is no text."""
    if re.fullmatch(r"[a-z0-9_.-]+", text):
        return []
    return [found[0].lower() for found in LOADED.finditer(QUOTED.sub(" … ", text))]


# --- what speaks in our voice ---------------------------------------------------------------------


def strings(tree: ast.AST) -> Iterator[str]:
    """Yield every text in Python code; what an f-string fills in becomes an ellipsis."""
    within = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values)
        elif id(node) in within:
            continue
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def cells(page: Path) -> list[ast.Module]:
    """Return the code cells of a page."""
    found = jupytext.read(page)["cells"]
    return [ast.parse(cell["source"]) for cell in found if cell["cell_type"] == "code"]


def leaves(value: object) -> Iterator[str]:
    """Yield every text in YAML, without names of fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)


def voice(path: Path) -> Iterator[str]:
    """Yield the texts of a file that readers see as ours: prose, titles, alt text, feedback."""
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        yield NOT_SHOWN.sub("", text)
        for tree in cells(path):
            yield from strings(tree)
    elif path.suffix == ".py":
        yield from strings(ast.parse(text))
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            yield from (value for row in csv.DictReader(file) for value in row.values())
    else:
        yield from leaves(yaml.safe_load(text))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*PAGES, *QUESTIONS, *SOLUTIONS, *DATA], ids=name)
def test_our_own_voice_uses_no_loaded_term(path: Path) -> None:
    allowed = {row["term"] for row in rows("voice_allowed.csv") if row["file"] == name(path)}
    found = {
        f"{term}: {text.strip()[:80]!r}"
        for text in voice(path)
        for term in loaded(text)
        if term not in allowed
    }
    assert found == set(), "say it as loaded_terms.csv proposes, or quote it and say who says it"


def test_every_allowance_has_a_reason_and_is_still_needed() -> None:
    for row in rows("voice_allowed.csv"):
        assert row["reason"], row
        assert row["term"] in [t for text in voice(ROOT / row["file"]) for t in loaded(text)], row


def test_every_loaded_term_has_a_reason_and_another_word() -> None:
    for row in TERMS:
        assert all(row.values()), row
        assert loaded(row["instead"]) == [], f"{row['instead']} is loaded, too"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Illegal immigrants crossed.", ["illegal immigrants"]),
        ("The surge became a crisis.", ["surge", "crisis"]),
        ("A flood of people poured into Texas.", ["flood", "poured into"]),
        ("It was a cruel and xenophobic asylum ban.", ["cruel", "xenophobic", "asylum ban"]),
        ("Kids in cages; catch-and-release; open borders.",
         ["kids in cages", "catch-and-release", "open borders"]),
        ("An amnesty for the undocumented", ["amnesty", "undocumented"]),
        ("a humane, common-sense policy", ["humane", "common-sense"]),
        ("The aliens \"are here\".", ["aliens"]),
        # What may stand: acts, names, other senses, and what is quoted.
        ("Illegal entry fell, and illegal immigration was an issue.", []),
        ("Amnesty International objects.", []),
        ("A resurgent wave function of floodgate design, invaded by nobody", ["invaded"]),
        ('He spoke of a "surge" and of “open\nborders”.', []),
        ("> It is a crisis.\nIt is a number.", []),
        ("`surge` is a column, {term}`alien` a word, {cite}`crisis-2024` a key.", []),
        ("Republicans called her the “border czar”.", []),
        ("“A quotation”, then our own crisis.", ["crisis"]),
        ("'Wide open' judges the readers' chaos, and 'pour in' is a picture.", ["chaos"]),
        ("*Crisis* asserts danger, but a **crisis** is ours.", ["crisis"]),
        ('A 5" screen\nof chaos, 7" wide', ["chaos"]),
    ],
)  # fmt: skip
def test_the_lint_tells_what_we_say_from_what_we_quote(text: str, found: list[str]) -> None:
    assert loaded(text) == found


def test_the_lint_reads_alt_texts_and_feedback_but_not_code(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "---\ntitle: surge\n---\n\n# A crisis\n\n[text](https://crisis.example)\n\n"
        "```{code-cell} ipython3\nsurge = f'a {1} flood'\n```\n"
        "```console\nsurge\n```\n\n```{glossary}\nalien\n  Somebody.\n```\n\n"
        ":::{dropdown} An invasion\nNot a `horde`.\n:::\n",
        encoding="utf-8",
    )
    assert [term for text in voice(page) for term in loaded(text)] == [
        "crisis",
        "alien",
        "invasion",
        "flood",
    ]


# --- titles of charts -----------------------------------------------------------------------------

# A title says what is plotted. These words say what to think of it, or what follows from it.
# A chapter that teaches how titles frame shows framed titles on purpose: it keeps them in a list
# or a dict with the name `framed_titles`, whose texts are not judged here. A title that is drawn
# from there (`ax.set(title=framed_titles[choice])`, `for ax, title in zip(axes, framed_titles)`)
# may say anything; every other title is a literal, an f-string, or comes from a name that the page
# assigns, and then all its texts are judged.
FRAMED = "framed_titles"
CONCLUDES = re.compile(
    r"[!?]|\b(?:records?|record-\w+|surg\w+|soar\w*|plung\w+|plummet\w*|skyrocket\w*|spik\w+|slump\w*"
    r"|jump(?:s|ed|ing)?|leap(?:s|t)?|climb(?:s|ed|ing)?|ris(?:es|ing)|rose|fall(?:s|ing)|fell"
    r"|drop(?:s|ped|ping)?|shr[aiu]nk\w*|explod\w+|collaps\w+|tumbl\w+|hits?|reach(?:es|ed)?"
    r"|cris[ie]s|chaos|flood\w*|wave|only|just|merely|even|already|still|finally|never|far"
    r"|worst|best|huge|massive|dramatic\w*|sharp\w*|steep\w*|unprecedented|alarming\w*"
    r"|despite|because|due|thanks|caus\w+|driv(?:es|en|ing)|fuel\w*|prov(?:es|ed|en)|shows?"
    r"|under (?:Biden|Trump|Obama))\b",
    re.IGNORECASE,
)
Bound = dict[str, list[ast.expr]]


def bound(trees: list[ast.Module]) -> Bound:
    """Return for each name of a page the expressions that it is assigned or loops over."""
    found: Bound = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.For | ast.comprehension):
            pairs = [(node.target, node.iter)]
        for target, value in pairs:
            for part in ast.walk(target):
                if isinstance(part, ast.Name):
                    found.setdefault(part.id, []).append(value)
    return found


def drawn_titles(trees: list[ast.Module]) -> Iterator[ast.expr]:
    """Yield what the cells set as titles of charts."""
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "set":
                yield from (word.value for word in node.keywords if word.arg == "title")
            elif node.func.attr in ("set_title", "suptitle") and node.args:
                yield node.args[0]


def title_texts(title: ast.expr, names: Bound, seen: frozenset[str] = frozenset()) -> list[str]:
    """Return the texts that a title may consist of, those of `framed_titles` left out."""
    found = list(strings(title))
    filled = {
        id(part)
        for node in ast.walk(title)
        if isinstance(node, ast.FormattedValue)
        for part in ast.walk(node)
    }  # what is computed into a title is a number or a date
    for node in ast.walk(title):
        if isinstance(node, ast.Name) and id(node) not in filled and node.id not in {*seen, FRAMED}:
            for value in names.get(node.id, ()):
                found += title_texts(value, names, seen | {node.id})
    return found


def conclusions(trees: list[ast.Module]) -> list[str]:
    """Return the titles that judge or conclude."""
    names = bound(trees)
    texts = [text for title in drawn_titles(trees) for text in title_texts(title, names)]
    return [text for text in texts if CONCLUDES.search(QUOTED.sub("…", text))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_title_says_what_is_plotted_and_not_what_to_think(page: Path) -> None:
    assert conclusions(cells(page)) == []


def test_the_titles_of_the_book_are_found() -> None:
    found = [title for page in PAGES for title in drawn_titles(cells(page))]
    assert len(found) >= 8


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ('ax.set(title="Encounters in February, by component", ylim=0)', []),
        ('ax.set(title=f"Recorded encounters, {place}")', []),
        ('ax.set(title="Highest month of each year")', []),
        ('ax.set(title="Encounters hit a record")', ["Encounters hit a record"]),
        ('ax.set_title(f"Encounters soar to {n}")', ["Encounters soar to …"]),
        ('fig.suptitle("Only one in five")', ["Only one in five"]),
        ('ax.set(title="A draft, headed “Encounters plunge”")', []),
        ('name = "A crisis"\nax.set(title=name)', ["A crisis"]),
        ('for ax, name in zip(axes, ["Counts", "Counts plunge"]): ax.set(title=name)',
         ["Counts plunge"]),
        ('framed_titles = ["A record"]\nfor a, t in zip(axes, framed_titles): a.set(title=t)', []),
        ('framed_titles = {"up": "It soars"}\nheadline = framed_titles[choice]\n'
         "ax.set(title=headline)", []),
        ('titles = {"up": "It soars"}\nax.set(title=titles[choice])', ["It soars"]),
    ],
)  # fmt: skip
def test_the_lint_of_titles_follows_names_and_knows_the_mark(code: str, refused: list[str]) -> None:
    assert conclusions([ast.parse(code)]) == refused
