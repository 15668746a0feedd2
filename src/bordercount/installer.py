"""Sets up the worksheets without a network: the offline zip carries this file as install.py.

It needs the standard library alone, and is written so that an old Python can say what is wrong:
no syntax, and no types that are looked at, from after Python 3.6.
"""

import json
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MADE_FOR = (
    "made-for.json"  # beside this file: `machine` of where the zip was made, and the oldest Python
)


def machine() -> "dict[str, str]":
    """Return what the wheels depend on: Python's version, system and processor, in words."""
    bits = "64" if sys.maxsize > 2**32 else "32"
    return {
        "python": "Python {}.{}".format(*sys.version_info[:2]),
        "system": f"{platform.system()} on {platform.machine()}, {bits} bits",
    }


def refusal() -> str:
    """Return why the wheels do not fit this Python, in one line; "" if they do."""
    try:
        wanted = json.loads((HERE / MADE_FOR).read_text(encoding="utf-8"))
    except OSError:
        return MADE_FOR + " is missing: unpack the whole zip, and run the install.py in its folder"
    found = machine()
    if found["system"] != wanted["system"]:
        return (
            f"these files are for {wanted['system']}, and this is {found['system']}; "
            "ask for those for your system"
        )
    version = tuple(map(int, wanted["oldest"].split(".")))
    if found["python"] != wanted["python"] or sys.version_info[:3] < version:
        return (
            f"these files are for {wanted['python']}, from {wanted['oldest']} on, and this is "
            f"Python {platform.python_version()}; run install.py with such a Python"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return "Python lacks venv: install it (Debian, Ubuntu: apt-get install python3-venv)"
    return ""


def main() -> None:
    """Make .venv beside this file, install from wheels/ alone, and say how to start."""
    trouble = refusal()
    if trouble:
        sys.exit("Not installed: " + trouble)
    scripts = HERE / ".venv" / ("Scripts" if platform.system() == "Windows" else "bin")
    python = str(scripts / "python")
    print(f"Setting up in {HERE / '.venv'}; this takes a minute or two.", flush=True)
    wheels = ["--no-index", "--find-links", "wheels", "-r", "requirements.txt"]
    # Modules are compiled when they are first used: most of these never are.
    pip = [python, "-m", "pip", "--isolated", "--disable-pip-version-check"]
    for command in (
        [sys.executable, "-m", "venv", ".venv"],
        [*pip, "install", "-q", "--no-compile", *wheels],
    ):
        if subprocess.call(command, cwd=str(HERE)):
            sys.exit("Not installed: the lines above say why. Mend it, and run this again.")
    print("Installed. Start the worksheets, in this folder, with:")
    print(f"    {Path('.venv', scripts.name, 'jupyter')} lab exercises")


if __name__ == "__main__":
    main()
