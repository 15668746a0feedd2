"""Grade simulated classes, beside json.loads of the same files: table and plot.

    python benchmarks/grading.py [--sizes 1000 10000] [--jobs 1 2] [--rounds 3] [--out FOLDER]

Each round runs json.loads over all files and a whole `grade` of them, one after the other in one
process, so that both meet the same machine. Loading pandas and computing every answer from
solutions/ happens once for a class of any size: it is timed apart, as start-up.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "grading"))

import simulated  # noqa: E402  # shared with the tests

from bordercount.grading import Options, grade, marking  # noqa: E402

MEMORY = """
import resource, sys
from pathlib import Path
from bordercount.grading import Options, grade
grade(Options(Path(sys.argv[1]), Path(sys.argv[2])))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def timed(function):
    """Return the seconds that a call takes, by the clock."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def parse(folder):
    """Read every file and parse it, as the least that any grader must do."""
    for path in folder.iterdir():
        json.loads(path.read_text(encoding="utf-8"))


def measure(size, jobs, rounds, scratch, exam):
    """Return one line of the table."""
    folder = scratch / f"sheets-{size}"
    if not folder.exists():
        simulated.write(folder, simulated.students(exam, size))
    floors, times = [], []
    for _ in range(rounds):
        shutil.rmtree(scratch / "grades", ignore_errors=True)
        floors.append(timed(lambda: parse(folder)))
        times.append(timed(lambda: grade(Options(folder, scratch / "grades", jobs=jobs))))
    command = [sys.executable, "-c", MEMORY, str(folder), str(scratch / "memory")]
    memory = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {
        "sheets": size,
        "jobs": jobs,
        "json.loads s": statistics.median(floors),
        "grade s": statistics.median(times),
        "memory MB": float(memory),
    }


def main():
    """Run the benchmark and write benchmarks/results/grading.{csv,svg}."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=ROOT / "_build" / "benchmarks")
    asked = parser.parse_args()
    start = timed(marking.exam)
    exam = marking.exam()
    print(f"start-up, every answer computed: {start:.1f} s; {len(exam.questions)} exercises")
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for jobs in asked.jobs:
            for size in sorted(asked.sizes):
                row = measure(size, jobs, asked.rounds, Path(scratch), exam)
                rows.append(row)
                print(
                    f"{size:>6} sheets, {jobs} jobs: json.loads {row['json.loads s']:.3f} s, "
                    f"grade {row['grade s']:.2f} s, {row['memory MB']:.0f} MB",
                    flush=True,
                )
    write(rows, start, asked.out)


def write(rows, start, out):
    """Write table and plot, with the slope between the sizes: the cost of one more sheet."""
    import matplotlib.pyplot as plt
    import pandas as pd
    import seaborn as sns

    from bordercount.figure import style

    table = pd.DataFrame(rows)
    for _, group in table.groupby("jobs"):
        steps = group.diff()
        table.loc[group.index, "ms per further sheet"] = 1000 * steps["grade s"] / steps["sheets"]
        table.loc[group.index, "times json.loads"] = steps["grade s"] / steps["json.loads s"]
    out.mkdir(parents=True, exist_ok=True)
    table.round(3).to_csv(out / "grading.csv", index=False)
    print(table.round(3).to_string(index=False))
    style()
    _, ax = plt.subplots()
    long = table.melt(["sheets", "jobs"], ["json.loads s", "grade s"], "what", "seconds")
    sns.lineplot(long, x="sheets", y="seconds", hue="what", style="jobs", markers=True, ax=ax)
    ax.set(title="Seconds by number of sheets", xscale="log", yscale="log")
    plt.savefig(out / "grading.svg", bbox_inches="tight")
    print(f"start-up {start:.1f} s; see {out}")


if __name__ == "__main__":
    main()
