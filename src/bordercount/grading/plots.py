"""The class report's figures, in the book's plotting style."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.ticker import MaxNLocator

from bordercount.figure import COLOURS, INK, Shown, drawn, style


def points(found: Sequence[float], most: int, alt: str, source: str) -> Shown:
    """Return how the points are spread over the class, 0 to `most`."""
    style()
    _, ax = plt.subplots(figsize=(7.2, 3.2))
    looks = {"color": COLOURS["usbp"], "edgecolor": INK}
    sns.histplot(x=list(found), bins=min(20, max(5, most)), binrange=(0, most), ax=ax, **looks)
    ax.set(title="Points per student", xlabel=f"points of {most}", ylabel="students")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    return drawn(ax, alt, source)


def difficulty(found: Mapping[str, float], alt: str, source: str) -> Shown:
    """Return the mean score of each exercise, a part of 1, in the order of the course."""
    style()
    _, ax = plt.subplots(figsize=(7.2, 1.2 + 0.24 * len(found)))
    values = [100 * each for each in found.values()]
    sns.barplot(x=values, y=list(found), ax=ax, color=COLOURS["usbp"], orient="h")
    label = "% of its points, among those who answered"
    ax.set(title="Mean score of each exercise", xlabel=label, ylabel="", xlim=(0, 100))
    ax.tick_params(axis="y", labelsize=8)
    ax.grid(axis="x")
    return drawn(ax, alt, source)


def mistakes(counts: Mapping[str, int], alt: str, source: str) -> Shown:
    """Return how many students met each misconception, by its label."""
    style()
    _, ax = plt.subplots(figsize=(7.2, 1.2 + 0.3 * len(counts)))
    sns.barplot(x=list(counts.values()), y=list(counts), ax=ax, color=COLOURS["ofo"], orient="h")
    ax.set(title="Known misconceptions met most often", xlabel="students", ylabel="")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(axis="x")
    return drawn(ax, alt, source)
