"""The saved result: what is read back renders the same report, byte for byte; nothing of a result is forgotten."""

import json
import typing
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import UsageError
from audit.result import AuditResult
from reports.outputs import frames
from reports.outputs.html import render
from reports.outputs.result_store import FOLDER, NAME, known, read_result, write_result
from reports.outputs.saved import SavedRun
from reports.sections import View
from reports.wording import words_of


@pytest.fixture(scope="session")
def again(folder: Path) -> AuditResult:
    """The result as it is read back from what a run wrote."""
    return SavedRun(folder).result()


def test_the_report_of_what_was_read_is_the_same_byte_for_byte(
    folder: Path, again: AuditResult, page: str, full_page: str
) -> None:
    assert (folder / "report.html").read_text("utf-8") == page
    assert render(View(again, words_of("en"), masked=True)) == page
    assert render(View(again, words_of("en"), masked=False)) == full_page


def test_the_sample_renders_the_same_again(sample_audit: AuditResult, tmp_path: Path) -> None:
    write_result(sample_audit, tmp_path)
    loaded = read_result(tmp_path)
    for masked in (True, False):
        page = render(View(sample_audit, words_of("en"), masked=masked))
        assert render(View(loaded, words_of("en"), masked=masked)) == page


def same(one: object, other: object, where: str) -> None:
    """Fails, naming the field, where two results differ."""
    if isinstance(one, pd.DataFrame):
        assert isinstance(other, pd.DataFrame), where
        pd.testing.assert_frame_equal(one, other, obj=where)
    elif isinstance(one, pd.Series):
        assert isinstance(other, pd.Series), where
        pd.testing.assert_series_equal(one, other, obj=where)
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, typing.cast(np.ndarray, other), where)
    elif is_dataclass(one) and not isinstance(one, type):
        for item in fields(one):
            if item.name not in ("model", "records", "outcomes", "memo"):
                same(getattr(one, item.name), getattr(other, item.name), f"{where}.{item.name}")
    elif isinstance(one, typing.Mapping):
        assert isinstance(other, typing.Mapping) and list(one) == list(other), where
        for name in one:
            same(one[name], other[name], f"{where}.{name}")
    elif isinstance(one, tuple | list):
        assert isinstance(other, tuple | list) and len(one) == len(other), where
        for number, (a, b) in enumerate(zip(one, other, strict=True)):
            same(a, b, f"{where}.{number}")
    elif hasattr(one, "fields_of"):
        assert one.id == typing.cast(typing.Any, other).id, where
    else:
        assert one == other, where


def test_every_field_comes_back_as_it_was(result: AuditResult, again: AuditResult) -> None:
    same(result, again, "result")


def test_pairs_are_explained_as_before(result: AuditResult, again: AuditResult) -> None:
    pairs = result.matches["contact"].pairs.head(50)
    pd.testing.assert_frame_equal(result.matches["contact"].explain(pairs), again.matches["contact"].explain(pairs))
    found = again.matches["contact"]
    pd.testing.assert_series_equal(found.explanation(), result.matches["contact"].explanation())


def test_every_class_that_a_result_names_can_be_stored() -> None:
    named = {kind for hint in typing.get_type_hints(AuditResult).values() for kind in typing.get_args(hint) or (hint,)}
    for kind in named:
        if is_dataclass(kind) and kind.__name__ not in ("MatchResult", "Table"):
            assert kind.__name__ in known()


