"""What the measurements say: costs, paired ratios, a plot, and a page in Markdown."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

from bordercount.figure import style

ORDER = ("nbgrader", "otter", "bordercount", "fork", "floor")
NAMES = {
    "nbgrader": "nbgrader autograde",
    "otter": "otter run",
    "bordercount": "bordercount grade",
    "fork": "bare fork, not isolated",
    "floor": "floor: one warm process",
}
FURTHER = "each further submission"


@dataclass(frozen=True)
class Goal:
    """How many times as long `slow` must or may take as `fast`, for each further submission."""

    slow: str
    fast: str
    least: float = 0
    most: float = float("inf")

    def reached(self, found: Sequence[float]) -> str:
        """Return whether the median of the rounds' ratios reaches the goal.

        A slope of zero or less tells nothing: the machine was busy, or the classes too small.
        """
        if min(found) <= 0:
            return "cannot be told"
        return "yes" if self.least <= statistics.median(found) <= self.most else "no"

    @property
    def written(self) -> str:
        """The goal in words."""
        return f"at least {self.least:g}" if self.least else f"at most {self.most:g}"


GOALS = (
    Goal("nbgrader", "bordercount", least=100),
    Goal("otter", "bordercount", least=200),
    Goal("bordercount", "fork", most=2),
)


@dataclass(frozen=True)
class Line:
    """Seconds by number of submissions in one round: what starting costs, and each further one."""

    start: float
    each: float
    measured: dict[int, float]

    def seconds(self, size: int) -> float:
        """Return what a class of this size took, or would take by the line."""
        return self.measured.get(size, self.start + self.each * size)


Lines = dict[tuple[int, str, int], Line]  # by round, grader and workers


def lines(measured: pd.DataFrame) -> Lines:
    """Return the line of each grader in each round, by least squares."""
    found = {}
    for (number, grader, workers), rows in measured.groupby(["round", "grader", "workers"]):
        sizes, seconds = list(rows["submissions"]), list(rows["seconds"])
        each, start = statistics.linear_regression(sizes, seconds)
        found[number, grader, workers] = Line(start, each, dict(zip(sizes, seconds, strict=True)))
    return found


def costs(found: Lines, sizes: Sequence[int]) -> pd.DataFrame:
    """Return what each grader costs: starting, each further submission, and all in, by size.

    Medians over rounds; `least` and `most` are the range of a further submission's cost.
    """
    rows = []
    for workers in sorted({key[2] for key in found}):
        for grader in ORDER:
            every = [line for key, line in found.items() if key[1:] == (grader, workers)]
            if not every:
                continue
            further = [1000 * line.each for line in every]
            row = {
                "grader": grader,
                "workers": workers,
                "start s": statistics.median(line.start for line in every),
                "further ms": statistics.median(further),
                "least": min(further),
                "most": max(further),
            }
            for size in sizes:
                row[f"ms, class of {size}"] = statistics.median(
                    1000 * line.seconds(size) / size for line in every
                )
            rows.append({**row, "measured": sorted(every[0].measured)})
    return pd.DataFrame(rows)


def ratios(found: Lines, sizes: Sequence[int]) -> pd.DataFrame:
    """Return how many times as long one takes as another, paired within each round.

    The whole commands are compared where both graders do a whole command's work.
    """
    rows = []
    for workers in sorted({key[2] for key in found}):
        for goal in GOALS:
            pairs = [
                (line, found[number, goal.fast, workers])
                for (number, grader, at), line in found.items()
                if (grader, at) == (goal.slow, workers) and (number, goal.fast, workers) in found
            ]
            if not pairs:
                continue
            first = {"slower": goal.slow, "faster": goal.fast, "workers": workers}
            further = [slow.each / fast.each for slow, fast in pairs]
            reached = goal.reached(further)
            told = {"of": FURTHER, **spread(further), "goal": goal.written, "reached": reached}
            rows.append({**first, **told})
            for size in sizes if goal.least else ():
                whole = [slow.seconds(size) / fast.seconds(size) for slow, fast in pairs]
                real = all(size in line.measured for pair in pairs for line in pair)
                what = f"all in, class of {size}{'' if real else ', extrapolated'}"
                rows.append({**first, "of": what, **spread(whole), "goal": "", "reached": ""})
    return pd.DataFrame(rows)


def spread(found: Sequence[float]) -> dict[str, float]:
    """Return the median and the range of what the rounds gave."""
    return {"median": statistics.median(found), "least": min(found), "most": max(found)}


def from_size(goal: Goal, made: pd.DataFrame) -> str:
    """Return from what class on a goal is reached all in, with one worker, by the median lines."""
    serial = made[made["workers"] == 1].set_index("grader")
    if not goal.least or not {goal.slow, goal.fast} <= set(serial.index):
        return ""
    slow, fast = serial.loc[goal.slow], serial.loc[goal.fast]
    gain = slow["further ms"] - goal.least * fast["further ms"]
    what = f"{goal.fast} takes a {goal.least:g}th of what {goal.slow} takes"
    if gain <= 0:
        return f"Start-up included, in no class {what}."
    size = 1000 * (goal.least * fast["start s"] - slow["start s"]) / gain
    return f"Start-up included, {what} from a class of {max(1, math.ceil(size)):,} on."


def plot(measured: pd.DataFrame, folder: Path) -> str:
    """Draw graders.svg and graders.png; return what they show, for those who cannot see them."""
    style()
    shown = measured.assign(
        grader=measured["grader"].map(NAMES),
        each=1000 * measured["seconds"] / measured["submissions"],
        workers=measured["workers"].map(lambda n: f"{n} worker{'s' if n > 1 else ''}"),
    )
    figure, axes = plt.subplots(1, 2, figsize=(11, 5.2), layout="constrained")
    order = [NAMES[name] for name in ORDER if name in set(measured["grader"])]
    for ax, y, label in zip(
        axes,
        ("seconds", "each"),
        ("Seconds for the whole class", "Milliseconds for each submission, start-up included"),
        strict=True,
    ):
        sns.lineplot(
            shown, x="submissions", y=y, hue="grader", hue_order=order, style="workers",
            markers=True, estimator="median", errorbar=("pi", 100), err_style="bars",
            palette="colorblind", ax=ax, legend=ax is axes[0],
        )  # fmt: skip
        ax.set(xscale="log", yscale="log", xlabel="Submissions in the class", ylabel="")
        ax.set_title(label, loc="left")
        sizes = sorted(set(measured["submissions"]))
        ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
        ax.minorticks_off()
        ax.yaxis.set_major_formatter("{x:g}")
    handles, labels = axes[0].get_legend_handles_labels()
    axes[0].get_legend().remove()
    wanted = [(h, text) for h, text in zip(handles, labels, strict=True) if " " in text]
    figure.legend(*zip(*wanted, strict=True), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(folder / "graders.svg", facecolor="white", metadata={"Date": None})
    figure.savefig(folder / "graders.png", facecolor="white", dpi=150)
    plt.close(figure)
    return seen(measured)


def seen(measured: pd.DataFrame) -> str:
    """Return the plot's finding in words: of each grader the largest class, serial."""
    told = []
    serial = measured[measured["workers"] == measured["workers"].min()]
    for name in ORDER:
        rows = serial[serial["grader"] == name]
        if not rows.empty:
            size = rows["submissions"].max()
            seconds = rows.loc[rows["submissions"] == size, "seconds"].median()
            told.append(f"{NAMES[name]} {seconds:.2g} s for {size} submissions")
    return (
        "Two line charts on logarithmic axes, time against the number of submissions, a line for "
        f"each grader with one and with two workers. With one worker: {'; '.join(told)}."
    )


