"""What several rooms' tests share: the sample company, audited once."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from audit.config import load_config
from audit.result import AuditResult

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    return ROOT / "sample_exports"


@pytest.fixture(scope="session")
def manifest(sample_folder: Path) -> pd.DataFrame:
    """Every planted defect and the true entity of every record, as text with "" for blank."""
    return pd.read_csv(sample_folder / "manifest.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="session")
def sample_audit(sample_folder: Path) -> AuditResult:
    from audit.pipeline import run_audit

    config = load_config(sample_folder / "audit.toml")
    return run_audit([sample_folder], config, pd.Timestamp(config.as_of))


@pytest.fixture(scope="session", autouse=True)
def every_audit_json_keeps_the_schema() -> Iterator[None]:
    """Whatever a test lets the product write is held against the published JSON Schema."""
    import reports.outputs
    from reports.outputs.audit_json import published_schema

    validator = jsonschema.Draft202012Validator(json.loads(published_schema()))
    write_json = reports.outputs.write_json

    def checked(*args: Any) -> Path:
        path = write_json(*args)
        validator.validate(json.loads(path.read_text("utf-8")))
        return path

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports.outputs, "write_json", checked)
        yield


@pytest.fixture
def tell(record_property) -> Callable[[str], None]:
    """Prints a text at the end of the run, whichever worker the test ran in."""
    return lambda text: record_property("told", text)


def pytest_terminal_summary(terminalreporter) -> None:
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, text in getattr(report, "user_properties", ()):
                if name == "told":
                    terminalreporter.write_line(f"\n{text}")
