"""The worksheets for the browser alone: the folder that JupyterLite builds a site from.

Beside the students' files it holds Pyodide, the wheels that a kernel starts with, and Pyodide's
lock file, which names the package behind each import: no cell has to install anything. Compiled
packages, pandas and what it needs, come from Pyodide's public distribution at the first import
that asks for them, or from a local copy of it.
"""

import email
import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bordercount import course, release
from bordercount.errors import BordercountError, unwritable
from bordercount.parcels import Files, WriteError
from bordercount.release import Progress, quietly

VERSION = "314.0.6"  # of Pyodide: the one that the kernel in lite/requirements.txt is made for
SHA512 = (  # of its npm package, which has the interpreter and no compiled packages
    "04a0d327222a1710b8044c4ba9e452ddfe71bd76488ceb7c0b7cc62cdfc273bb"
    "45c52c2f29585591c8504360062ceb51e18ad53881716d5f29a320ce3a65b0c5"
)
NPM = "https://registry.npmjs.org"  # where npm's own variable names no other
PUBLIC = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
SETTINGS = "jupyter-lite.json"
BUILD = "jupyter_lite_config.json"
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
BROWSER = {
    "os_name": "posix",
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "platform_machine": "wasm32",
    "python_version": "3.14",
    "python_full_version": "3.14.2",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "extra": "",
}
# Forms do not wait for what only some cells need: it is loaded when a cell imports it, or one of
# our modules that stand on it. A cell whose function gets a table imports pandas itself.
LATER = {
    "pandas": ("bordercount.data", "bordercount.measures"),
    "seaborn": ("bordercount.explore", "bordercount.figure"),
}
CODEBOOK = "pyyaml"  # a figure looks its source up there
OUTSIDE = {"jupyterlab-widgets", "widgetsnbextension"}  # the page's side of ipywidgets

Package = dict[str, Any]  # as a lock file describes it
Packages = dict[str, Package]


class LiteError(BordercountError):
    """The folder cannot be made; the message says why, and what to do."""


def write(
    out: Path, parts: Path, pyodide: Path | None = None, progress: Progress = quietly
) -> Files:
    """Write the folder `out`, which must not be there yet, and return what is in it.

    `parts` holds the wheels of lite/wheels.txt and the kernel's own, and gets what is downloaded.
    `pyodide` is a folder with the whole distribution, from which the compiled packages are served
    too. Raises `LiteError`, and what else stops a release.
    """
    root = course.root()
    project = release.checked(root, out)
    if out.exists():
        raise LiteError(f"{out} is there already: remove it, or name another folder")
    settings = {name: release.read(root / "lite" / name) for name in (SETTINGS, BUILD)}
    students = release.student(root, project, progress)
    wheels = {path.name: path.read_bytes() for path in sorted(parts.glob("*.whl"))}
    wheels |= {name: content for name, content in students.items() if name.endswith(".whl")}
    start = preloaded(settings[SETTINGS])
    served = interpreter(pyodide or downloaded(parts), wheels, start, whole=pyodide is not None)
    files = {
        **settings,
        **{f"files/{name}": content for name, content in students.items() if worked_with(name)},
        **{f"static/pyodide/{name}": content for name, content in served.items()},
    }
    placed(out, files)
    return files


def interpreter(distribution: Path, wheels: Files, start: Iterable[str], whole: bool) -> Files:
    """Return the files of the site's Pyodide: its own, the wheels, and the lock file of all.

    The compiled packages that worksheets use are among them if the distribution is a `whole` one;
    other packages have their public address in the lock file. Raises `LiteError` if something is
    missing, for one if the packages that a kernel starts with are not all there.
    """
    lock = known(distribution)
    packages = joined(lock["packages"], wheels)
    first = closure(start, packages)
    if missing := sorted(name for name in first if packages[name]["file_name"] not in wheels):
        raise LiteError(f"no wheel of {', '.join(missing)}; name it in lite/wheels.txt")
    later = {packages[name]["file_name"] for name in closure(LATER, packages) - first}
    if whole:
        compiled = sorted(later - wheels.keys())
        wheels = {**wheels, **{name: part(distribution / name) for name in compiled}}
    for package in packages.values():
        if package["file_name"] not in wheels:
            package["file_name"] = f"{PUBLIC}/{package['file_name']}"
    return {
        **{name: part(distribution / name) for name in CORE},
        **wheels,
        LOCK: json.dumps({**lock, "packages": packages}).encode(),
    }


def worked_with(name: str) -> bool:
    """Return whether a file of the students' bundle is one that worksheets or students read.

    The questions as text are not, nor is what sets a laptop up.
    """
    return name == "LICENSE" or name.startswith("data/") or name.endswith((".ipynb", ".json"))


