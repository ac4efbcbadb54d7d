"""Reader of JSON and JSON Lines: records flattened, their paths as headers."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from audit.schema import MULTI_SEPARATOR
from audit.sources.encoding import to_utf8
from audit.sources.raw import RawTable, SetAside, Unreadable, shortened, text_frame, unique_names

_LABELS = ("name", "label", "field", "key", "title")
_VALUES = ("value", "values", "answer", "text")
_DEEPEST = 8


def read_json(file: str, data: pa.Buffer) -> Iterator[RawTable]:
    """The tables of a JSON document, or of one JSON value a line. Raises Unreadable if it holds no records."""
    text = to_utf8(data)[0].to_pybytes().decode("utf-8", errors="replace")
    try:
        whole = json.loads(text)
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except ValueError as error:
        if "\n" not in text.strip():
            raise Unreadable(f"it is no JSON ({error})") from None
        yield from _from_lines(file, text)
        return
    found = list(_collections(whole))
    if not found:
        raise Unreadable("it holds no list of records")
    for sheet, records in found:
        yield _table(file, sheet if len(found) > 1 else "", records, range(1, len(records) + 1), ())


def _from_lines(file: str, text: str) -> Iterator[RawTable]:
    """One record a line; messages of the Singer kind are gathered by their stream."""
    streams: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    aside: list[SetAside] = []
    number = 0
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            value = json.loads(content)
        except (ValueError, RecursionError) as error:
            number += 1
            aside.append(SetAside(line, f"not a JSON value ({error})", shortened(content)))
            continue
        if isinstance(value, dict) and value.get("type") in ("SCHEMA", "STATE", "ACTIVATE_VERSION") and len(value) <= 6:
            continue
        number += 1
        if isinstance(value, dict) and value.get("type") == "RECORD" and isinstance(value.get("record"), dict):
            stream = streams.setdefault(str(value.get("stream", "")), [])
            stream.append((len(stream) + 1, value["record"]))
        elif isinstance(value, dict):
            streams.setdefault("", []).append((number, value))
        else:
            aside.append(SetAside(line, "not a JSON object", shortened(content)))
    if not streams:
        raise Unreadable("no line of it is a JSON object")
    for place, (sheet, numbered) in enumerate(streams.items()):
        records = [record for _, record in numbered]
        yield _table(file, sheet, records, [row for row, _ in numbered], tuple(aside) if place == 0 else ())


def _collections(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The lists of objects in a document, outermost first."""
    if isinstance(value, list):
        records = [item for item in value if isinstance(item, dict)]
        if records:
            yield path, records
    elif isinstance(value, dict) and depth < 4:
        inner = [
            found for key, item in value.items() for found in _collections(item, f"{path}.{key}".strip("."), depth + 1)
        ]
        if inner:
            yield from inner
        elif depth == 0 and value:
            yield path, [value]


def _table(file: str, sheet: str, records: list[dict[str, Any]], rows: Any, aside: tuple[SetAside, ...]) -> RawTable:
    columns: dict[str, list[str | None]] = {}
    for place, record in enumerate(records):
        for path, cell in _flat(record):
            column = columns.setdefault(path, [])
            if len(column) > place:
                column[place] = f"{column[place]}{MULTI_SEPARATOR}{cell}" if cell is not None else column[place]
                continue
            column.extend([None] * (place - len(column)))
            column.append(cell)
    for column in columns.values():
        column.extend([None] * (len(records) - len(column)))
    names = unique_names(list(columns))
    frame = text_frame(list(columns.values()), names)
    return RawTable(file, sheet, frame, tuple(columns), np.array(list(rows), dtype=np.int64), aside)


def _flat(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str | None]]:
    """The leaves of a record with their dotted paths; lists of plain values are joined, labelled ones go by label."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value) and depth < _DEEPEST:
        for place, item in enumerate(value):
            label = next((item[key] for key in _LABELS if isinstance(item.get(key), str)), None)
            answer = next((item[key] for key in _VALUES if key in item), None)
            if label is not None and answer is not None:
                yield from _flat(answer, f"{path}.{label}", depth + 1)
            else:
                yield from _flat(item, f"{path}.{place}" if place else path, depth + 1)
    elif isinstance(value, list):
        plain = [_plain(item) for item in value]
        yield path, MULTI_SEPARATOR.join(item for item in plain if item) or None
    else:
        yield path, _plain(value)


def _plain(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False)
        if isinstance(value, dict | list)
        else str(value)
    )
