"""Grade the same five pandas questions with nbgrader, otter and bordercount, side by side.

See README.md beside this file for what is measured and what is not fair to whom.
"""

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

try:
    import nbformat  # noqa: F401  # what notebooks.py needs
    import pandas as pd
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )
except ModuleNotFoundError as missing:
    sys.exit(
        f"the package {missing.name!r} is missing: run this with the project's environment, "
        "`make bench-graders` or `.venv/bin/python benchmarks/graders/run.py`"
    )

import environments
import graders
import lab
import report
import submissions
from graders import GRADERS, Grader, GraderError
from submissions import Submission

EXAMPLES = """
examples:
  python benchmarks/graders/run.py                                  all of it, about 15 minutes
  python benchmarks/graders/run.py --submissions 10 --repeat 5      more rounds, a better range
  python benchmarks/graders/run.py --submissions 4 --repeat 1 --sizes 4 8       a look, 3 minutes
  python benchmarks/graders/run.py --only bordercount fork --sizes 10 100 1000

Nothing else should run on the machine meanwhile. Environments are made once in _build/bench/ and
used again. Rounds that were finished before an interruption, or before a grader failed, are in the
results.
"""
SLOW = ("nbgrader", "otter")  # which run notebooks
err = Console(stderr=True, highlight=False)


def asked() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [each.name for each in GRADERS]
    parser.add_argument(
        "--submissions", type=int, default=10, metavar="N",
        help="size of the class that every grader gets; nbgrader and otter get no larger one (10)",
    )  # fmt: skip
    parser.add_argument(
        "--sizes", type=int, nargs="+", metavar="N",
        help="sizes of classes for the others (N, 3 N, 10 N and 30 N)",
    )  # fmt: skip
    parser.add_argument("--repeat", type=int, default=3, help="rounds (3)", metavar="N")
    parser.add_argument(
        "--workers", type=int, nargs="+", default=[1, 2], metavar="N", help="workers (1 2)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the class (1)")
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="graders to run")
    parser.add_argument(
        "--out", type=Path, default=lab.ROOT / "_build" / "bench", help="folder (_build/bench)"
    )
    given = parser.parse_args()
    if given.submissions < 4:
        parser.error("--submissions must be at least 4: a slope needs a smaller class beside it")
    if min(given.repeat, *given.workers, *(given.sizes or [1])) < 1:
        parser.error("--repeat, --workers and --sizes must be at least 1")
    given.sizes = sorted(
        {given.submissions, *(given.sizes or [given.submissions * n for n in (3, 10, 30)])}
    )
    if len(given.sizes) < 2:
        parser.error("--sizes must name a class of another size than --submissions")
    return given


