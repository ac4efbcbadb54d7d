"""The labelled tables of the reference data in canonical columns, as header mapping would give them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from audit.dataset import Table, table_from_frame
from audit.values.text import TEXT

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "dedupe"
SPLINK_BEST = {
    "census": 0.729, "chicago_sites": 0.881, "fake_20000": 0.831, "febrl1": 1.0, "febrl3": 1.0, "febrl4_link": 1.0,
}  # fmt: skip
"""Cluster F1 of splink 5.0.0 at the threshold chosen with the truth in hand."""

_PERSON = {
    "surname": "last_name", "given_name": "first_name", "first_name": "first_name", "middle_initial": "middle_name",
    "house_number": "house_number", "street_number": "house_number", "street": "street", "address_1": "street",
    "address_2": "street_2", "suburb": "city", "city": "city", "postcode": "postal_code", "state": "state",
    "dob": "date_of_birth", "date_of_birth": "date_of_birth", "soc_sec_id": "national_id", "email": "email",
}  # fmt: skip
_SITE = {"site_name": "name", "address": "street", "zip": "postal_code", "phone": "phone", "fax": "fax"}
_SENZING = {
    "primary_name_full": "full_name", "primary_name_last": "last_name", "primary_name_first": "first_name",
    "primary_name_middle": "middle_name", "native_name_full": "native_name", "gender": "gender",
    "date_of_birth": "date_of_birth", "email_address": "email", "addr_full": "address", "addr_line1": "street",
    "addr_city": "city", "addr_state": "state", "addr_postal_code": "postal_code", "addr_country": "country",
    "phone_number": "phone",
}  # fmt: skip
_IDS = ("passport_number", "drivers_license_number", "ssn_number", "national_id_number", "tax_id_number")
_DATES = {"fake_20000": "%Y-%m-%d", "senzing": "mixed"}


def load(name: str) -> tuple[Table, np.ndarray]:
    """A set as a table, and the true entity of every record."""
    path = FOLDER / name / "records.csv"
    raw = pd.read_csv(path if path.exists() else path.with_suffix(".csv.gz"), dtype=str)
    truth = pd.read_csv(FOLDER / name / "truth.csv", dtype=str).set_index("record_id")["entity_id"]
    entity = "account" if name == "chicago_sites" else "contact"
    mapping = {"chicago_sites": _SITE, "senzing": _SENZING}.get(name, _PERSON)
    frame = pd.DataFrame({field: raw[header] for header, field in mapping.items() if header in raw})
    if name == "senzing":
        frame["company_name"] = raw["primary_name_org"].fillna(raw["employer"])
        frame["national_id"] = raw[list(_IDS)].bfill(axis=1).iloc[:, 0]
    text = None
    if "date_of_birth" in frame:
        text = pd.DataFrame({"date_of_birth": frame["date_of_birth"].astype(TEXT)})
        frame["date_of_birth"] = pd.to_datetime(
            frame["date_of_birth"], errors="coerce", format=_DATES.get(name, "%Y%m%d")
        ).astype("datetime64[us]")
    table = table_from_frame(entity, frame, text=text)
    if "source" in raw:
        table = replace(table, lineage=table.lineage.assign(source=raw["source"].astype("category")))
    return table, truth.reindex(raw["record_id"]).to_numpy()


def pairs_in(sizes: pd.Series) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def cluster_scores(clusters: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall and F1 of all pairs inside clusters against all true pairs."""
    both = pd.DataFrame({"cluster": clusters, "truth": truth})
    right = pairs_in(both.groupby(["cluster", "truth"]).size())
    made, true = pairs_in(both.groupby("cluster").size()), pairs_in(both.groupby("truth").size())
    precision, recall = right / max(made, 1), right / max(true, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def calibration_error(probability: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: how far said and true shares are apart, over bins of the probability."""
    at = np.clip((probability * bins).astype(int), 0, bins - 1)
    count = np.bincount(at, minlength=bins)
    said, true = np.bincount(at, probability, bins), np.bincount(at, right, bins)
    return float(np.abs(said - true).sum() / max(count.sum(), 1))
