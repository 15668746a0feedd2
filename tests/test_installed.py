"""What is installed: packages that are absent, broken or of the wrong version; Jupyter's parts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bordercount import installed
from bordercount.installed import Package

ROOT = Path(__file__).parents[1]


def module(folder: Path, name: str, text: str) -> None:
    """Put a module into a folder, as a package."""
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(text)


def distribution(folder: Path, name: str, version: str, *files: str) -> None:
    """Put what pip records of a distribution into a folder."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of packages that this Python and those it starts look into first."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    return tmp_path


# --- packages -------------------------------------------------------------------------------------


def test_the_extras_are_those_of_the_course_without_the_authors() -> None:
    found = installed.extras(installed.project(ROOT))
    assert {"core", "book", "grade", "lab", "data", "scale", "print"} <= set(found)
    assert "test" not in found
    assert not any(line.startswith("bordercount") for lines in found.values() for line in lines)


def test_without_a_pyproject_the_extras_are_those_that_were_installed(tmp_path: Path) -> None:
    described = installed.project(tmp_path)
    found = installed.extras(described)
    assert any(line.startswith("pandas") for line in found["core"])
    assert any(line.startswith("jupyter-book") for line in found["book"])
    assert not any("extra ==" in line for lines in found.values() for line in lines)
    assert described["version"] == installed.version("bordercount")


@pytest.mark.parametrize("text", ["", "[project", '[project]\nname = "other"\n'])
def test_another_projects_file_is_not_taken_for_ours(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert installed.project(tmp_path)["version"] == installed.version("bordercount")


def test_a_package_is_absent_or_here_or_has_the_wrong_version(site: Path) -> None:
    module(site, "whole", "")
    distribution(site, "whole", "1.5", "whole/__init__.py")
    lines = ["whole", "whole>=1,<2", "nowhere>=1", "whole>=2", "whole; sys_platform == 'never'"]
    assert installed.packages({"x": lines}) == {
        "x": [
            Package("whole", "1.5"),
            Package("whole", "1.5"),
            Package("nowhere", ""),
            Package("whole", "1.5", "version 1.5, where >=2 is needed"),
        ]
    }


def test_a_package_that_does_not_load_says_why_and_the_others_are_still_tried(site: Path) -> None:
    module(site, "raises", "raise ImportError('multiarray failed\\nto import')")
    module(site, "kills", "import os\nos.abort()")
    module(site, "leaves", "import sys\nsys.exit(3)")
    module(site, "talks", 'print(\'["talks", "hello"]\')')
    names = ["kills", "leaves", "lost", "raises", "talks", "zlast"]
    module(site, "zlast", "")
    for name in names:
        distribution(site, name, "1", f"{name}/__init__.py")
    (found,) = installed.packages({"x": names}).values()
    trouble = {each.name: each.trouble for each in found}
    assert trouble["kills"].startswith("it ends Python (status ")
    assert trouble["leaves"] == "SystemExit: 3"
    assert trouble["lost"] == "its files are missing"
    assert trouble["raises"] == "ImportError: multiarray failed to import"
    assert (trouble["talks"], trouble["zlast"]) == ("", "")


def test_a_package_of_which_only_the_record_is_left_is_broken(site: Path) -> None:
    distribution(site, "hollow", "1")
    (found,) = installed.packages({"x": ["hollow"]})["x"]
    assert found.trouble == "its files are missing"


def test_a_module_in_the_working_directory_is_not_taken_for_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module(tmp_path, "yaml", "raise ValueError('a file of the same name')")
    monkeypatch.chdir(tmp_path)
    assert installed.loaded(["yaml"]) == {"yaml": ""}


def test_what_loads_too_slowly_is_told_from_what_is_broken(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distribution(site, "sleepy", "1", "sleepy/__init__.py")
    module(site, "sleepy", "import time; time.sleep(9)")
    monkeypatch.setattr(installed, "PATIENCE", 0.1)
    (found,) = installed.packages({"x": ["sleepy"]})["x"]
    assert found.trouble == installed.SLOW


# --- jupyter-book ---------------------------------------------------------------------------------


def program(folder: Path, text: str = "#!/bin/sh\n") -> Path:
    """Put a program `jupyter-book` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "jupyter-book"
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("version", ["1.0.4.post1", "2.1.7"])
@pytest.mark.parametrize("packages", ["lib/python3.12/site-packages", "Lib/site-packages"])
def test_the_jupyter_book_of_another_environment_is_known_by_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, packages: str
) -> None:
    path = program(tmp_path / "env" / "bin")
    (tmp_path / "env" / packages / f"jupyter_book-{version}.dist-info").mkdir(parents=True)
    monkeypatch.setenv("PATH", str(path.parent))
    assert installed.jupyter_book() == (str(path), version)


def test_the_jupyter_book_of_npm_is_known_by_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "lib" / "node_modules" / "jupyter-book"
    path = program(package / "dist")
    (package / "package.json").write_text('{"name": "jupyter-book", "version": "2.1.0"}')
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "jupyter-book").symlink_to(path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert installed.jupyter_book()[1] == "2.1.0"


def test_a_jupyter_book_that_came_otherwise_has_no_version_and_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = program(tmp_path / "a" / "bin", f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    monkeypatch.setenv("PATH", str(path.parent))
    assert installed.jupyter_book() == (str(path), "")
    assert not (tmp_path / "ran").exists()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installed.jupyter_book() == ("", "")


def test_the_jupyter_book_of_this_environment_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert installed.jupyter_book()[1] == installed.version("jupyter-book")


# --- Jupyter --------------------------------------------------------------------------------------


def test_the_frontends_that_this_environment_has_are_seen() -> None:
    assert set(installed.frontends().values()) == {""}
    assert installed.kernel() == ""


@pytest.mark.slow
def test_a_frontend_that_jupyter_disabled_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    command = [sys.executable, "-m", "jupyterlab.labextensions"]
    for name in installed.FRONTENDS:
        told = subprocess.run([*command, "disable", "--level=user", name], capture_output=True)
        assert told.returncode == 0, told.stderr
    assert set(installed.frontends().values()) == {"disabled"}
    enable = [*command, "enable", "--level=user", "anywidget"]
    subprocess.run(enable, capture_output=True, check=True)
    assert installed.frontends()["anywidget"] == ""


def test_a_single_plugin_of_a_frontend_that_is_disabled_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "labconfig").mkdir()
    settings = tmp_path / "labconfig" / "page_config.json"
    settings.write_text(json.dumps({"disabledExtensions": ["anywidget:plugin"]}))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    assert installed.frontends()["anywidget"] == "disabled"
    settings.write_text("{")
    assert installed.frontends()["anywidget"] == ""


def test_frontends_that_are_nowhere_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *parts: [str(tmp_path)])
    assert set(installed.frontends().values()) == {"missing"}


def test_a_kernel_whose_python_was_removed_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kernels" / "python3"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(
        json.dumps({"argv": ["/nowhere/python", "-m", "ipykernel"], "display_name": "Python 3"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert "starts /nowhere/python, which is not there" in installed.kernel()