def test_a_field_without_a_stored_form_is_an_error_that_names_it(result: AuditResult, tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Grown(AuditResult):
        extra: object = None

    values = {item.name: getattr(result, item.name) for item in fields(AuditResult)}
    (tmp_path / "a").mkdir()
    with pytest.raises(TypeError, match="no stored form"):
        write_result(Grown(**values), tmp_path / "a")
    (tmp_path / "b").mkdir()
    with pytest.raises(TypeError, match=r"AuditResult\.reports\.odd: set_iterator"):
        write_result(replace(result, reports={"odd": iter({1})}), tmp_path / "b")  # type: ignore[dict-item]


def test_it_is_plain_files_and_never_code(folder: Path) -> None:
    files = [path for path in (folder / FOLDER).rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".json", ".parquet"}
    json.loads((folder / FOLDER / NAME).read_text("utf-8"), parse_constant=pytest.fail)
    told = json.loads((folder / "audit.json").read_text("utf-8"))["files"]
    assert {path.relative_to(folder).as_posix() for path in files} <= set(told)


def test_a_rule_that_is_gone_is_told_by_what_it_said(result: AuditResult, tmp_path: Path) -> None:
    write_result(result, tmp_path)
    path = tmp_path / FOLDER / NAME
    told = json.loads(path.read_text("utf-8"))
    gone = next(entry for entry in told["result"]["rules"]["$tuple"] if entry["$rule"] == "UNQ001")
    gone["$rule"] = "GON999"
    told["result"]["rules"]["$tuple"].append({**gone, "$rule": "UNQ001", "title": "What it was called then"})
    path.write_text(json.dumps(told), "utf-8")
    loaded = read_result(tmp_path)
    assert loaded.rule("GON999").message == result.rule("UNQ001").message
    page = render(View(loaded, words_of("en"), masked=True))
    assert "What it was called then" in page


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda place: (place / NAME).unlink(), "keeps no whole result"),
        (lambda place: (place / NAME).write_text("{"), "is damaged"),
        (lambda place: (place / NAME).write_text("[]"), "another version"),
        (lambda place: (place / NAME).write_text('{"form": 99}'), "another version"),
        (lambda place: (place / "findings.parquet").unlink(), "not whole: findings.parquet is gone"),
        (lambda place: (place / "findings.parquet").write_text("no"), "is damaged"),
    ],
)
def test_what_is_not_whole_says_so(
    result: AuditResult, tmp_path: Path, harm: typing.Callable[[Path], object], said: str
) -> None:
    write_result(result, tmp_path)
    harm(tmp_path / FOLDER)
    with pytest.raises(UsageError, match=said):
        read_result(tmp_path)


def test_a_class_that_no_result_has_is_not_made(result: AuditResult, tmp_path: Path) -> None:
    write_result(result, tmp_path)
    path = tmp_path / FOLDER / NAME
    told = json.loads(path.read_text("utf-8"))
    told["result"]["title"] = {"$of": "Popen", "args": "true"}
    path.write_text(json.dumps(told), "utf-8")
    with pytest.raises(UsageError, match="is damaged"):
        read_result(tmp_path)


CELLS = st.one_of(st.none(), st.text(max_size=8))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(CELLS, st.floats(allow_infinity=True), st.booleans(), st.integers(-5, 5) | st.none()), max_size=6
    )
)
def test_frames_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple]) -> None:
    rows = [(text.encode("utf-8", "ignore").decode() if text else text, *rest) for text, *rest in rows]
    frame = pd.DataFrame(rows, columns=["text", "number", "flag", "count"])
    frame = frame.assign(
        text=frame["text"].astype("string[pyarrow]"),
        number=frame["number"].astype("float64"),
        flag=frame["flag"].astype("boolean"),
        count=(count := frame["count"].astype("Int64")),
        listed=frame["text"].astype(object).where(frame["text"].notna(), None),
        kind=pd.Categorical(frame["text"].fillna("blank"), categories=sorted({*frame["text"].dropna(), "blank", "?"})),
        day=pd.Timestamp("2026-01-31") + pd.to_timedelta(count.fillna(0).astype("int64"), unit="D"),
    )
    frame.index = pd.Index(range(3, 3 + len(frame)), name="record")
    path = tmp_path_factory.mktemp("frames") / "frame.parquet"
    told = json.loads(json.dumps(frames.save(frame, path)))
    pd.testing.assert_frame_equal(frames.restore(path, told), frame)


@pytest.mark.parametrize(
    "values",
    [
        [None, 1.5, float("nan")],
        ["a", pd.NA, "b"],
        ["a", 1, None, True],
        [None, None],
        [1, 2],
        [pd.Timestamp("2026-01-01"), None],
        [],
    ],
)
def test_columns_of_objects_come_back(values: list, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": pd.Series(values, dtype=object)})
    told = json.loads(json.dumps(frames.save(frame, tmp_path / "a.parquet")))
    back = frames.restore(tmp_path / "a.parquet", told)["a"]
    assert back.dtype == object
    assert [str(value) for value in back if not pd.isna(value)] == [
        str(value) for value in values if not pd.isna(value)
    ]
    assert list(back.isna()) == [bool(pd.isna(value)) for value in values]


def test_index_and_names_come_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["of", None]))
    frame.columns.name = "title"
    told = json.loads(json.dumps(frames.save(frame, tmp_path / "a.parquet")))
    pd.testing.assert_frame_equal(frames.restore(tmp_path / "a.parquet", told), frame)
    with pytest.raises(TypeError, match="names of their own"):
        frames.save(pd.DataFrame([[1, 2]], columns=["a", "a"]), tmp_path / "b.parquet")
