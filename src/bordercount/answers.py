"""The one rule that judges an answer; assets/exercise.js holds the same rule for the page.

It needs the standard library alone. A property test runs both on the same inputs.
"""

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["not attempted", "unreadable", "right", "partly", "mistake", "wrong", "recorded"]
LONGEST = 60  # characters of a number; nobody needs more
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
ENDS = "".join(re.findall(f"[{SPACES}]", "".join(map(chr, range(0x10000)))))
# The zeros of other digits that keyboards and spreadsheets write; each starts a run of ten.
ZEROS = (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10)
SIGNS = {
    **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"),
    **dict.fromkeys("\uff0b", "+"),
    **dict.fromkeys("\uff0c\u066c", ","),
    **dict.fromkeys("\uff0e\u066b", "."),
    **dict.fromkeys("\uff05\u066a\ufe6a", "%"),
    **dict.fromkeys("\u2019\uff07", "'"),
}
NUMBER = re.compile(
    r"([+-]?) ?\$? ?(\d{1,3}([,' _])\d{3}(?:\3\d{3})*|\d+)?(?:\.(\d*))? ?%?", re.ASCII
)
DECIMAL_COMMA = re.compile(r"[+-]? ?\d+,\d{1,2} ?%?", re.ASCII)


@dataclass(frozen=True)
class Verdict:
    """How an answer was judged: its state, its part of the points, what to say, how it was read."""

    state: State
    score: float = 0.0
    feedback: str = ""
    understood: str = ""


class UnreadableError(ValueError):
    """What was typed is not a number; the message says what to type instead."""


def trim(text: str) -> str:
    """Return the text without white space at its ends."""
    return text.strip(ENDS)


def plain(text: str) -> str:
    """Return the text with ASCII digits, signs and single spaces, trimmed."""
    found = []
    for character in text:
        code = ord(character)
        zero = next((zero for zero in ZEROS if zero <= code < zero + 10), None)
        found.append(str(code - zero) if zero is not None else SIGNS.get(character, character))
    return re.sub(f"[{SPACES}]+", " ", trim("".join(found)))


def read_number(text: str, decimals: int) -> int:
    """Return the number that was typed, in units of its last decimal: "14.44" with 1 is 144.

    Thousands separators, a currency or percent sign, unicode digits and minus are understood;
    halves round away from zero. Raises `UnreadableError` for anything else.
    """
    if len(text) > LONGEST:
        raise UnreadableError("This is too long for a number.")
    typed = plain(text)
    found = NUMBER.fullmatch(typed)
    whole, fraction = (found[2] or "", found[4] or "") if found else ("", "")
    if not found or not (whole or fraction):
        if DECIMAL_COMMA.fullmatch(typed):
            raise UnreadableError("Is the comma a decimal mark? Write 14.4 with a point.")
        raise UnreadableError("Write a number in digits, such as 12,345 or 14.4.")
    whole = re.sub(r"\D", "", whole, flags=re.ASCII)
    units = int(whole + fraction or "0")
    if len(fraction) <= decimals:
        units *= int(10 ** (decimals - len(fraction)))
    else:
        step = int(10 ** (len(fraction) - decimals))
        units = (2 * units + step) // (2 * step)
    return -units if found[1] == "-" else units


def write_number(units: int, decimals: int) -> str:
    """Return a number in units of its last decimal as text: 144 with 1 is "14.4"."""
    digits = str(abs(units)).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], "." + digits[-decimals:]) if decimals else (digits, "")
    grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", whole)
    return ("\u2212" if units < 0 else "") + grouped + fraction


def empty(value: Any) -> bool:
    """Return whether nothing was answered: no text but spaces, nothing chosen or placed."""
    if isinstance(value, str):
        return trim(value) == ""
    if isinstance(value, Mapping):
        return not any(value.values())
    return not value


def fits(kind: str, value: Any) -> bool:
    """Return whether the value has the form that answers of this kind have."""
    if kind == "match":
        return isinstance(value, Mapping) and all(
            isinstance(text, str) for pair in value.items() for text in pair
        )
    if kind in ("multiple", "order"):
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    return isinstance(value, str)


def judge(exercise: Mapping[str, Any], key: Mapping[str, Any], value: Any) -> Verdict:
    """Return the verdict on one answer.

    `exercise` is a compiled exercise: its `kind` and, for numbers, `decimals` and `tolerance` (in
    units of the last decimal). `key` has `answer`, `mistakes` (each with `value` and `feedback`)
    and `because`. `value` is what was answered: text for most kinds, a list of options for
    `multiple` and `order`, a mapping for `match`.
    """
    kind = exercise["kind"]
    if value is None or (fits(kind, value) and empty(value)):
        return Verdict("not attempted")
    if not fits(kind, value):
        return Verdict("unreadable", feedback="This answer does not have the form of its kind.")
    if kind in ("number", "estimate"):
        return judge_number(exercise, key, value)
    if kind == "choice":
        return judge_choice(key, value)
    if kind == "multiple":
        return judge_multiple(key, value)
    if kind == "match":
        return judge_match(key, value)
    if kind == "order":
        return judge_order(key, value)
    return Verdict("recorded", feedback=key.get("because", ""))