def downloaded(parts: Path) -> Path:
    """Return the folder with Pyodide's npm package, downloaded unless it is in `parts` already.

    npm's variable NPM_CONFIG_REGISTRY names another registry. Raises `LiteError`.
    """
    import pooch  # only downloading needs it

    registry = os.environ.get("NPM_CONFIG_REGISTRY", NPM).rstrip("/")
    address = f"{registry}/pyodide/-/pyodide-{VERSION}.tgz"
    pooch.get_logger().setLevel("WARNING")  # the caller says what is done
    try:
        pooch.retrieve(
            url=address,
            known_hash=f"sha512:{SHA512}",
            fname=f"pyodide-{VERSION}.tgz",
            path=parts,
            processor=pooch.Untar(extract_dir="pyodide"),
            # Not streamed: pooch leaves the connection of a refused stream open.
            downloader=pooch.HTTPDownloader(stream=False),
        )
    except (OSError, ValueError) as error:
        raise LiteError(f"Pyodide is not downloaded from {address}: {error}") from None
    return parts / "pyodide" / "package"


def known(distribution: Path) -> dict[str, Any]:
    """Return the lock file of a distribution. Raises `LiteError` if it is of another version."""
    script = part(distribution / CORE[0]).decode()
    if f'"{VERSION}"' not in script:
        other = re.search(r'"(\d+\.\d+\.\d+)"', script)
        raise LiteError(
            f"{distribution} has Pyodide {other[1] if other else 'of an unknown version'}; "
            f"the kernel needs {VERSION}"
        )
    lock: dict[str, Any] = json.loads(part(distribution / LOCK))
    return lock


def part(path: Path) -> bytes:
    """Return what is in a file of a distribution. Raises `LiteError` if it is not there."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise LiteError(
            f"{path}: {error.strerror}; this folder must hold Pyodide {VERSION} with its packages"
        ) from None


def joined(packages: Packages, wheels: Mapping[str, bytes]) -> Packages:
    """Return the packages of a lock file and those in wheels, which come first.

    Raises `LiteError` if a wheel needs what is not there, or another version of it.
    """
    found = {made["name"]: made for made in (described(*each) for each in wheels.items())}
    made = {**packages, **found}
    for name, package in found.items():
        package["depends"] = sorted(depends(name, package["depends"], made))
    for name, modules in LATER.items():
        made[name] = {**made[name], "imports": [*made[name]["imports"], *modules]}
    made["seaborn"]["depends"].append(CODEBOOK)
    return made


def described(name: str, wheel: bytes) -> Package:
    """Return a wheel as a lock file describes it, its requirements as it states them."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        names = archive.namelist()
        (stated,) = (each for each in names if each.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(stated))
    modules = {each.split("/")[0].removesuffix(".py") for each in names if each.endswith(".py")}
    return {
        "name": canonicalize_name(metadata["Name"]),
        "version": metadata["Version"],
        "file_name": name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel).hexdigest(),
        "package_type": "package",
        "imports": sorted(each for each in modules if each.isidentifier()),
        "depends": metadata.get_all("Requires-Dist") or [],
        "unvendored_tests": False,
    }


def depends(name: str, stated: Iterable[str], packages: Packages) -> set[str]:
    """Return the names of what a package is loaded with. Raises `LiteError` for what is missing."""
    names: set[str] = set()
    for each in map(Requirement, stated):
        wanted = canonicalize_name(each.name)
        if wanted in OUTSIDE or (each.marker and not each.marker.evaluate(BROWSER)):
            continue
        there = packages.get(wanted)
        if there is None or not each.specifier.contains(there["version"], prereleases=True):
            has = there["version"] if there else "none"
            raise LiteError(f"{name} needs {each}, and there is {has}; see lite/wheels.txt")
        if not (name == "bordercount" and wanted in LATER):
            names.add(wanted)
    return names


def preloaded(settings: bytes) -> list[str]:
    """Return the packages that a kernel loads before the first cell."""
    plugins = json.loads(settings)["jupyter-config-data"]["litePluginSettings"]
    return list(plugins[KERNEL]["loadPyodideOptions"]["packages"])


def closure(names: Iterable[str], packages: Packages) -> set[str]:
    """Return these packages and all that they are loaded with."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found.add(name)
            waiting += packages[name]["depends"]
    return found


def placed(out: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their paths below a new folder, which appears when all of them are there.

    Raises `WriteError` if one cannot be written.
    """
    aside = out.with_name(f".{out.name}.{os.getpid()}.aside")
    try:
        for name, content in files.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        os.replace(aside, out)
    except OSError as error:
        raise WriteError(unwritable(out, error)) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
