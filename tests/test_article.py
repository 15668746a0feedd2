"""The article: every number of it is in the ledger, and none of its sentences is in here."""

import csv
import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HASHES = ROOT / "tests" / "article.sha256"
RENEW = (
    "PYTHONPATH=tests python -c \"import os, test_article as t; t.HASHES.write_text(''.join("
    "h + chr(10) for h in t.hashes(open(os.environ['BORDERCOUNT_ARTICLE'], "
    "encoding='utf-8').read())))\""
)
LENGTH = 13  # quotations of at most twelve words are allowed

NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
TOKEN = re.compile(rf"\$?\b{NUMBER}(?: (?:million|billion))?\b|\ba (?:million|billion)\b")


def shingles(text: str) -> Iterator[str]:
    """Yield every run of thirteen words, in lower case and without punctuation."""
    words = re.findall(r"[a-z0-9$']+", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    for start in range(len(words) - LENGTH + 1):
        yield " ".join(words[start : start + LENGTH])


def short(shingle: str) -> str:
    return hashlib.sha256(shingle.encode()).hexdigest()[:16]


def hashes(text: str) -> list[str]:
    """Return the hash of every shingle of a text, in order and each once."""
    return list(dict.fromkeys(map(short, shingles(text))))


def paragraphs(text: str) -> list[str]:
    """Return the running text: without the inserted headline and the credit line at the end."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [line for line in lines[:-1] if line != line.upper()]


# --- with the article ----------------------------------------------------------------------------


def test_the_article_has_eleven_paragraphs_of_running_text(article: str) -> None:
    assert len(paragraphs(article)) == 11


def test_every_number_of_the_article_is_listed_and_none_is_left_over(article: str) -> None:
    with (ROOT / "data" / "numbers.csv").open(encoding="utf-8", newline="") as file:
        listed = [(int(row["paragraph"]), row["token"]) for row in csv.DictReader(file)]
    found = [
        (number, token)
        for number, paragraph in enumerate(paragraphs(article), start=1)
        for token in TOKEN.findall(paragraph)
    ]
    assert listed == found


def test_no_digit_of_the_article_escapes_the_search_for_numbers(article: str) -> None:
    for paragraph in paragraphs(article):
        assert not re.search(r"\d", TOKEN.sub("", paragraph))


def test_the_hashes_of_the_article_are_fresh(article: str) -> None:
    assert HASHES.read_text(encoding="utf-8").split() == hashes(article), f"renew with: {RENEW}"


# --- from a plain clone --------------------------------------------------------------------------


def committed() -> list[Path]:
    """Return the files that git tracks or would add."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout: what belongs to the repository is not known")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_repeats_more_than_twelve_words_of_the_article() -> None:
    known = set(HASHES.read_text(encoding="utf-8").split())
    assert len(known) > 400
    repeated = []
    for path in committed():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        for shingle in shingles(text):
            if short(shingle) in known:
                repeated.append(f"{path.relative_to(ROOT)}: {shingle}")
    assert repeated == []


@pytest.mark.parametrize(
    "printed",
    [
        "One, two; three \u201cfour\u201d five's SIX seven $8 nine\nten eleven 12 Thirteen.",
        "> one two three four five\u2019s six seven $8 nine ten eleven 12 *thirteen*",
    ],
)
def test_a_repetition_is_seen_through_case_punctuation_and_line_breaks(printed: str) -> None:
    words = "one two three four five's six seven $8 nine ten eleven 12 thirteen"
    assert hashes(printed) == [short(words)]


def test_a_quotation_of_twelve_words_is_no_repetition() -> None:
    assert hashes("one two three four five six seven eight nine ten eleven twelve") == []
