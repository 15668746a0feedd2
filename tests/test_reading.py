"""Reading levels: what is counted, on texts whose answer is known, and the chapters' own."""

from pathlib import Path

import pytest

from bordercount import exercises, reading

ROOT = Path(__file__).parents[1]
# A class of grade 9 to 11 is to read every chapter: neither index may ask for more than grade 11.
# Plainer is welcome, as the subject is hard enough; the floor only says that prose was chopped
# into scraps, or that the measure lost it.
CEILING, FLOOR = 11, 3
# Lincoln at Gettysburg: 271 words, 10 sentences; by hand counts of its syllables grade 10.6 to 11.
GETTYSBURG = """\
Four score and seven years ago our fathers brought forth on this continent, a new nation, \
conceived in Liberty, and dedicated to the proposition that all men are created equal.
Now we are engaged in a great civil war, testing whether that nation, or any nation so conceived \
and so dedicated, can long endure. We are met on a great battle-field of that war. We have come \
to dedicate a portion of that field, as a final resting place for those who here gave their \
lives that that nation might live. It is altogether fitting and proper that we should do this.
But, in a larger sense, we can not dedicate -- we can not consecrate -- we can not hallow -- \
this ground. The brave men, living and dead, who struggled here, have consecrated it, far above \
our poor power to add or detract. The world will little note, nor long remember what we say \
here, but it can never forget what they did here. It is for us the living, rather, to be \
dedicated here to the unfinished work which they who fought here have thus far so nobly \
advanced. It is rather for us to be here dedicated to the great task remaining before us -- that \
from these honored dead we take increased devotion to that cause for which they gave the last \
full measure of devotion -- that we here highly resolve that these dead shall not have died in \
vain -- that this nation, under God, shall have a new birth of freedom -- and that government of \
the people, by the people, for the people, shall not perish from the earth.
"""
SYLLABLES = {
    1: "month year used named asked changed once whole does these rules came worked",
    2: "border people numbers counted table figures pages sources being data science quiet reasons",
    3: "encounter agencies official idea area created illegal vintages citizen policies media",
    4: "apprehension february january immigration guatemala situation actually usually",
    5: "inadmissible administration association individual",
}


def test_a_text_with_a_known_answer_is_measured_as_known():
    found = reading.measure(GETTYSBURG)
    assert (found.words, found.sentences) == (271, 10)
    assert found.flesch_kincaid == pytest.approx(10.8, abs=0.3)


@pytest.mark.parametrize(
    ("count", "word"),
    [(count, word) for count, words in SYLLABLES.items() for word in words.split()],
)
def test_syllables_are_groups_of_vowels_that_are_spoken(count, word):
    assert reading.syllables(word) == count


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("---\ntitle: A page\n---\n\n# A heading\n\nOne sentence.\n", ["One sentence."]),
        ("The U.S. Border Patrol counts. CBP adds.", ["The US Border Patrol counts.", "CBP adds."]),
        ("First line.\nSecond line.", ["First line.", "Second line."]),
        ("```{code-cell} ipython3\n:tags: [x]\nx = 1\n\ny\n```\nSo it is.", ["So it is."]),
        ("```console\n$ make book\n```\nSo it is.", ["So it is."]),
        (":::{dropdown} A title\nIt holds {glue:text}`n` rows.\n:::", ["It holds number rows."]),
        ("```{glossary}\nvintage\n  A count of a day.\n```", ["vintage", "A count of a day."]),
        ("An {term}`encounter <encounters>` is one {cite}`a-b`.", ["An encounter is one ."]),
        ("Read `code` and [a link](https://example.org/a.b).", ["Read name and a link."]),
        ("- **Predict.** Which is it?\n- Why?", ["Which is it?", "Why?"]),
        ("| a | table |\n| --- | --- |\n\n$5,200", []),
        ('"Is it?" she asked. "It is." We agree.', ['"Is it?" she asked.', '"It is.', "We agree."]),
    ],
)  # fmt: skip
def test_prose_is_what_a_reader_reads_in_sentences(page, expected):
    assert reading.sentences(reading.prose(page)) == expected


def test_longer_sentences_and_longer_words_ask_for_more():
    plain = reading.measure("We count them. We add them.")
    long = reading.measure("We count them and we add them and we write them down.")
    hard = reading.measure("Administrations accumulate encounters. Enumerations accumulate.")
    assert plain.flesch_kincaid < long.flesch_kincaid < hard.flesch_kincaid
    assert plain.coleman_liau < hard.coleman_liau


def test_a_page_without_a_sentence_is_refused():
    with pytest.raises(ValueError, match="no sentence to measure"):
        reading.measure("# A heading\n")


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "exercises").glob("*.yml")))
def test_a_chapter_can_be_read_in_grade_9_to_11(name):
    found = reading.measure((ROOT / "book" / f"{name}.md").read_text("utf-8"))
    assert min(found.flesch_kincaid, found.coleman_liau) >= FLOOR, found
    assert max(found.flesch_kincaid, found.coleman_liau) <= CEILING, found


def test_the_command_prints_every_chapter(clone, run):
    printed = run("reading").out
    for name in exercises.names():
        assert f" {name} " in printed
