"""Questions about one finding or one record, answered from the files of a saved run as plain data."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from audit.acceptance import CONDITIONS, glob_matches
from audit.config import AcceptConfig
from audit.errors import UsageError
from audit.schema import entities
from reports import masking
from reports.outputs.saved import SavedRun

Line = dict[str, Any]
"""One line of a table: text, or None where blank."""
CLUSTERED = {"contact": "person", "account": "organisation"}
"""Entities whose records are matched, with the label by which those of one person or organisation know each other."""
NOT_FIELDS = ("record", "person label", "organisation label")
WITHHELD = "(withheld: it may hold what should not be kept)"
NAMED = 5
"""Linked records named per table; the rest is counted."""
FINDING_ID = re.compile(r"[0-9a-f]{12}(-\d+)?")


def finding_line(saved: SavedRun, finding_id: str) -> Line:
    """The line of findings.csv. Raises UsageError, with what was probably meant, where there is none."""
    lines = _plain(saved.lines("findings", finding_id=finding_id))
    if lines:
        return lines[0]
    ids = saved.lines("findings")["finding_id"]
    near = [known for known in ids if known.startswith(finding_id)][:1] if len(finding_id) >= 4 else []
    near = near or difflib.get_close_matches(finding_id, ids.head(200_000), n=1, cutoff=0.8)
    hint = f"Did you mean {near[0]}?" if near else "findings.csv lists the ids; the ids of an earlier run may be gone."
    raise UsageError(f"There is no finding {finding_id!r} in {saved.folder}.", hint=hint)


def covered(saved: SavedRun, entry: AcceptConfig) -> int:
    """How many findings of the run an acceptance covers; those told as one line count in full."""
    lines = saved.lines("findings")
    hit = pd.Series(True, index=lines.index)
    columns = {"rule": "rule_id", "finding": "finding_id"}
    for name in CONDITIONS:
        wanted = getattr(entry, name)
        if wanted is not None:
            held = lines["value" if name == "pattern" else columns.get(name, name)]
            hit &= glob_matches(held, wanted) if name in ("rule", "pattern") else held.eq(wanted).fillna(False)
    return int(lines.loc[hit, "findings"].astype("int64").sum())


def finding_account(saved: SavedRun, finding_id: str) -> dict[str, Any]:
    """Everything about one finding: its line, record and changes, who accepted it, and what belongs with it."""
    line = finding_line(saved, finding_id)
    told: dict[str, Any] = {"finding": line}
    accepted = {entry["number"]: entry for entry in saved.summary.get("accepted", ())}
    told["acceptance"] = accepted.get(int(line["acceptance"])) if line.get("acceptance") else None
    if line["record"] is None:
        same = {name: line[name] for name in ("rule_id", "entity", "source", "field") if line[name]}
        told["changed"] = len(saved.lines("changes", **same))
        return told
    record, entity = str(line["record"]), str(line["entity"])
    changes = _plain(saved.lines("changes", record=record))
    told["changes"] = [change for change in changes if change["rule_id"] == line["rule_id"] or _ends(change)]
    group = str(line["group_id"]) if line["group_id"] else None
    others = _plain(saved.lines("findings", group_id=group)) if group else []
    members = _cluster(saved, entity, record) if group and entity in CLUSTERED else []
    if group and not members:
        members = list(dict.fromkeys([record, *(str(other["record"]) for other in others if other["record"])]))
    told["records"] = _members(saved, entity, members or [record])
    told["pairs"] = [
        pair for pair in _pairs(saved, entity, members) if record in (pair["left_record"], pair["right_record"])
    ]
    told["same_group"] = [other for other in others if other["finding_id"] != finding_id]
    return told


def record_account(saved: SavedRun, name: str, entity: str | None = None) -> dict[str, Any]:
    """Everything known and found about one record: `name` is its id, its mail address or its name in the report.

    Raises UsageError where nothing or more than one record answers to it.
    """
    entity, found = _one(saved, name, entity)
    record = str(found["record"])
    members = _cluster(saved, entity, record) or [record]
    records = _members(saved, entity, members)
    findings = _plain(saved.lines("findings", record=members))
    sources = list(dict.fromkeys(str(item["source"]) for item in records))
    changes = _plain(saved.lines("changes", record=members))
    return {
        "record": record,
        "entity": entity,
        "records": records,
        "cleaned": _cleaned(saved, entity, members),
        "pairs": _pairs(saved, entity, members),
        "findings": [finding for finding in findings if finding["entity"] == entity],
        "of_the_source": [
            line
            for line in _plain(saved.lines("findings", entity=entity, source=sources))
            if line["record"] is None and line["row"] is None
        ],
        "changes": [change for change in changes if change["entity"] == entity],
        "linked": _linked(saved, entity, found),
    }


def findings_of(saved: SavedRun, account: dict[str, Any]) -> list[Line]:
    """The findings of all records in an account."""
    names = [record["record"] for record in account.get("records", ())]
    return _plain(saved.lines("findings", record=names)) if names else []


def withheld(account: dict[str, Any], findings: list[Line]) -> dict[str, Any]:
    """The account without the content of cells in which something was found that should not be kept."""
    cells = {(str(line["record"]), str(line["field"])) for line in findings if line["family"] == "sensitive"}
    for record in (*account.get("records", ()), *account.get("cleaned", ())):
        for field in record["fields"]:
            if (record["record"], field) in cells or (record.get("from"), field) in cells:
                record["fields"][field] = WITHHELD
    for change in account.get("changes", ()):
        if (change["record"], change["field"]) in cells:
            change |= {name: WITHHELD for name in ("before", "after") if change[name] is not None}
    return account


def masked(account: dict[str, Any]) -> dict[str, Any]:
    """The account with people's data as a masked report shows them."""
    quoted: list[str] = []
    files: list[str] = []
    for record in (*account.get("records", ()), *account.get("cleaned", ())):
        entity = record["entity"]
        hidden = {name: _mask(entity, name, value) for name, value in record["fields"].items()}
        quoted += [value for name, value in record["fields"].items() if hidden[name] != value and len(value) > 2]
        files += [record["file"]] if record.get("file") else []
        record["fields"] = hidden
    lines = [account["finding"]] if "finding" in account else []
    for line in (
        *lines,
        *account.get("findings", ()),
        *account.get("same_group", ()),
        *account.get("of_the_source", ()),
    ):
        said = [str(line[name]) for name in ("value", "suggestion") if line[name]]
        line["message"] = _mask_sentence(line["message"], [*quoted, *said], files)
        line |= {name: _mask(line["entity"], line["field"], line[name]) for name in ("value", "suggestion")}
    for change in account.get("changes", ()):
        if change["field"]:
            change |= {name: _mask(change["entity"], change["field"], change[name]) for name in ("before", "after")}
    for pair in account.get("pairs", ()):
        pair["explanation"] = _mask_sentence(pair["explanation"], quoted, files)
    return account


