"""Figures and tables as the book shows them: described in words, sourced, right in both themes."""

import hashlib
import html
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.rcsetup import cycler
from matplotlib.ticker import FuncFormatter

from bordercount import wording
from bordercount.data.package import source_line

# One ink for all that is not data: the page replaces it by its own text colour, so that a
# figure is right in the light and in the dark theme.
INK = "#1a1b1c"
# Each stands out by 3:1 on white and on the dark theme's background, and from the other for
# readers who do not tell red from green. Text is never set in them.
COLOURS = {"usbp": "#0072b2", "ofo": "#d55e00", "total": INK}
STYLE = {
    "figure.figsize": (7.2, 4.0),
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlepad": 12.0,
    "axes.titlesize": 12.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=["#0072b2", "#d55e00", "#009e73", "#cc79a7"]),
    "grid.color": "#8a8d91",
    "grid.alpha": 0.35,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 2.0,
    "legend.frameon": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
}
SAVING: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "bordercount"}


def style() -> None:
    """Set the book's plotting style for all figures drawn from here on."""
    sns.set_theme(style="ticks", rc={**STYLE, "axes.grid": True, "axes.grid.axis": "y"})


def thousands(ax: Axes) -> None:
    """Print the y axis with thousands separators."""
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value)))


@dataclass(frozen=True)
class Shown:
    """A piece of HTML with a text that stands in for it where HTML cannot be shown."""

    html: str
    text: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def figure(ax: Axes, *, alt: str, tables: tuple[str, ...] | str) -> Shown:
    """Return the axes' figure as inline SVG with its description and a line of sources.

    `alt` gives the finding and its numbers to who cannot see the figure; `tables` names the
    tables it is drawn from, whose publishers and dates make the source line. Raises `ValueError`
    for a figure without a title (what is plotted), a y label (with the unit) or `alt`.
    """
    return drawn(ax, alt, source_line(*([tables] if isinstance(tables, str) else tables)))


def drawn(ax: Axes, alt: str, source: str) -> Shown:
    """Return the axes' figure as inline SVG with its description and this line of sources.

    Raises `ValueError` for a figure without a title, a label of its values, or `alt`.
    """
    whole = ax.get_figure(root=True)
    if whole is None:
        raise ValueError("these axes belong to no figure")
    missing = {
        "a title that says what is plotted": whole.get_suptitle() or title_of(ax),
        "a y label with the unit": ax.get_ylabel() or ax.get_xlabel(),
        "an alt text that gives the finding": alt.strip(),
    }
    for what, found in missing.items():
        if not found:
            raise ValueError(f"a figure needs {what}")
    with mpl.rc_context(SAVING), io.StringIO() as file:
        whole.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
        svg = trimmed(file.getvalue())
    plt.close(whole)
    return Shown(
        '<figure class="bc-figure">'
        f'<div class="bc-plot" role="img" aria-label="{html.escape(alt)}">{svg}</div>'
        f'<figcaption class="bc-source">{html.escape(source)}</figcaption></figure>',
        f"Figure: {alt}\n{source}",
    )


def title_of(ax: Axes) -> str:
    """Return the axes' title, wherever it stands."""
    return ax.get_title(loc="left") or ax.get_title() or ax.get_title(loc="right")


def trimmed(svg: str) -> str:
    """Return the SVG element alone, with ids of its own and the page's ink.

    Ids of two figures on one page would collide, since Matplotlib numbers them alike.
    """
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    own = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8] + "-"
    svg = re.sub(r'\bid="', f'id="{own}', svg)
    svg = re.sub(r'href="#', f'href="#{own}', svg)
    svg = re.sub(r"url\(#", f"url(#{own}", svg)
    svg = svg.replace(INK, "currentColor")
    svg = re.sub(r'<svg([^>]*?) width="[^"]*"', r"<svg\1", svg, count=1)
    svg = re.sub(r'<svg([^>]*?) height="[^"]*"', r"<svg\1", svg, count=1)
    svg = svg.replace("<svg", '<svg focusable="false"', 1)
    return re.sub(r"\s*\n\s*", "\n", svg)


def table(
    frame: pd.DataFrame,
    caption: str,
    *,
    formats: Mapping[str, str] | None = None,
    headings: Mapping[str, str] | None = None,
) -> Shown:
    """Return the rows of `frame` as an accessible HTML table under a caption.

    Whole numbers get thousands separators, except in a column named `year` or `title`;
    `formats` gives others a format of their own, such as {"rate": ".1f"}. `headings` renames
    columns for the reader. The index is not shown: make it a column if it matters.
    """
    formats = formats or {}
    names = [str((headings or {}).get(name, name)) for name in frame.columns]
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) for name in frame.columns]
    aligned = [' class="bc-number"' if is_number else "" for is_number in numeric]
    head = "".join(
        f'<th scope="col"{align}>{html.escape(name)}</th>'
        for name, align in zip(names, aligned, strict=True)
    )
    body = ""
    for row in frame.itertuples(index=False, name=None):
        cells = ""
        for position, (column, value) in enumerate(zip(frame.columns, row, strict=True)):
            shown = html.escape(cell(value, str(column), formats.get(column)))
            if position == 0:
                cells += f'<th scope="row">{shown}</th>'
            else:
                cells += f"<td{aligned[position]}>{shown}</td>"
        body += f"<tr>{cells}</tr>\n"
    return Shown(
        f'<div class="bc-table" role="region" tabindex="0" aria-label="{html.escape(caption)}">'
        f"<table><caption>{html.escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>",
        f"{caption}\n{frame.to_string(index=False)}",
    )


def cell(value: object, column: str, format_spec: str | None) -> str:
    """Return a table cell as text."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    if format_spec is not None:
        return format(value, format_spec)
    if isinstance(value, str) or column in ("year", "title"):
        return str(value)
    if isinstance(value, int | float):
        return wording.number(value, 0 if float(value).is_integer() else 1)
    return str(value)
