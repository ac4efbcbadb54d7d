"""Puts a report that was rendered again in its place, whole or not at all, and on the list of the run's files."""

import json
from pathlib import Path

from reports.outputs.audit_json import NAME, files_of
from reports.outputs.pdf import write_pdf


def put(page: str, path: Path, folder: Path, *, pdf: bool) -> None:
    """Writes the page to `path`; inside `folder`, the folder of a run, the next run knows it for its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if pdf:
        write_pdf(page, path)
    else:
        _replace(path, page)
    place = path.resolve()
    if place.is_relative_to(folder.resolve()):
        _list(folder, place.relative_to(folder.resolve()).as_posix())


def _list(folder: Path, name: str) -> None:
    names = files_of(folder) or []
    if name not in names:
        told = json.loads((folder / NAME).read_text("utf-8"))
        told["files"] = sorted([*names, name])
        _replace(folder / NAME, json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)
