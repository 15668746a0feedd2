"""How hard a page is to read: words, sentences, and two indices of the school grade it asks for."""

import re
from dataclasses import dataclass

# What a reader does not read as prose, or reads as something else.
NOT_PROSE = (
    (r"\A---\n(?s:.*?)\n---\n", ""),  # front matter
    (r"^(`{3,})(?:\{code-cell\}|\w*$)(?s:.*?)^\1\s*$", ""),  # code
    (r"<!--(?s:.*?)-->", ""),
    (r"^[ \t]*(?:`{3,}|:{3,}|[:|#]).*$", ""),  # directives and options, rows of tables, headings
    (r"^ {4}.*$", ""),  # indented code
    (r"\{cite\}`[^`]*`", ""),
    (r"\{glue:text\}`[^`]*`", "number"),
    (r"\{[\w:-]+\}`([^`<]*?)(?:\s*<[^`]*>)?`", r"\1"),  # terms and other links
    (r"`[^`]*`", "name"),
    (r"\[([^]]*)\]\([^)]*\)", r"\1"),
    (r"^\s*(?:[-*>]|\d+\.)\s+", ""),  # marks of lists and quotations
    (r"^\s*\*\*[^*]+[.:]\*\*", ""),  # labels such as **Predict.**
    (r"\b((?:[A-Z]\.){2,})", lambda found: found[1].replace(".", "")),  # U.S.
)
WORD = re.compile(r"[A-Za-z]+(?:['\u2019-][A-Za-z]+)*")
END = re.compile(r"(?<=[.!?])[\"\u201d)*]*\s+(?=[\"\u201c(*]*[A-Z])|\n")
# Two vowels side by side that are spoken apart: area, create, science, period, usual, being.
APART = re.compile(
    r"(?<=[^aeioutscgx])i(?=[aou])|(?<![tc])i(?=e(?:t|nt))|i(?=enc)|(?<=[cs])i(?=at)"
    r"|(?<=[^aeioqg])u(?=a[lrt])|(?<=\br)e(?=al)|(?<=cr)e(?=at)|(?<=[rd])e(?=a(?:s?$))"
    r"|[aeouy](?=ing)"
)
SILENT = re.compile(
    r"(?<=[^aeiouytd])ed$|(?<=[^aeiouycsgxzl])es$|(?<=[^aeiouy])(?<![^aeiouyr]l)e$|(?<=[aeiouyr]l)es$"
)


@dataclass(frozen=True)
class Reading:
    """What was counted on a page. Both grades are U.S. school years: 9 is the first of high school.

    Flesch-Kincaid rests on syllables, Coleman-Liau on letters: where they differ, the words are
    short and many-syllabled, or long and few-syllabled.
    """

    words: int
    sentences: int
    flesch_kincaid: float
    coleman_liau: float


def prose(page: str) -> str:
    """Return the sentences of a page in MyST Markdown, without markup, code and tables."""
    for pattern, instead in NOT_PROSE:
        page = re.sub(pattern, instead, page, flags=re.MULTILINE)
    return page


def sentences(text: str) -> list[str]:
    """Return the sentences of a text that have a word; the end of a line ends a sentence."""
    return [each.strip() for each in END.split(text) if WORD.search(each)]


def syllables(word: str) -> int:
    """Return about how many syllables an English word has: groups of vowels that are spoken."""
    apart = APART.sub(r"\g<0>-", word.lower())
    groups = re.findall(r"[aeiouy]+", SILENT.sub("", apart))
    return max(len(groups), 1)


def measure(page: str) -> Reading:
    """Return how hard a page is to read. Raises `ValueError` for a page without a sentence."""
    found = sentences(prose(page))
    words = [word for sentence in found for word in WORD.findall(sentence)]
    if not words:
        raise ValueError("no sentence to measure")
    parts = [part for word in words for part in re.split(r"['\u2019-]", word) if len(part) > 1]
    spoken = sum(map(syllables, parts))
    letters = sum(map(len, parts))
    per_sentence, count = len(words) / len(found), len(words)
    return Reading(
        words=count,
        sentences=len(found),
        flesch_kincaid=0.39 * per_sentence + 11.8 * spoken / count - 15.59,
        coleman_liau=5.88 * letters / count - 29.6 / per_sentence - 15.8,
    )
