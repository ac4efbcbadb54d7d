"""Tables appended to a project file."""

import tomllib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import ConfigError, UsageError
from audit.toml_text import append_table, literal, table


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    assert tomllib.loads(f"key = {literal(text)}") == {"key": text}


def test_values_of_every_kind_and_blank_ones_left_out() -> None:
    text = table(
        "accept", {"a": "x", "b": None, "c": "", "d": True, "e": 2, "f": 0.5, "g": date(2027, 1, 2), "h": ["y"]}
    )
    assert tomllib.loads(text) == {
        "accept": [{"a": "x", "d": True, "e": 2, "f": 0.5, "g": date(2027, 1, 2), "h": ["y"]}]
    }


@pytest.mark.parametrize("before", ["# mine\r\n[[accept]]\r\nrule = 'A'\r\n", "title = 'no end of line'", ""])
def test_what_stands_there_is_untouched(tmp_path, before: str) -> None:
    path = tmp_path / "accepted.toml"
    path.write_bytes(before.encode())
    append_table(path, table("accept", {"rule": "B"}), lambda beside: tomllib.loads(beside.read_text("utf-8")))
    after = path.read_bytes().decode()
    assert after.startswith(before)
    assert tomllib.loads(after)["accept"][-1] == {"rule": "B"}
    assert after.count("\r\n") in (0, after.count("\n"))
    assert [item.name for item in tmp_path.iterdir()] == ["accepted.toml"]


def test_what_does_not_stand_up_is_not_written(tmp_path) -> None:
    path = tmp_path / "accepted.toml"
    path.write_text("a = 1\n", "utf-8")

    def refuse(beside) -> None:
        raise ConfigError("no")

    with pytest.raises(ConfigError):
        append_table(path, "b = 2\n", refuse)
    assert path.read_text("utf-8") == "a = 1\n"
    assert [item.name for item in tmp_path.iterdir()] == ["accepted.toml"]
    with pytest.raises(UsageError, match="cannot be written"):
        append_table(tmp_path / "nowhere" / "x.toml", "b = 2\n", lambda beside: None)
