"""The folder that the browser's worksheets are built from: what is served, what is loaded when."""

import ast
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from bordercount import exercises, kit, lite, worksheets
from bordercount.lite import LiteError
from bordercount.parcels import WriteError

ROOT = Path(__file__).parents[1]
COMPILED = ("numpy", "pandas", "matplotlib", "pyyaml", "scipy")
START = ["ipykernel", "bordercount"]


def wheel(name, version="1.0", *needs, modules=("{}/__init__.py", "{}/inner.py")):
    """Return a wheel as (file name, bytes)."""
    label = name.replace("-", "_")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for module in modules:
            made.writestr(module.format(label), "")
        lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {x}" for x in needs)]
        made.writestr(f"{label}-{version}.dist-info/METADATA", "\n".join(lines) + "\n\n")
    return f"{label}-{version}-py3-none-any.whl", out.getvalue()


@pytest.fixture
def wheels():
    """Return wheels of what a kernel starts with, and of seaborn."""
    return dict(
        [
            wheel("ipykernel", "6.9", "pyodide-kernel"),
            wheel("pyodide-kernel", "0.8", "ipython; sys_platform != 'win32'"),
            wheel("ipython", "9.1", "pexpect; sys_platform != 'emscripten'"),
            wheel("ipywidgets", "8.1", "ipython", "widgetsnbextension~=4.0", "jupyterlab_widgets"),
            wheel("anywidget", "0.11", "ipywidgets>=7"),
            wheel("seaborn", "0.13", "pandas>=1.2", "matplotlib"),
            wheel("bordercount", "0.1.0+student", "anywidget", "pandas>=2.2", "seaborn>=0.13"),
        ]
    )


@pytest.fixture
def distribution(tmp_path):
    """Return a folder like Pyodide's, with compiled packages in it."""
    folder = tmp_path / "pyodide"
    folder.mkdir()
    for name in lite.CORE:
        (folder / name).write_text(f'version = "{lite.VERSION}"; // {name}\n')
    packages = {}
    for name in COMPILED:
        depends = {"pandas": ["numpy"], "matplotlib": ["numpy"], "scipy": ["numpy"]}.get(name, [])
        made = lite.described(*wheel(name, "3.0"))
        packages[name] = {**made, "depends": depends, "file_name": f"{name}-3.0-wasm32.whl"}
        (folder / packages[name]["file_name"]).write_text(name)
    (folder / lite.LOCK).write_text(json.dumps({"info": {"arch": "wasm32"}, "packages": packages}))
    return folder


def locked(files):
    """Return the packages of the lock file among these files."""
    return json.loads(files[lite.LOCK])["packages"]


def test_a_kernel_starts_with_what_is_in_the_site_and_pandas_is_loaded_by_an_import(
    distribution, wheels
):
    files = lite.interpreter(distribution, wheels, START, whole=False)
    packages = locked(files)
    assert lite.closure(START, packages) == {
        "anywidget",
        "bordercount",
        "ipykernel",
        "ipython",
        "ipywidgets",
        "pyodide-kernel",
    }
    assert set(files) == {*lite.CORE, lite.LOCK, *wheels}
    assert packages["bordercount"]["file_name"] in files
    assert packages["pandas"]["file_name"] == f"{lite.PUBLIC}/pandas-3.0-wasm32.whl"
    assert packages["pandas"]["imports"] == ["pandas", "bordercount.data", "bordercount.measures"]
    assert lite.closure(["seaborn"], packages) >= {"seaborn", "pandas", "matplotlib", "pyyaml"}
    assert json.loads(files[lite.LOCK])["info"] == {"arch": "wasm32"}


def test_a_whole_distribution_serves_what_worksheets_use_and_no_more(distribution, wheels):
    files = lite.interpreter(distribution, wheels, START, whole=True)
    own = {name for name, made in locked(files).items() if made["file_name"] in files}
    assert own >= {"numpy", "pandas", "matplotlib", "pyyaml", "bordercount"}
    assert locked(files)["scipy"]["file_name"] == f"{lite.PUBLIC}/scipy-3.0-wasm32.whl"
    assert files["pandas-3.0-wasm32.whl"] == b"pandas"


@pytest.mark.parametrize("name", ["numpy-3.0-wasm32.whl", "pyodide.asm.wasm", lite.LOCK])
def test_a_file_that_a_distribution_lacks_is_named(distribution, wheels, name):
    (distribution / name).unlink()
    with pytest.raises(LiteError, match=rf"{name}: No such file .* must hold Pyodide 314"):
        lite.interpreter(distribution, wheels, START, whole=True)


def test_another_version_of_pyodide_is_refused(distribution, wheels):
    (distribution / "pyodide.mjs").write_text('var version="0.29.1";')
    with pytest.raises(LiteError, match=rf"has Pyodide 0\.29\.1; the kernel needs {lite.VERSION}"):
        lite.interpreter(distribution, wheels, START, whole=True)


def test_a_wheel_that_a_kernel_starts_with_must_be_there(distribution, wheels):
    packages = json.loads((distribution / lite.LOCK).read_text())
    packages["packages"]["ipython"] = lite.described(*wheel("ipython", "9.1"))
    (distribution / lite.LOCK).write_text(json.dumps(packages))
    del wheels["ipython-9.1-py3-none-any.whl"]
    with pytest.raises(LiteError, match=r"no wheel of ipython; name it in lite/wheels\.txt"):
        lite.interpreter(distribution, wheels, START, whole=False)


