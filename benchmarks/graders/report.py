"""What the measurements say: costs, paired ratios, a plot, and a page in Markdown."""

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


@dataclass(frozen=True)
class Goal:
    """How many times as long `slow` may or must take as `fast`, for each further submission."""

    slow: str
    fast: str
    least: float = 0
    most: float = float("inf")

    def reached(self, ratio: float) -> bool:
        """Return whether a ratio reaches the goal."""
        return self.least <= ratio <= self.most

    @property
    def written(self) -> str:
        """The goal in words, or a dash if there is none."""
        if self.least:
            return f"at least {self.least:g}"
        return f"at most {self.most:g}" if self.most < float("inf") else "-"


GOALS = (
    Goal("nbgrader", "bordercount", least=100),
    Goal("otter", "bordercount", least=200),
    Goal("bordercount", "fork", most=2),
    Goal("bordercount", "floor"),
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
    """Return how many times as long one takes as another, paired within each round."""
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
            further = [slow.each / fast.each for slow, fast in pairs]
            rows.append(ratio(goal, workers, "each further submission", further, goal.written))
            for size in sizes:
                whole = [slow.seconds(size) / fast.seconds(size) for slow, fast in pairs]
                real = all(size in line.measured for pair in pairs for line in pair)
                what = f"all in, class of {size}{'' if real else ', extrapolated'}"
                rows.append(ratio(goal, workers, what, whole, "-"))
    return pd.DataFrame(rows)


def ratio(goal: Goal, workers: int, what: str, found: list[float], wanted: str) -> dict:
    """Return one row of the ratios."""
    middle = statistics.median(found)
    reached = "-" if wanted == "-" else "yes" if goal.reached(middle) else "no"
    return {
        "slower": goal.slow,
        "faster": goal.fast,
        "workers": workers,
        "of": what,
        "median": middle,
        "least": min(found),
        "most": max(found),
        "goal": wanted,
        "reached": reached,
    }


def plot(measured: pd.DataFrame, folder: Path) -> str:
    """Draw graders.svg and graders.png; return what they show, for those who cannot see them."""
    style()
    shown = measured.assign(
        grader=measured["grader"].map(NAMES),
        each=1000 * measured["seconds"] / measured["submissions"],
        workers=measured["workers"].map({1: "1 worker", 2: "2 workers"}),
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
            markers=True, estimator="median", errorbar=("pi", 100), palette="colorblind", ax=ax,
            legend=ax is axes[0],
        )  # fmt: skip
        ax.set(xscale="log", yscale="log", xlabel="Submissions in the class", ylabel="")
        ax.set_title(label, loc="left")
        sizes = sorted(set(measured["submissions"]))
        ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
        ax.minorticks_off()
        ax.yaxis.set_major_formatter("{x:g}")
        ax.grid(visible=True, alpha=0.3)
    handles, labels = axes[0].get_legend_handles_labels()
    axes[0].get_legend().remove()
    wanted = [(h, text) for h, text in zip(handles, labels, strict=True) if " " in text]
    figure.legend(*zip(*wanted, strict=True), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(folder / "graders.svg", metadata={"Date": None})
    figure.savefig(folder / "graders.png", dpi=150)
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
            "how many times as long": f"{row['slower']} / {row['faster']}",
            "workers": row["workers"],
            "of": row["of"],
            "median": digits(row["median"]),
            "range": f"{digits(row['least'])} to {digits(row['most'])}",
            "goal": row["goal"],
            "reached": row["reached"],
        }
        for _, row in found.iterrows()
    ]


def write(
    measured: pd.DataFrame, scores: list[dict], about: list[str], folder: Path
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write results.md, the tables as CSV and the plot; return costs and ratios."""
    found, sizes = lines(measured), sorted(set(measured["submissions"]))
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
        "Each round has a ratio of its own; these are their median and range.",
        table(ratio_rows(paired)) if len(paired) else "Too few graders to compare.",
        "## Points",
        "What each grader gave of 10 points. In every timed run, every grader gave every "
        "submission the points that it earned, question by question.",
        table(scores),
    ]
    (folder / "results.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return made, paired
