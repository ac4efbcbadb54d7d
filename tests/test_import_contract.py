"""Imports point one way; the contract in pyproject.toml runs with the tests."""

from pathlib import Path

from importlinter.cli import lint_imports


def test_import_contract(monkeypatch, capsys) -> None:
    monkeypatch.chdir(Path(__file__).parents[1])
    status = lint_imports(no_cache=True)
    assert status == 0, capsys.readouterr().out