def judge_number(exercise: Mapping[str, Any], key: Mapping[str, Any], value: str) -> Verdict:
    """Return the verdict on a number, or on an estimate, which only has to be one."""
    decimals = exercise.get("decimals", 0)
    try:
        units = read_number(value, decimals)
    except UnreadableError as error:
        return Verdict("unreadable", feedback=str(error))
    understood = write_number(units, decimals)
    if exercise["kind"] == "estimate":
        return Verdict("recorded", 1.0, key.get("because", ""), understood)
    tolerance = exercise.get("tolerance", 0)
    if abs(units - int(key["answer"])) <= tolerance:
        return Verdict("right", 1.0, key.get("because", ""), understood)
    for mistake in key["mistakes"]:
        if abs(units - int(mistake["value"])) <= tolerance:
            return Verdict("mistake", 0.0, mistake["feedback"], understood)
    return Verdict("wrong", understood=understood)


def judge_choice(key: Mapping[str, Any], value: str) -> Verdict:
    """Return the verdict on one chosen option."""
    if value == key["answer"]:
        return Verdict("right", 1.0, key.get("because", ""))
    for mistake in key["mistakes"]:
        if mistake["value"] == value:
            return Verdict("mistake", 0.0, mistake["feedback"])
    return Verdict("wrong")


def judge_multiple(key: Mapping[str, Any], value: list[str]) -> Verdict:
    """Return the verdict on several chosen options.

    Each right one counts one, each wrong one takes one away, never below zero.
    """
    chosen, right = set(value), set(key["answer"])
    if chosen == right:
        return Verdict("right", 1.0, key.get("because", ""))
    score = max(0, len(chosen & right) - len(chosen - right)) / len(right)
    for mistake in key["mistakes"]:
        if mistake["value"] in chosen:
            return Verdict("mistake", score, mistake["feedback"])
    return Verdict("partly" if score else "wrong", score)


def judge_match(key: Mapping[str, Any], value: Mapping[str, str]) -> Verdict:
    """Return the verdict on pairs: each right pair counts the same part."""
    right = key["answer"]
    hits = sum(value.get(item) == target for item, target in right.items())
    score = hits / len(right)
    if hits == len(right):
        return Verdict("right", 1.0, key.get("because", ""))
    for mistake in key["mistakes"]:
        if all(value.get(item) == target for item, target in mistake["value"].items()):
            return Verdict("mistake", score, mistake["feedback"])
    return Verdict("partly" if hits else "wrong", score)


def judge_order(key: Mapping[str, Any], value: list[str]) -> Verdict:
    """Return the verdict on an order: right as a whole or not."""
    if value == key["answer"]:
        return Verdict("right", 1.0, key.get("because", ""))
    for mistake in key["mistakes"]:
        if mistake["value"] == value:
            return Verdict("mistake", 0.0, mistake["feedback"])
    return Verdict("wrong")


def normal(student: str) -> str:
    """Return a student's id as it is compared: trimmed, NFC, lower case."""
    whole = re.sub("[\ud800-\udfff]", "\ufffd", student)  # half a character, from a damaged file
    return unicodedata.normalize("NFC", trim(whole)).lower()


def case_number(exercise_id: str, student: str, cases: int) -> int:
    """Return which of an exercise's cases a student gets, from 0.

    It depends on the ids alone, never on a version, so a sheet can be judged years later.
    """
    digest = hashlib.sha256(f"{exercise_id}\0{normal(student)}".encode()).digest()
    return int.from_bytes(digest[:6], "big") % cases


def encode(key: Mapping[str, Any], exercise_id: str) -> str:
    """Return the key so that it cannot be read at a glance. This is not security.

    Who wants to know an answer can decode it; grades never depend on it.
    """
    data = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(veiled(data, exercise_id)).decode()


def decode(text: str, exercise_id: str) -> dict[str, Any]:
    """Return the key that `encode` hid."""
    found = json.loads(veiled(base64.b64decode(text), exercise_id))
    return dict(found)


def veiled(data: bytes, word: str) -> bytes:
    """Return the bytes combined with the word's, which undoes itself."""
    veil = word.encode()
    return bytes(byte ^ veil[place % len(veil)] for place, byte in enumerate(data))
