"""The words of the trades: what may be taken for a misspelling of one, and what may not."""

from rapidfuzz.distance import OSA

from audit.values.industry_words import ENGLISH, NEIGHBOURS


def test_the_words_are_as_folded_text_is() -> None:
    assert all(word.isascii() and word.isalpha() and word.islower() for word in ENGLISH | NEIGHBOURS)


def test_every_neighbour_needs_to_be_named() -> None:
    assert not ENGLISH & NEIGHBOURS
    assert [word for word in NEIGHBOURS if all(OSA.distance(word, other) > 1 for other in ENGLISH)] == []