@pytest.mark.parametrize(
    ("need", "message"),
    [
        ("pandas>=4", "comm needs pandas>=4, and there is 3.0"),
        ("psygnal", "comm needs psygnal, and there is none"),
    ],
)
def test_what_a_wheel_needs_must_be_there_in_a_version_that_suits(
    distribution, wheels, need, message
):
    wheels |= [wheel("comm", "0.2", need)]
    with pytest.raises(LiteError, match=message):
        lite.interpreter(distribution, wheels, START, whole=False)


def test_a_wheel_is_described_by_its_modules_and_its_checksum():
    name, content = wheel("Some-Name", "2.1", "six", modules=("one.py", "two/__init__.py", "x.so"))
    made = lite.described(name, content)
    assert (made["name"], made["version"], made["file_name"]) == ("some-name", "2.1", name)
    assert (made["imports"], made["depends"]) == (["one", "two"], ["six"])
    assert len(made["sha256"]) == 64


def test_a_folder_that_is_there_already_is_left_alone(clone, tmp_path):
    (tmp_path / "kept").write_text("kept")
    with pytest.raises(LiteError, match="is there already"):
        lite.write(tmp_path, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    lite.placed(tmp_path / "out", {"a.json": b"{}", "files/data/b.csv": b"b"})
    assert (tmp_path / "out" / "files" / "data" / "b.csv").read_bytes() == b"b"
    with pytest.raises(WriteError, match="other"):
        lite.placed(tmp_path / "other", {"a": b"a", "a/b": b"b"})
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_registry_that_does_not_answer_is_named_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9/npm/")
    address = f"http://127.0.0.1:9/npm/pyodide/-/pyodide-{lite.VERSION}.tgz"
    with pytest.raises(LiteError, match=f"Pyodide is not downloaded from {address}: "):
        lite.downloaded(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("data/encounters.csv", True),
        ("data/datapackage.yaml", True),
        ("exercises/counts.ipynb", True),
        ("exercises/counts.json", True),
        ("LICENSE", True),
        ("exercises/counts.yml", False),
        ("requirements.txt", False),
        ("START-HERE.txt", False),
        ("bordercount-0.1.0+student-py3-none-any.whl", False),
    ],
)
def test_students_find_what_worksheets_read_and_nothing_that_sets_up_a_laptop(name, read):
    assert lite.worked_with(name) is read


def pins(name):
    """Return the versions that a file of requirements pins."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pairs}


def test_versions_are_pinned_as_everywhere_else():
    everywhere, build, kernel = map(
        pins, ("constraints.txt", "lite/requirements.txt", "lite/wheels.txt")
    )
    shared = build.keys() & everywhere.keys()
    assert {"anywidget", "ipywidgets", "jupyter-server"} <= shared
    assert {name: build[name] for name in shared} == {name: everywhere[name] for name in shared}
    for name in ("anywidget", "comm", "ipywidgets", "psygnal", "seaborn"):
        assert kernel[name] == everywhere[name]


def test_the_readme_names_the_version_of_pyodide():
    assert f"full archive of Pyodide {lite.VERSION} " in (ROOT / "book" / "room.md").read_text(
        "utf-8"
    )


def test_wheels_are_those_of_pyodides_python():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"--python-version {lite.BROWSER['python_version']} " in makefile


def imported(path, seen=()):
    """Return the names that a student's module imports at once, also through our own modules."""
    names = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {each.name.split(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("bordercount"):
            inner = node.module.split(".")[1:]
            for parts in [inner] if inner else [[each.name] for each in node.names]:
                found = path_of(parts)
                if found and found not in seen:
                    names |= imported(found, (*seen, found))
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module.split(".")[0])
    return names


def path_of(parts):
    """Return the file of one of our modules, or None."""
    stem = ROOT.joinpath("src", "bordercount", *parts)
    files = (stem.with_suffix(".py"), stem / "__init__.py")
    return next((path for path in files if path.is_file()), None)


@pytest.mark.parametrize("name", [name for name in kit.MODULES if re.match(r"[a-z]+\.py$", name)])
def test_a_students_module_that_needs_more_than_forms_do_is_found_by_its_import(name):
    module = f"bordercount.{name.removesuffix('.py')}"
    needs = imported(ROOT / "src" / "bordercount" / name)
    by = {each for modules in lite.LATER.values() for each in modules}
    if module != "bordercount.yamlfile":  # which students have no use for
        assert (module in by) == bool(needs & {"pandas", "numpy", "matplotlib", "seaborn", "yaml"})


@pytest.mark.parametrize("name", sorted(path.stem for path in ROOT.glob("exercises/*.yml")))
def test_a_cell_whose_function_gets_a_table_imports_pandas(clone, name):
    cells = json.loads(worksheets.worksheet(name))["cells"]
    for exercise in exercises.load(name).exercises:
        if any("table" in str(each) for each in getattr(exercise, "inputs", ())):
            (cell,) = (x for x in cells if x["id"] == f"{name}-{exercise.id}".replace(".", "-"))
            assert "import pandas" in "".join(cell["source"])
