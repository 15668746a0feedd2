"""Numbers, months and ranks as the book prints them."""

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bordercount import wording


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (189913, 0, "189,913"),
        (0, 0, "0"),
        (-0.4, 0, "0"),
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-2.5, 0, "\u22123"),
        (6548.724, 0, "6,549"),
        (0.05, 1, "0.1"),
        (0.15, 1, "0.2"),
        (1.005, 2, "1.01"),
        (-18526, 0, "\u221218,526"),
        (1e9, 0, "1,000,000,000"),
    ],
)
def test_a_number_has_separators_and_halves_round_away_from_zero(
    value: float, decimals: int, expected: str
) -> None:
    assert wording.number(value, decimals) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(23912, "+23,912"), (0, "0"), (0.2, "0"), (-5, "\u22125")]
)
def test_a_signed_number_shows_its_sign_unless_it_is_zero(value: float, expected: str) -> None:
    assert wording.number(value, signed=True) == expected


@given(st.integers(-(10**9), 10**9), st.integers(0, 3))
def test_a_number_is_what_decimal_rounding_gives(thousandths: int, decimals: int) -> None:
    value = Decimal(thousandths) / 1000
    expected = f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,}"
    printed = wording.number(float(value), decimals)
    assert printed.replace(wording.MINUS, "-") == re.sub(r"^-(0[.0]*)$", r"\1", expected)


def test_percentages_and_shares_carry_their_sign() -> None:
    assert wording.percent(14.404) == "14.4%"
    assert wording.percent(-11.64, signed=True) == "\u221211.6%"
    assert wording.percent(7.8, signed=True) == "+7.8%"
    assert wording.share(0.2594) == "25.9%"
    assert wording.share(1.7747, 0) == "177%"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2024-03-25", "25 March 2024"),
        ("2023-08-05", "5 August 2023"),
        ("2024-02", "February 2024"),
        ("2024", "2024"),
    ],
)
def test_a_date_is_as_exact_in_words_as_it_is_given(date: str, expected: str) -> None:
    assert wording.day(date) == expected


def test_a_month_can_go_without_its_year() -> None:
    assert wording.month("2023-12") == "December 2023"
    assert wording.month("2023-12", year=False) == "December"


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        (1, "first"), (4, "fourth"), (10, "tenth"), (11, "11th"), (12, "12th"), (13, "13th"),
        (21, "21st"), (22, "22nd"), (23, "23rd"), (42, "42nd"), (101, "101st"), (111, "111th"),
        (113, "113th"), (0, "0th"),
    ],
)  # fmt: skip
def test_ranks_to_ten_are_words_and_larger_ones_get_the_right_ending(
    rank: int, expected: str
) -> None:
    assert wording.ordinal(rank) == expected
