"""The least that running functions costs, for comparison: in this process, or in a fork of it.

    python reference.py floor|fork TASKS SUBMISSIONS OUT

pandas and the tables are loaded, and one submission has been run before the first that counts.
`floor` runs every function in this one process, as no grader may: each can spoil the next.
`fork` gives each submission a child with limits on its resources, and nothing that isolates it.
Neither writes feedback. TASKS is a JSON file of questions, OUT gets the points. It shares no code
with bordercount.
"""

import gc
import json
import math
import os
import resource
import sys
from pathlib import Path

import pandas as pd

LIMITS = {
    "RLIMIT_AS": 1024**3,
    "RLIMIT_CPU": 5,
    "RLIMIT_FSIZE": 8 * 1024**2,
    "RLIMIT_NOFILE": 64,
    "RLIMIT_NPROC": 64,
    "RLIMIT_STACK": 8 * 1024**2,
    "RLIMIT_CORE": 0,
}


def plain(value):
    """Return a value as JSON can hold it."""
    if hasattr(value, "to_dict"):
        return {str(key): plain(each) for key, each in value.to_dict().items()}
    return value.tolist() if hasattr(value, "tolist") else value


def agrees(wanted, got, decimals):
    """Return whether two plain values are the same, numbers to so many decimals."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return wanted.keys() == got.keys() and all(
            agrees(wanted[key], got[key], decimals) for key in wanted
        )
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return math.isclose(wanted, got, rel_tol=0, abs_tol=0.5 * 10**-decimals)
    return type(wanted) is type(got) and wanted == got


def outputs(task, source, tables):
    """Return what a function gives for each input: plain values in lists, an empty list if none."""
    names = {"__name__": "answer"}
    try:
        exec(task["given"], names)
        exec(source, names)
    except Exception:
        return [[] for _ in task["inputs"]]
    found = []
    for arguments in task["inputs"]:
        try:
            filled = [
                tables[each["table"]].copy() if isinstance(each, dict) else each
                for each in arguments
            ]
            value = plain(names[task["id"]](*filled))
            json.dumps(value)
            found.append([value])
        except Exception:
            found.append([])
    return found


def run(tasks, sources, tables):
    """Return the outputs of all functions of a submission, run here."""
    return [outputs(task, sources[task["id"]], tables) for task in tasks]


def forked(tasks, sources, tables):
    """Return the outputs of all functions of a submission, run in a child."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        for name, limit in LIMITS.items():
            resource.setrlimit(getattr(resource, name), (limit, limit))
        with os.fdopen(writing, "w") as file:
            json.dump(run(tasks, sources, tables), file)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        told = file.read()
    os.waitpid(child, 0)
    return json.loads(told)


def main():
    """Run all submissions in a folder, and write what points each question gets."""
    way, told, folder, out = sys.argv[1:]
    about = json.loads(Path(told).read_text(encoding="utf-8"))
    tasks, chapter = about["tasks"], about["chapter"]
    tables = {
        name: pd.read_csv(path, dtype={"month": str}) for name, path in about["tables"].items()
    }
    run(tasks, about["warm"], tables)
    gc.collect()
    gc.freeze()
    found = {}
    for path in sorted(Path(folder).iterdir()):
        sheet = json.loads(path.read_text(encoding="utf-8"))
        sources = {
            name.removeprefix(f"{chapter}."): each["value"]
            for name, each in sheet["answers"].items()
        }
        every = (forked if way == "fork" else run)(tasks, sources, tables)
        found[sheet["student"]] = {
            task["id"]: sum(
                bool(got) and agrees(wanted, got[0], task["decimals"])
                for wanted, got in zip(task["wanted"], each, strict=True)
            )
            for task, each in zip(tasks, every, strict=True)
        }
    Path(out).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
