"""The zip for a room with no network: the built book, and worksheets with all they rest on."""

import io
import json
import platform
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.specifiers import SpecifierSet

from bordercount import course, installer, kit, parcels, release, toc
from bordercount.parcels import Files
from bordercount.release import Bundle, Progress, ReleaseError, quietly

# Of the built book: its pages, and what they ask for. Whatever else lies there is not packed.
SEARCH = ("search.html", "searchindex.js")
FOLDERS = ("_static", "_downloads", "_images")
LAUNCH = re.compile(rb'<p class="bc-launch">.*?</p>')
METADATA = re.compile(r"[^/]+\.dist-info/METADATA")


def offline(out: Path, site: Path | None = None, progress: Progress = quietly) -> Bundle:
    """Write the zip into `out`, made if missing: the students' bundle, the book, and wheels.

    Wheels are for the Python and the system that run this; they are downloaded, or built where an
    index has none. `site` is the folder of the built book, _build/html of the course unless given.
    The file is replaced whole. Raises `ReleaseError` and what `release.release` raises.
    """
    root = course.root()
    project = release.checked(root, out)
    pages = book(site or root / "_build" / "html", toc.pages(root))
    built = wheels(kit.requirements(project, release.text(root / "constraints.txt")))
    made_for = {**installer.machine(), "oldest": oldest(built.values())}
    files = {
        **release.student(root, project, progress),
        **pages,
        **built,
        "install.py": Path(installer.__file__).read_bytes(),
        installer.MADE_FOR: json.dumps(made_for, indent=2).encode(),
        release.START: release.start("offline", project, chapters=release.listed(root), **made_for),
    }
    top = f"bordercount-{project['project']['version']}-offline-{system()}"
    packed = parcels.packed(files, top)
    parcels.write(out, {f"{top}.zip": packed})
    return Bundle("student", out / f"{top}.zip", len(files), len(packed))


def system() -> str:
    """Return the system and the Python that wheels are for, as a file's name says it."""
    version = "{}.{}".format(*sys.version_info)
    return f"{platform.system()}-{platform.machine()}-py{version}".lower()


def book(site: Path, names: Sequence[str]) -> Files:
    """Return the files of the built book, below book/. Raises `ReleaseError` if it is not built.

    Links to Binder, a hub or JupyterLite, which need a network or a server, are left out.
    """
    paths = [site / f"{name}.html" for name in names] + [site / name for name in SEARCH]
    if missing := [path for path in paths if not path.is_file()]:
        raise ReleaseError(f"{missing[0]} is missing; build the book first: make book")
    for folder in FOLDERS:
        paths += [path for path in (site / folder).rglob("*") if path.is_file()]
    found = {f"book/{path.relative_to(site).as_posix()}": path.read_bytes() for path in paths}
    return {name: LAUNCH.sub(b"", content) if name.endswith(".html") else content
            for name, content in found.items()}  # fmt: skip


def wheels(pins: Sequence[str]) -> Files:
    """Return wheels of these packages and of what they rest on here, below wheels/.

    Raises `ReleaseError` if pip cannot get them.
    """
    with TemporaryDirectory() as folder:
        (Path(folder) / "pins.txt").write_bytes(release.lines(*pins))
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q"]
        ran = subprocess.run(
            [*command, "-w", "wheels", "-r", "pins.txt"], cwd=folder, capture_output=True, text=True
        )
        if ran.returncode:
            last = ran.stderr.strip().rpartition("\n")[2]
            raise ReleaseError(f"pip cannot get the wheels; is the network there? It says: {last}")
        found = sorted((Path(folder) / "wheels").glob("*.whl"))
        return {f"wheels/{path.name}": path.read_bytes() for path in found}


def oldest(found: Iterable[bytes]) -> str:
    """Return the oldest patch release of this Python that all these wheels accept: "3.11.5"."""
    wanted = SpecifierSet(",".join(map(required, found)))
    major, minor, micro = sys.version_info[:3]
    return next(
        version
        for version in (f"{major}.{minor}.{patch}" for patch in range(micro + 1))
        if version in wanted
    )


def required(wheel: bytes) -> str:
    """Return which versions of Python a wheel accepts; "" is any."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as found:
        name = next(each for each in found.namelist() if METADATA.fullmatch(each))
        return str(message_from_bytes(found.read(name)).get("Requires-Python", ""))