def sizes_of(name: str, given: argparse.Namespace) -> list[int]:
    """Return the classes that a grader gets: the slow ones two, of even size."""
    if name in SLOW:
        return sorted({max(2, given.submissions // 5 * 2), given.submissions})
    return given.sizes


def prepared(names: Sequence[str], build: Path) -> tuple[list[Grader], list[str]]:
    """Return the graders, ready to grade, and what versions they are of."""
    homes, known = {}, {}
    for name in dict.fromkeys(
        name if name in environments.NEEDS else "bordercount" for name in names
    ):
        with err.status(f"environment of {name}: made if it is missing or old"):
            homes[name] = environments.made(name, build)
            known[name] = environments.versions(name, homes[name])
    environments.same(known)
    course = build / "course"
    questions = lab.lay(course)
    graders.settle(build)
    found = []
    for kind in GRADERS:
        if kind.name in names:
            home = homes.get(kind.name) or homes["bordercount"]
            grader = kind(home, build / "made", course)
            with err.status(f"{kind.name}: the assignment"):
                grader.prepare(questions)
            found.append(grader)
    shown = [
        f"{name}: " + ", ".join(f"{package} {version}" for package, version in each.items())
        for name, each in known.items()
    ]
    return found, shown


def tried(every: Sequence[Grader], answers: dict, folder: Path) -> list[dict]:
    """Return what each grader gives to each kind of submission, untimed.

    All texts of answers.yml are in it once. Raises `GraderError` where ordinary ones get other
    points than they earn; what overriding ones get is told, whatever it is.
    """
    ordinary = submissions.every_text(answers["ordinary"])
    overriding = submissions.overriding(answers["overriding"])
    rows: dict[str, dict] = {}
    for grader in every:
        with err.status(f"{grader.name}: a trial of {len(ordinary) + len(overriding)} submissions"):
            _, found = graders.graded(grader, [*ordinary, *overriding], folder / grader.name, 1)
        strange = {each.student for each in overriding}
        graders.check(
            grader, ordinary, {name: each for name, each in found.items() if name not in strange}
        )
        for each in (*ordinary, *overriding):
            row = rows.setdefault(
                each.student,
                {"submission": each.kind, "earned": sum(each.points.values())},
            )
            row[grader.name] = total(found.get(each.student, {}))
    return list(rows.values())


def total(points: dict) -> str:
    """Return a student's points, or that not all could be given."""
    if any(isinstance(each, str) for each in points.values()):
        return "open"
    return f"{sum(points.values()):g}"


def order(every: Sequence[Grader], given: argparse.Namespace, number: int) -> Iterator[tuple]:
    """Yield grader, class size and workers of each run of a round: the graders take turns.

    Each round begins with another grader, so that none always follows the same one.
    """
    turned = [*every[number % len(every) :], *every[: number % len(every)]]
    for step in range(max(len(sizes_of(each.name, given)) for each in every)):
        for workers in given.workers:
            for grader in turned:
                sizes = sizes_of(grader.name, given)
                if step < len(sizes):
                    yield grader, sizes[step], workers


def measured(
    every: Sequence[Grader],
    given: argparse.Namespace,
    everyone: Sequence[Submission],
    work: Path,
    rows: list[dict],
) -> None:
    """Run all rounds, and add the rows of each that is finished."""
    plans = [list(order(every, given, number)) for number in range(given.repeat)]
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeRemainingColumn(), console=err, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=sum(map(len, plans)))
        for number, plan in enumerate(plans, start=1):
            round_rows = []
            for grader, size, workers in plan:
                said = f"round {number} of {given.repeat}: {grader.name}, {size} submissions"
                bar.update(task, description=f"{said}, {workers} at once")
                part = everyone[:size]
                seconds, found = graders.graded(grader, part, work / grader.name, workers)
                graders.check(grader, part, found)
                round_rows.append(
                    {
                        "round": number,
                        "grader": grader.name,
                        "workers": workers,
                        "submissions": size,
                        "seconds": seconds,
                    }
                )
                bar.advance(task)
            rows += round_rows
            if not err.is_terminal:
                err.print(f"round {number} of {given.repeat} done")


def machine() -> str:
    """Return on what this was measured."""
    model = platform.processor() or platform.machine()
    about = Path("/proc/cpuinfo")
    if about.is_file():
        models = [line for line in about.read_text("utf-8").splitlines() if "model name" in line]
        model = models[0].partition(":")[2].strip() if models else model
    user = "root" if os.geteuid() == 0 else "an ordinary user"
    system = f"{platform.system()} {platform.release()}"
    return f"machine: {os.cpu_count()} cores, {model}, {system}; run as {user}"


def main() -> None:
    """Measure, and write the results into the folder."""
    given = asked()
    build = given.out.resolve()
    build.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]
    every, versions = prepared(given.only, build)
    answers = submissions.read(lab.HERE / "answers.yml")
    scores = tried(every, answers, build / "work")
    everyone = submissions.ordinary(answers["ordinary"], max(given.sizes), given.seed)
    rows: list[dict] = []
    stopped = ""
    try:
        measured(every, given, everyone, build / "work", rows)
    except (KeyboardInterrupt, GraderError) as error:
        if not rows:
            raise
        why = str(error).strip().splitlines() or ["interrupted"]
        finished = f"{rows[-1]['round']} of {given.repeat} rounds were finished"
        stopped = f"{finished}; the next one ended: {why[0]} {why[-1] if why[1:] else ''}".strip()
        err.print(stopped, markup=False)
    table = pd.DataFrame(rows)
    table.to_csv(build / "measurements.csv", index=False)
    about = [
        machine(),
        *versions,
        f"rounds: {table['round'].max()}, interleaved, each beginning with another grader; "
        f"seed {given.seed}",
        *([stopped] if stopped else []),
    ]
    if load > 0.5:
        about.append(f"the machine was busy: load {load:.1f} when this began")
        err.print(f"note: {about[-1]}; measure on an idle one")
    report.write(table, scores, about, given.sizes, build)
    shutil.rmtree(build / "work", ignore_errors=True)
    print((build / "results.md").read_text(encoding="utf-8"))
    err.print(f"The results are in {build}: results.md, three CSV files, graders.svg, graders.png")
    if stopped:
        sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except (GraderError, environments.SetupError) as error:
        sys.exit(f"run.py: {error}")
    except KeyboardInterrupt:
        sys.exit("run.py: interrupted before a round was finished; nothing was written")
