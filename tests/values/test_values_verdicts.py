"""Numbers and addresses judged by patterns, against the libraries that the patterns come from.

A million of each: python -m tests.benchmarks.verdicts.
"""

import numpy as np
import pandas as pd

from audit.values import email, phone
from audit.values.numbering_plan import read_plain
from audit.values.text import TEXT, objects
from tests.values.written_values import mail_of_library, mails, phone_of_library, phones

COUNT = 20_000


def test_phone_numbers() -> None:
    written = phones(1, COUNT)
    texts, regions = (pd.Series(side, dtype=TEXT) for side in zip(*written, strict=True))
    places, plain = read_plain(texts, regions)
    assert len(places) > 0.85 * COUNT
    columns = [
        plain[name].to_numpy() if name in ("valid", "possible") else objects(plain[name]) for name in phone.COLUMNS
    ]
    differing = [
        (written[place], ours)
        for place, *ours in zip(places, *columns, strict=True)
        if tuple(ours) != phone_of_library(*written[place])
    ]
    assert differing == []
    assert 0.2 < plain["valid"].mean() < 0.8


def test_usual_numbers_are_never_left_to_the_library() -> None:
    usual = """
        ID +6281234567890; ID 0812-3456-7890; ID (0361) 123 456; GB +44 (0)20 7946 0018; US tel:+1-206-555-0123; US n/a;
        US 206.555.0123 x12; ID 0049 30 901820; DE +49 30/901820 ext. 7; ID call the office; XX +62 12; XX 0812345678
    """
    regions, texts = zip(*(text.strip().split(" ", 1) for text in usual.split(";")), strict=True)
    places, _ = read_plain(pd.Series(texts, dtype=TEXT), pd.Series(regions, dtype=TEXT))
    assert places.tolist() == list(range(len(texts)))


def test_the_answer_for_a_number_does_not_depend_on_its_neighbours() -> None:
    written = phones(2, 60)
    texts, regions = (pd.Series(side, dtype=TEXT) for side in zip(*written, strict=True))
    whole = phone.parse(texts, regions)
    one_by_one = pd.concat([phone.parse(texts[[place]], regions[[place]]) for place in texts.index])
    pd.testing.assert_frame_equal(whole, one_by_one)


def test_the_calling_region_is_the_same_whatever_region_a_number_was_read_by() -> None:
    written = phones(3, 5_000)
    texts, regions = (pd.Series(side, dtype=TEXT) for side in zip(*written, strict=True))
    pd.testing.assert_series_equal(
        phone.calling_region(texts), phone.calling_region(texts, phone.parse(texts, regions))
    )


def test_addresses() -> None:
    written = mails(1, COUNT)
    verdict = email.validate(pd.Series(written, dtype=TEXT))
    expected = np.array([mail_of_library(text) for text in written])
    assert [text for text, ours, theirs in zip(written, verdict, expected, strict=True) if ours != theirs] == []
    assert 0.1 < verdict.mean() < 0.6
