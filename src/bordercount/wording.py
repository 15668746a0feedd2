"""Numbers and months in the words that the book prints."""

import calendar

MINUS = "\N{MINUS SIGN}"
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
)  # fmt: skip


def number(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Return the number with thousands separators: "189,913"; with its sign if `signed`.

    Halves round away from zero, as readers expect, not to the even digit.
    """
    step = 10**-decimals
    rounded = int(abs(value) / step + 0.5 + 1e-9) * step
    sign = MINUS if value < 0 and rounded else "+" if signed and rounded else ""
    return f"{sign}{rounded:,.{decimals}f}"


def percent(value: float, decimals: int = 1, *, signed: bool = False) -> str:
    """Return a percentage: 14.4 is "14.4%"."""
    return number(value, decimals, signed=signed) + "%"


def share(value: float, decimals: int = 1) -> str:
    """Return a share from 0 to 1 as a percentage: 0.259 is "25.9%"."""
    return percent(100 * value, decimals)


def month(value: str, *, year: bool = True) -> str:
    """Return a month by name: "2024-02" is "February 2024"."""
    name = calendar.month_name[int(value[5:7])]
    return f"{name} {value[:4]}" if year else name


def day(value: str) -> str:
    """Return a date in words: "2024-03-25" is "25 March 2024"; a month or year as it is."""
    if len(value) == 4:
        return value
    return month(value) if len(value) == 7 else f"{int(value[8:])} {month(value)}"


def ordinal(value: int) -> str:
    """Return "first" to "tenth" in words, and larger ranks as "11th", "22nd"."""
    if 1 <= value <= len(ORDINALS):
        return ORDINALS[value - 1]
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10)
    return f"{value}{ending or 'th'}"