def table(rows: Iterable[dict]) -> str:
    """Return rows as a Markdown table."""
    every = list(rows)
    heads = list(every[0])
    body = [" | ".join(str(row[head]) for head in heads) for row in every]
    return "\n".join(
        f"| {line} |" for line in [" | ".join(heads), " | ".join("---" for _ in heads), *body]
    )


def digits(value: float) -> str:
    """Return a number with three digits that count, as a reader writes it."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def cost_rows(found: pd.DataFrame, sizes: Sequence[int]) -> list[dict]:
    """Return the costs as the page shows them; a star marks what the line gives."""
    return [
        {
            "grader": NAMES[row["grader"]],
            "workers": row["workers"],
            "start-up, s": f"{row['start s']:.2f}",
            "each further submission, ms": f"{digits(row['further ms'])} "
            f"({digits(row['least'])} to {digits(row['most'])})",
            **{
                f"all in, class of {size}, ms": digits(row[f"ms, class of {size}"])
                + ("" if size in row["measured"] else "\\*")
                for size in sizes
            },
        }
        for _, row in found.iterrows()
    ]


def ratio_rows(found: pd.DataFrame) -> list[dict]:
    """Return the ratios as the page shows them."""
    return [
        {
            "slower / faster": f"{row['slower']} / {row['faster']}",
            "workers": row["workers"],
            "for": row["of"],
            "median": digits(row["median"]),
            "range": f"{digits(row['least'])} to {digits(row['most'])}",
            "goal": row["goal"],
            "reached": row["reached"],
        }
        for _, row in found.iterrows()
    ]


def write(
    measured: pd.DataFrame,
    scores: list[dict],
    about: list[str],
    sizes: Sequence[int],
    folder: Path,
) -> None:
    """Write results.md, which compares classes of these sizes, the tables as CSV and the plot."""
    found = lines(measured)
    made = costs(found, sizes)
    paired = ratios(found, sizes)
    made.drop(columns="measured").round(4).to_csv(folder / "costs.csv", index=False)
    paired.round(3).to_csv(folder / "ratios.csv", index=False)
    alt = plot(measured, folder)
    parts = [
        "# Graders side by side",
        "\n".join(f"- {line}" for line in about),
        f"![{alt}](graders.svg)",
        "## Cost of a submission",
        "Medians over the rounds, with the range in brackets. *Each further submission* is the "
        "slope over growing classes; *all in* divides the whole command, start-up included, by "
        "the size of the class.\nA star: not measured, but start-up and slope of the smaller "
        "classes.",
        table(cost_rows(made, sizes)),
        "## Ratios",
        "How many times as long the first takes as the second. Each round has a ratio of its own; "
        "these are their median and range.",
        table(ratio_rows(paired)) if len(paired) else "Too few graders to compare.",
        "\n".join(told for goal in GOALS if (told := from_size(goal, made))),
        "## Points",
        "What each grader gave of 10 points. In every timed run, every grader gave every "
        "submission the points that it earned, question by question.",
        table(scores),
    ]
    (folder / "results.md").write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")