def _mask_sentence(text: str | None, values: list[str], files: list[str]) -> str:
    """The sentence masked but for the names of files, which look like numbers and words of a person."""
    known = "|".join(re.escape(name) for name in sorted(set(files), key=len, reverse=True))
    parts = re.split(f"({known})", text or "") if known else [text or ""]
    return "".join(part if part in files else masking.mask_sentence(part, values) for part in parts)


def _mask(entity: str, field: str, value: str | None) -> str | None:
    if value is None or value == WITHHELD or entity not in entities():
        return value
    if field not in entities()[entity].fields:
        return masking.mask_text(value)
    return masking.mask_value(entity, field, value)


def _ends(change: Line) -> bool:
    """Whether the change ends its record, whatever rule was the reason."""
    return change["kind"] in ("merge", "drop")


def _one(saved: SavedRun, name: str, entity: str | None) -> tuple[str, Line]:
    """The record that `name` stands for; of those of one person or organisation the first."""
    known = saved.entities
    if entity is not None and entity not in known:
        near = difflib.get_close_matches(entity, known, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(known)}."
        raise UsageError(f"The run has no records of {entity!r}.", hint=hint)
    places = [entity] if entity else known
    for column in ("record", "source_id", "email"):
        wanted = [name.strip(), name.strip().lower()] if column == "email" else [name.strip()]
        found = [(place, line) for place in places for line in _plain(saved.records(place, **{column: wanted}))]
        identities = {(place, line.get(f"{CLUSTERED.get(place)} label") or line["record"]) for place, line in found}
        if column == "email" and not entity:
            # An address is a person's; activities and payments that carry it are what is linked.
            found = [(place, line) for place, line in found if place == "contact"] or found
            identities = {(place, line.get(f"{CLUSTERED.get(place)} label") or line["record"]) for place, line in found}
        if len(identities) > 1:
            told = ", ".join(f"{line['record']} ({place} in {line['source of record']})" for place, line in found[:6])
            more = f" and {len(found) - 6} more" if len(found) > 6 else ""
            raise UsageError(f"{len(found)} records are called {name!r}: {told}{more}.", hint="Name one of them.")
        if found:
            return found[0]
    raise UsageError(
        f"No record is called {name!r}.", hint="Give its id in its source, its mail address, or a name such as C-0412."
    )


