"""The bundles that are handed out: one for students, one for instructors.

What goes in is named here or by the course's own lists, never by what lies in a folder.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

import bordercount
from bordercount import course, exercises, guide, keys, kit, parcels, toc, worksheets
from bordercount.data import package
from bordercount.errors import BordercountError
from bordercount.parcels import Files

Progress = Callable[[str, Iterable[str], int], Iterable[str]]
FOLDERS = ("book", "data", "exercises", "solutions", "src")  # what bundles are made of
TOP = (
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "_config.yml",
    "constraints.txt",
    "pyproject.toml",
)
# Beside the tables that datapackage.yaml names; each where the course has it.
MORE_DATA = ("datapackage.yaml", "lessons.yml", "positions.yml", "standards.yml")
AUTHORS = ("numbers", "raw_files")  # tables about the article and the raw files: no student's
SOURCE = re.compile(
    r"bordercount/([a-z]+/)*[a-z_]+\.py|bordercount/(assets|templates)/[a-z_-]+\.(css|html|js|svg|txt)"
)
START = "START-HERE.txt"


class ReleaseError(BordercountError):
    """The bundles cannot be made; the message says why, and what to do."""


@dataclass(frozen=True)
class Bundle:
    """A bundle that was written: for whom, where, how many files, how many bytes."""

    reader: str
    path: Path
    files: int
    size: int


def quietly(what: str, items: Iterable[str], total: int) -> Iterable[str]:
    """Return the items as they are."""
    return items


def release(out: Path, progress: Progress = quietly) -> list[Bundle]:
    """Write the students' and the instructors' bundle into `out`, made if missing.

    Worksheets and compiled exercises are made anew; the course itself is left as it is. Both
    files are replaced whole, or neither. `progress` goes through the chapters and may show it; it
    is given what is done, their names and their number. Raises `ReleaseError`, `kit.KitError`,
    `TocError`, `ExerciseError` or `SolutionError`.
    """
    root = course.root()
    project = checked(root, out)
    version = project["project"]["version"]
    made = {
        reader: (f"bordercount-{version}-{reader}", files)
        for reader, files in (
            ("student", student(root, project, progress)),
            ("instructor", instructor(root, project)),
        )
    }
    archives = {f"{top}.zip": parcels.packed(files, top) for top, files in made.values()}
    parcels.write(out, archives)
    return [
        Bundle(reader, out / f"{top}.zip", len(files), len(archives[f"{top}.zip"]))
        for reader, (top, files) in made.items()
    ]


def checked(root: Path, out: Path) -> dict[str, Any]:
    """Return what pyproject.toml holds. Raises `ReleaseError` where no bundle can be made."""
    if not (root / "solutions").is_dir():
        raise ReleaseError(
            f"no solutions/ in {root}: a student's copy cannot be released; "
            "work in the repository or in an instructors' bundle"
        )
    for name in FOLDERS:
        if out.resolve().is_relative_to((root / name).resolve()):
            raise ReleaseError(f"{out} lies in {name}/, which is packed; name another folder")
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReleaseError(f"no pyproject.toml in {root}: this is not the whole course") from None
    except tomllib.TOMLDecodeError as error:
        raise ReleaseError(f"{root / 'pyproject.toml'}: not readable as TOML: {error}") from None
    if drafts := sorted(set(exercises.names()) - set(toc.pages(root))):
        raise ReleaseError(
            f"exercises/{drafts[0]}.yml belongs to no chapter of book/_toc.yml; "
            "place the chapter there, or keep the file elsewhere"
        )
    if not runs_from(root, project["project"]["version"]):
        raise ReleaseError(
            f"the package that runs is not the one in {root / 'src'}; "
            "pip install -c constraints.txt -e '.[grade,lab]'"
        )
    return project


def runs_from(root: Path, version: str) -> bool:
    """Return whether the package that runs is the one that would be packed."""
    here = Path(bordercount.__file__).parents[1]
    return version == bordercount.__version__ and all(
        (here / name).is_file() and (here / name).read_bytes() == content
        for name, content in sources(root / "src").items()
    )


def student(root: Path, project: Mapping[str, Any], progress: Progress = quietly) -> Files:
    """Return the files of the students' bundle: what worksheets need, and no answer in clear text.

    The questions stand in it without rubrics and comments: a rubric says what a good answer holds.
    """
    name, built = kit.wheel(root, project)
    pins = kit.requirements(project, text(root / "constraints.txt"))
    files: Files = {
        "LICENSE": read(root / "LICENSE"),
        "requirements.txt": lines(*pins, f"./{name}"),
        START: start("student", project, chapters=listed(root)),
        name: built,
        **tables(root),
    }
    names = exercises.names()
    for each in progress("Computing answers", names, len(names)):
        files[f"exercises/{each}.json"] = keys.dumps(keys.made_chapter(each)).encode()
        files[f"exercises/{each}.yml"] = questions(root / "exercises" / f"{each}.yml")
        files[f"exercises/{each}.ipynb"] = worksheets.worksheet(each).encode()
    return files


def instructor(root: Path, project: Mapping[str, Any]) -> Files:
    """Return the files of the instructors' bundle: all that teaching, grading, building need.

    Tests and benchmarks stay in the repository: they are for those who change the module.
    """
    names = exercises.names()
    data = [found["path"] for found in package.descriptor()["resources"]]
    data += [name for name in MORE_DATA if name not in data and (root / "data" / name).is_file()]
    paths = [
        *TOP,
        *(f"data/{name}" for name in data),
        *(f"exercises/{name}.yml" for name in names),
        *(f"solutions/{name}.py" for name in names),
        *pages(root),
    ]
    return {
        START: start("instructor", project),
        "guide.html": guide.rendered().encode(),
        **{path: read(root / path) for path in paths},
        **{f"exercises/{name}.ipynb": worksheets.worksheet(name).encode() for name in names},
        **{f"src/{name}": content for name, content in sources(root / "src").items()},
    }


def tables(root: Path) -> Files:
    """Return the tables that students get, and the codebook of these.

    The ledger of claims is not among them: kind and note of a claim would answer questions.
    """
    codebook = package.descriptor()
    kept = [
        found
        for found in codebook["resources"]
        if found["path"].endswith(".csv") and found["name"] not in AUTHORS
    ]
    files = {f"data/{found['path']}": read(root / "data" / found["path"]) for found in kept}
    return {**files, "data/datapackage.yaml": dumped({**codebook, "resources": kept})}


def questions(path: Path) -> bytes:
    """Return a chapter's questions without what tells an answer: rubrics, authors' comments."""
    found = yaml.safe_load(text(path))
    for exercise in found["exercises"]:
        exercise.pop("rubric", None)
    return dumped(found)


def pages(root: Path) -> list[str]:
    """Return the paths of the book's sources: its pages, its references, pictures they show."""
    names = [f"book/{name}.md" for name in toc.pages(root)]
    shown = "\n".join(text(root / name) for name in ("README.md", *names))
    pictures = {f"book/{name}" for name in re.findall(r"\bimages/[\w-]+\.(?:png|svg)", shown)}
    return [*names, "book/_toc.yml", "book/references.bib", *sorted(pictures)]


