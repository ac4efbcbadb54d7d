"""audit.toml: defaults, corrections, and mistakes told with place and meaning."""

from datetime import date
from pathlib import Path

import pytest

from audit.config import Config, find_config, load_config
from audit.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "audit.toml"
    path.write_text(text, "utf-8")
    return path


def test_no_file_gives_the_defaults() -> None:
    assert load_config(None) == Config()


def test_a_full_file_is_read(tmp_path) -> None:
    config = load_config(
        write(
            tmp_path,
            """
title = "Audit"
as_of = 2026-11-01
default_country = "NO"
[[file]]
file = "*.csv"
entity = "contact"
[file.columns]
"Kontakt" = "full_name"
[[accept]]
rule = "VAL004"
reason = "sample"
expires = 2027-01-01
[rules.options.TIM001]
threshold = 0.6
[investment]
subscription = 1200
""",
        )
    )
    assert config.default_country == "NO"
    assert config.as_of == date(2026, 11, 1)
    assert config.file[0].columns == {"Kontakt": "full_name"}
    assert config.rules.options == {"TIM001": {"threshold": 0.6}}
    assert config.investment_values() == {"subscription": 1200}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("titel = 1", ["line 1", "titel", "Did you mean 'title'?"]),
        ('[[accept]]\nrule = "VAL001"', ["accept", "needs the key 'reason'"]),
        ('\n[[file]]\nfile = "x"\nentity = "kontact"', ["line 4", "no such entity", "contact"]),
        ("[report]\nmaks = true", ["line 2", "Did you mean 'mask'?"]),
        ("title = ", ["Invalid value"]),
        ('default_country = "Norway"', ["default_country"]),
        ('[score.weights]\n"contact.emial" = 2', ["score.weights", "no field", "did you mean 'contact.email'?"]),
        ("[score.weights]\ncompleteness = -1", ["from 0 to 100"]),
        ('[[score.source]]\nname = "CRM"\nentity = "kontact"\nrecords = 5', ["no such entity"]),
    ],
)
def test_a_mistake_says_where_and_what_was_meant(tmp_path, text, told) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    for part in [str(path), *told]:
        assert part in str(caught.value)


def test_it_is_found_beside_the_files_given(tmp_path, monkeypatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    path = write(tmp_path, "")
    assert find_config((tmp_path / "contacts.csv",)) == path
    assert find_config((tmp_path,)) == path
    assert find_config(()) is None
