"""How long an exercise takes in a warm kernel: to be displayed, and to be judged.

    python benchmarks/exercise_kernel.py [--repeat 200]

It answers every exercise of the course around it, in a folder of its own, and prints medians in
milliseconds. The first line is a fresh kernel's first exercise, which imports the widgets.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable
from timeit import default_timer as clock

from bordercount import answers, course, widget


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = clock()
    work()
    return 1000 * (clock() - start)


def median(works: list[Callable[[], object]], repeat: int) -> str:
    """Return the median over all the works, each called `repeat` times."""
    times = [milliseconds(work) for _ in range(repeat) for work in works]
    return f"{statistics.median(times):8.3f} ms  (median of {len(times):,} calls)"


def anew(exercise_id: str) -> Callable[[], object]:
    """Return the work of a cell that runs for the first time: all is made but the chapter read."""

    def work() -> object:
        widget.one.cache_clear()
        return widget.exercise(exercise_id)._repr_mimebundle_()

    return work


def again(exercise_id: str) -> Callable[[], object]:
    """Return the work of a cell that is run again."""
    return lambda: widget.exercise(exercise_id)._repr_mimebundle_()


def check(exercise_id: str) -> Callable[[], object]:
    """Return the work of judging the right answer."""
    _, compiled = widget.find(exercise_id)
    key = answers.decode(compiled["cases"][0]["key"], exercise_id)
    value = key["answer"]
    if compiled["kind"] in ("number", "estimate"):
        value = answers.write_number(int(value), compiled["decimals"])
    return lambda: answers.judge(compiled, key, value)


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=50, help="calls of each exercise")
    repeat = parser.parse_args().repeat
    root = course.root()
    os.environ[course.ENVIRONMENT] = str(root)
    chapters = sorted(path.stem for path in (root / "exercises").glob("*.yml"))
    ids = widget.chapter(chapters[0])["all"]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # answers.json must not be the reader's own
        print(f"{len(ids)} exercises of {len(chapters)} chapters")
        print(f"first exercise shown  {milliseconds(again(ids[0])):8.3f} ms  (once)")
        print(f"exercise shown        {median([anew(each) for each in ids], repeat)}")
        print(f"exercise shown again  {median([again(each) for each in ids], repeat)}")
        print(f"answer judged         {median([check(each) for each in ids], repeat)}")
        os.chdir(root)


if __name__ == "__main__":
    main()
