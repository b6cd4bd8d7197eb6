"""lingtan models, from the outside."""

from __future__ import annotations

import json

import pytest

from app.cli.main import run


def test_show_names_what_is_in_use(tmp_path, capsys):
    assert run(["models", "show", "--json", "--home", str(tmp_path / "home")]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["dimension"] == 384
    assert shown["token_vectors"] is True
    assert shown["reranker"] == "maxsim"
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(("variable", "value", "status", "id"), [
    ("LINGTAN_EMBEDDER", "sentence-transformers:./nowhere", 3, "embedder-model-missing"),
    ("LINGTAN_RERANKER", "./nowhere", 3, "embedder-model-missing"),
    ("LINGTAN_EMBEDDER", "word2vec", 2, "embedder-unknown"),
])
def test_a_setting_that_leads_nowhere_is_explained(variable, value, status, id, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(variable, value)
    assert run(["models", "show", "--json", "--home", str(tmp_path)]) == status
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["id"] == id
    assert error["fix"]


def test_export_does_not_write_among_other_files(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    assert run(["models", "export-e5", str(tmp_path), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["id"] == "folder_not_empty"
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
