"""The static form of `explore`: every figure once, one choice made, nothing that collides."""

import re
from functools import cache
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import pytest

from bordercount.explore import LARGEST, explore
from bordercount.figure import figure

MONTHS, PARTS = ["2023-02", "2024-02"], ["usbp", "ofo", '"<total>"']


@pytest.fixture(autouse=True)
def in_a_page(demo, monkeypatch):
    monkeypatch.setenv("BORDERCOUNT_STATIC", "1")


@cache
def draw(month, part="usbp"):
    _, ax = plt.subplots(figsize=(2, 1))
    ax.set(title="Encounters", ylabel="encounters")
    ax.plot([1, MONTHS.index(month) + 2])  # the part does not change what is drawn
    return figure(ax, alt=f"{month} & {part}", tables="encounters")


class Elements(HTMLParser):
    """Every start tag of a page, with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def all(self, tag, attribute):
        return [
            found[attribute] for name, found in self.found if name == tag and attribute in found
        ]


@pytest.fixture
def shown():
    return explore(draw, labels={"part": "Part & parcel"}, month=MONTHS, part=PARTS).data


def test_each_combination_is_drawn_once(shown):
    wanted = [f"{month} & {part}" for month in MONTHS for part in PARTS]
    assert Elements(shown).all("div", "aria-label") == wanted
    assert len(Elements(shown).all("div", "data-choice")) == len(wanted)


def test_one_value_of_each_control_is_chosen(shown):
    radios = [found for tag, found in Elements(shown).found if tag == "input"]
    assert len(radios) == len(MONTHS) + len(PARTS)
    chosen = [each["value"] for each in radios if "checked" in each]
    assert chosen == [MONTHS[0], PARTS[0]]
    assert len({each["name"] for each in radios}) == 2


def test_with_scripts_off_every_figure_says_what_it_belongs_to(shown):
    words = re.findall(r'<p class="bc-chosen">(.*?)</p>', shown)
    assert words[2] == "month: 2023-02, Part &amp; parcel: &quot;&lt;total&gt;&quot;"
    assert len(set(words)) == len(MONTHS) * len(PARTS)
    assert "hidden" not in re.sub("<svg.*?</svg>|aria-hidden", "", shown, flags=re.DOTALL)


def test_no_two_elements_share_an_id_and_every_reference_stays_in_its_figure(shown):
    ids = re.findall(r'\bid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    for panel in shown.split('<div class="bc-panel"')[1:]:
        own = set(re.findall(r'\bid="([^"]+)"', panel))
        used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', panel))
        assert used
        assert used <= own


def test_two_choices_on_one_page_do_not_share_their_buttons():
    def other(month):
        return draw(MONTHS[0] if month == MONTHS[1] else MONTHS[1])

    one, two = (Elements(explore(each, month=MONTHS).data) for each in (draw, other))
    assert not set(one.all("input", "name")) & set(two.all("input", "name"))


def test_the_same_choices_give_the_same_page(shown):
    again = explore(draw, labels={"part": "Part & parcel"}, month=MONTHS, part=PARTS).data
    assert again == shown


@pytest.mark.parametrize("choices", [{}, {"month": []}, {"month": range(LARGEST + 1)}])
def test_no_figure_or_too_many_are_refused_with_their_number(choices):
    with pytest.raises(ValueError, match=rf"explore draws 1 to {LARGEST} figures, these"):
        explore(draw, **choices)
