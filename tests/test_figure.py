"""Figures and tables: described, sourced, alike in both themes, and the same each time."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes

from bordercount import figure
from bordercount.data import package

pytestmark = pytest.mark.usefixtures("clone")


@pytest.fixture(autouse=True)
def styled() -> Iterator[None]:
    """Draw off screen in the book's style, and leave neither style nor figures behind."""
    plt.switch_backend("agg")
    with mpl.rc_context():
        figure.style()
        yield
    plt.close("all")


def drawn(
    values: tuple[float, ...] = (1, 2), *, title: str = "Counts", y: str = "Encounters"
) -> Axes:
    _, ax = plt.subplots()
    ax.plot(values, label="Border Patrol")
    ax.set(title=title, ylabel=y)
    ax.legend()
    return ax


def show(ax: Axes, alt: str = "It rose from 1 to 2.") -> str:
    return figure.figure(ax, alt=alt, tables="encounters").html


def ids(html: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', html)


@pytest.mark.parametrize(
    ("axes", "alt", "missing"),
    [
        ({"title": ""}, "It rose.", "a title that says what is plotted"),
        ({"y": ""}, "It rose.", "a y label with the unit"),
        ({}, "", "an alt text that gives the finding"),
        ({}, " \n", "an alt text that gives the finding"),
    ],
)
def test_a_figure_needs_title_label_and_alt(axes: dict[str, str], alt: str, missing: str) -> None:
    with pytest.raises(ValueError, match=f"a figure needs {missing}"):
        show(drawn(**axes), alt)  # type: ignore[arg-type]


@pytest.mark.parametrize("place", ["left", "center", "right"])
def test_the_title_may_stand_anywhere(place: str) -> None:
    ax = drawn(title="")
    ax.set_title("Counts", loc=place)
    assert figure.title_of(ax) == "Counts"
    assert "<svg" in show(ax)


def test_a_title_over_several_axes_and_a_label_of_bars_will_do() -> None:
    drawing, axes = plt.subplots(1, 2)
    drawing.suptitle("Counts")
    axes[0].set_xlabel("Encounters")
    assert "<svg" in show(axes[0])


def test_axes_of_no_figure_are_refused() -> None:
    ax = drawn()
    ax.remove()
    with pytest.raises(ValueError, match="these axes belong to no figure"):
        show(ax)


def test_a_figure_has_its_description_and_sources_from_the_codebook() -> None:
    shown = figure.figure(drawn(), alt='"Up" & on', tables=("encounters", "apprehensions"))
    source = package.source_line("encounters", "apprehensions")
    assert 'role="img" aria-label="&quot;Up&quot; &amp; on"' in shown.html
    assert f'<figcaption class="bc-source">{source}</figcaption>' in shown.html
    assert shown.text == f'Figure: "Up" & on\n{source}'
    assert shown._repr_mimebundle_() == {"text/html": shown.html, "text/plain": shown.text}


def test_a_table_that_is_not_described_cannot_be_a_source() -> None:
    with pytest.raises(KeyError, match="describes no table 'moods'"):
        figure.figure(drawn(), alt="It rose.", tables="moods")


def test_the_drawing_is_well_formed_and_stands_behind_its_description() -> None:
    root = ET.fromstring(show(drawn()))
    svg = root.find("div/{http://www.w3.org/2000/svg}svg")
    assert svg is not None
    assert svg.get("focusable") == "false"
    assert svg.get("aria-hidden") is None  # or a printed page loses the description
    assert svg.get("viewBox")
    assert svg.get("width") is None
    assert svg.get("height") is None


def test_the_ids_of_two_figures_do_not_collide_and_every_reference_is_met() -> None:
    one, two = show(drawn()), show(drawn((2, 1)))
    assert ids(one)
    assert not set(ids(one)) & set(ids(two))
    for html in (one, two):
        found = ids(html)
        assert len(found) == len(set(found))
        referred = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', html)
        assert referred
        assert {a or b for a, b in referred} <= set(found)


def test_ink_takes_the_pages_own_colour() -> None:
    html = show(drawn())
    assert "currentColor" in html
    assert figure.INK not in html
    assert figure.COLOURS["usbp"] in html


def test_nothing_is_drawn_behind_the_data() -> None:
    assert "fill: #ffffff" not in show(drawn())


def test_a_figure_is_the_same_bytes_each_time_and_carries_no_date() -> None:
    one, two = show(drawn()), show(drawn())
    assert one == two
    assert "<metadata>" not in one
    assert "<!--" not in one


def test_a_figure_shown_is_closed() -> None:
    ax = drawn()
    number = ax.get_figure(root=True).number  # type: ignore[union-attr]
    show(ax)
    assert not plt.fignum_exists(number)


def test_thousands_are_separated_on_the_axis() -> None:
    ax = drawn((0, 250_000))
    figure.thousands(ax)
    assert ax.yaxis.get_major_formatter()(200_000) == "200,000"


# --- tables --------------------------------------------------------------------------------------

FRAME = pd.DataFrame(
    {
        "month": ["2024-01", "2024-02"],
        "encounters": [176195, 189913],
        "rate": [5683.71, None],
        "year": [2024, 2024],
        "<b>": ["x & y", "<i>"],
    }
)


@pytest.fixture
def parsed() -> ET.Element:
    formats, headings = {"rate": ",.1f"}, {"month": "Month"}
    shown = figure.table(FRAME, "Counts & more", formats=formats, headings=headings)
    return ET.fromstring(shown.html)


def texts(root: ET.Element, path: str) -> list[str]:
    return ["".join(found.itertext()) for found in root.findall(path)]


def test_a_table_has_a_caption_and_can_be_reached_by_keyboard(parsed: ET.Element) -> None:
    assert texts(parsed, "table/caption") == ["Counts & more"]
    assert parsed.attrib == {
        "class": "bc-table", "role": "region", "tabindex": "0", "aria-label": "Counts & more",
    }  # fmt: skip


def test_every_heading_of_a_table_says_what_it_heads(parsed: ET.Element) -> None:
    heads = parsed.findall("table/thead/tr/th")
    assert [head.text for head in heads] == ["Month", "encounters", "rate", "year", "<b>"]
    assert {head.get("scope") for head in heads} == {"col"}
    rows = parsed.findall("table/tbody/tr/th")
    assert [(row.text, row.get("scope")) for row in rows] == [
        ("2024-01", "row"),
        ("2024-02", "row"),
    ]


def test_cells_are_escaped_and_numbers_formatted(parsed: ET.Element) -> None:
    assert texts(parsed, "table/tbody/tr[1]/td") == ["176,195", "5,683.7", "2024", "x & y"]
    assert texts(parsed, "table/tbody/tr[2]/td") == ["189,913", "", "2024", "<i>"]


def test_number_columns_are_aligned_as_numbers(parsed: ET.Element) -> None:
    aligned = [cell.get("class") for cell in parsed.findall("table/tbody/tr[1]/td")]
    assert aligned == ["bc-number", "bc-number", "bc-number", None]


@pytest.mark.parametrize(
    ("value", "column", "spec", "expected"),
    [
        (1234, "encounters", None, "1,234"),
        (1234.0, "encounters", None, "1,234"),
        (0.25, "share", None, "0.3"),
        (0.25, "share", ".0%", "25%"),
        (8, "title", None, "8"),
        (2024, "year", None, "2024"),
        (None, "n", None, ""),
        (float("nan"), "n", ".1f", ""),
        ("2024-02", "month", None, "2024-02"),
        (pd.Period("2024-02"), "month", None, "2024-02"),
    ],
)
def test_a_cell_reads_as_a_person_would_write_it(
    value: object, column: str, spec: str | None, expected: str
) -> None:
    assert figure.cell(value, column, spec) == expected


def test_a_table_in_plain_text_has_its_caption_and_every_value() -> None:
    text = figure.table(FRAME[["month", "encounters"]], "Counts").text
    assert text.startswith("Counts\n")
    assert "2024-02      189913" in text