def _cluster(saved: SavedRun, entity: str, record: str) -> list[str]:
    """The names of the records of the same person or organisation, this one first; none where it stands alone."""
    label = CLUSTERED.get(entity)
    if label is None:
        return []
    (line,) = _plain(saved.records(entity, record=record))
    value = line.get(f"{label} label")
    if value is None:
        return []
    others = saved.records(entity, **{f"{label} label": value})["record"].tolist()
    return [record, *(other for other in others if other != record)] if len(others) > 1 else []


def _members(saved: SavedRun, entity: str, names: list[str]) -> list[dict[str, Any]]:
    lines = {str(line["record"]): line for line in _plain(saved.records(entity, record=names))}
    return [_told(entity, lines[name]) for name in names if name in lines]


def _told(entity: str, line: Line) -> dict[str, Any]:
    place = {name: line.get(f"{name} of record") for name in ("source", "file", "sheet", "row")}
    labels = {label: line.get(f"{label} label") for label in ("person", "organisation")}
    fields = {
        name: value
        for name, value in line.items()
        if value is not None and name not in NOT_FIELDS and not name.endswith(" of record")
    }
    return {"record": line["record"], "entity": entity, **place, **labels, "fields": fields}


def _cleaned(saved: SavedRun, entity: str, members: list[str]) -> list[dict[str, Any]]:
    """What became of the records: those that stand in the cleaned table, with the names of those joined into each."""
    into = {str(line["record"]): line["into"] for line in _plain(saved.lines("crosswalk", record=members))}
    gone = {change["record"] for change in _plain(saved.lines("changes", record=members)) if change["kind"] == "drop"}
    survivors = dict.fromkeys(str(into.get(name) or name) for name in members if name not in gone)
    told = []
    for record in _members(saved, entity, list(survivors)):
        place = {name: record[name] for name in ("source", "file", "row") if record[name] is not None}
        lines = _plain(saved.lines(f"cleaned/{entity}", **place))
        if "source_id" in record["fields"]:
            lines = [line for line in lines if line.get("source_id") in (None, record["fields"]["source_id"])]
        for line in lines[:1]:
            fields = {name: value for name, value in line.items() if value is not None and name not in PLACE}
            joined = [name for name in members if into.get(name) == record["record"] and name != record["record"]]
            told.append(
                {"record": "cleaned", "entity": entity, "from": record["record"], "joined": joined, "fields": fields}
            )
    return told


PLACE = ("source", "file", "row", "person", "organisation")
"""Columns of the cleaned tables that say where a record is from."""


def _pairs(saved: SavedRun, entity: str, members: list[str]) -> list[Line]:
    if len(members) < 2:
        return []
    lines = saved.lines("pairs", entity=entity, left_record=members, right_record=members)
    return _plain(lines)


def _linked(saved: SavedRun, entity: str, line: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """How many records of each other table belong to the same person or organisation, or name this record by its id."""
    own = CLUSTERED.get(entity)
    told = []
    for other in saved.entities:
        # A deal's own person and company; of a person or company everything that carries its label.
        label = f"{own or CLUSTERED.get(other)} label"
        value = line.get(label)
        if other == entity:
            continue
        if value is not None:
            rows = saved.records(other, **{label: value})
        elif line.get("source_id") and f"{entity}_id" in entities()[other].fields:
            rows = saved.records(
                other,
                **{f"{entity}_id": str(line["source_id"]), "source of record": str(line["source of record"])},
            )
        else:
            continue
        if len(rows):
            told.append({"entity": other, "records": len(rows), "named": rows["record"].head(NAMED).tolist()})
    return told


def _plain(frame: pd.DataFrame) -> list[Line]:
    return [
        {str(name): None if pd.isna(value) else value for name, value in line.items()}
        for line in frame.astype(object).to_dict("records")
    ]