def sources(folder: Path) -> Files:
    """Return the package's files in a folder, by path: modules, assets and templates."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.*")}
    return {
        name: path.read_bytes()
        for name, path in sorted(found.items())
        if SOURCE.fullmatch(name) and path.is_file()
    }


def listed(root: Path) -> str:
    """Return one line for each worksheet, in the order of the book."""
    names = sorted(exercises.names(), key=toc.pages(root).index)
    return "\n".join(f"    {name + '.ipynb':16}{exercises.load(name).title}" for name in names)


def start(reader: str, project: Mapping[str, Any], **more: str) -> bytes:
    """Return the text that says what to do with a bundle."""
    template = resources.files("bordercount") / "templates" / f"start-{reader}.txt"
    version = project["project"]["version"]
    return template.read_text(encoding="utf-8").format(version=version, **more).encode()


def text(path: Path) -> str:
    """Return the text of a file. Raises `ReleaseError` if it is not there or not text."""
    try:
        return read(path).decode()
    except UnicodeDecodeError:
        raise ReleaseError(f"{path}: not UTF-8 text") from None


def read(path: Path) -> bytes:
    """Return what is in a file. Raises `ReleaseError` if it is not there."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReleaseError(f"{path}: cannot be packed: {error.strerror}") from None


def lines(*each: str) -> bytes:
    """Return a text file of these lines."""
    return ("\n".join(each) + "\n").encode()


def dumped(found: Mapping[str, Any]) -> bytes:
    """Return a mapping as YAML, in its own order."""
    return yaml.safe_dump(dict(found), sort_keys=False, allow_unicode=True, width=100).encode()
