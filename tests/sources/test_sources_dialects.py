"""Tables written in random dialects come back cell by cell."""

import csv
import io

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.sources.delimited import read_delimited

CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\x1f\ufeff", exclude_categories=("Cs",)), max_size=12
).map(lambda text: text.strip().replace("\r", ""))
NAME = st.from_regex(r"[A-Z][a-z]{2,7} [a-z]{3,6}", fullmatch=True)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(NAME, min_size=2, max_size=5, unique=True).flatmap(
        lambda names: st.tuples(
            st.just(names), st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), min_size=1, max_size=12)
        )
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_cells_survive_any_dialect(
    table: tuple[list[str], list[list[str]]], delimiter: str, line_end: str, encoding: str, quoting: int
) -> None:
    names, rows = table
    rows = [["id" + str(place), *row[1:]] for place, row in enumerate(rows)]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([names, *rows])
    (read,) = read_delimited("t.csv", pa.py_buffer(buffer.getvalue().encode(encoding)))
    assert read.headers == tuple(names)
    cells = read.frame.astype(object).where(read.frame.notna(), "").to_numpy().tolist()
    assert cells == rows
    assert read.rows_present == len(rows)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_text_is_an_error_of_the_reader(text: str) -> None:
    from audit.sources.raw import Unreadable

    try:
        for table in read_delimited("t.csv", pa.py_buffer(text.encode("utf-8", "replace"))):
            assert table.rows_present == len(table.frame) + len(table.set_aside)
            assert len(table.rows) == len(table.frame)
    except Unreadable as error:
        assert str(error)
