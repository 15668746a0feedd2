"""Figures as they are printed: their value, their precision, and how they stand to a count."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal

Standing = Literal["exact", "rounds", "truncated", "differs"]
SCALES = {None: Decimal(1), "million": Decimal(10**6), "billion": Decimal(10**9)}
FIGURE = re.compile(
    r"\$?(?:(?P<whole>[0-9]+)(?:\.(?P<decimals>[0-9]+))?|a(?= ))(?: (?P<scale>million|billion))?"
)


def parse(printed: str) -> tuple[Decimal, Decimal]:
    """Return a printed figure's value and precision: "302,000" is 302000, to the thousand.

    The precision is the place of the last digit that is not a zero at the end of a whole number.
    Raises `ValueError` for what is not a figure.
    """
    found = FIGURE.fullmatch(printed.replace(",", ""))
    if not found:
        raise ValueError(f"not a figure: {printed!r}")
    whole, decimals, scale = found["whole"] or "1", found["decimals"] or "", SCALES[found["scale"]]
    places = -len(decimals) or len(whole) - len(whole.rstrip("0") or whole)
    return Decimal(f"{whole}.{decimals}") * scale, Decimal(10) ** places * scale


def compare(printed: str, computed: float) -> Standing:
    """Return how a printed figure stands to the computed value.

    "exact"; "rounds" if the value rounds to it at the precision printed; "truncated" if it was
    cut there instead; else "differs".
    """
    figure, precision = parse(printed)
    value = Decimal(str(computed))
    if value == figure:
        return "exact"
    if (value / precision).quantize(Decimal(1), ROUND_HALF_UP) * precision == figure:
        return "rounds"
    if (value / precision).quantize(Decimal(1), ROUND_DOWN) * precision == figure:
        return "truncated"
    return "differs"
