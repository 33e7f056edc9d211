"""``organizer cache``: how much is kept, and deleting it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from organizer.cli.main import cli
from organizer.config import DEFAULT_CACHE_LIMIT, pieces_folder, pieces_limit
from organizer.playback.piece_cache import PieceCache


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("ORGANIZER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ORGANIZER_CACHE_MB", raising=False)
    return lambda *arguments: CliRunner().invoke(cli, ["cache", *arguments])


def test_nothing_is_kept_at_first(run, tmp_path):
    result = run()
    assert result.exit_code == 0
    assert "Kept: 0 files, 0 MB of at most 2,048 MB" in result.output
    assert str(tmp_path / "cache" / "pieces") in result.output
    assert "--clear" not in result.output


def test_what_is_kept_is_counted_and_deleted(run, tmp_path):
    PieceCache(pieces_folder(), pieces_limit()).put("a" * 32, "0", bytes(3 * 2**20))
    downloads = tmp_path / "cache" / "downloads"
    downloads.mkdir()
    (downloads / "model").write_bytes(b"mine")
    assert "Kept: 1 files, 3 MB" in run().output
    assert "Deleted: 1 files, 3 MB" in run("--clear").output
    assert "Kept: 0 files" in run().output
    assert (downloads / "model").exists()


@pytest.mark.parametrize(
    ("chosen", "limit"),
    [("", DEFAULT_CACHE_LIMIT), ("500", 500 * 2**20), ("0", 0), ("much", DEFAULT_CACHE_LIMIT)],
)
def test_the_limit_can_be_chosen(chosen, limit):
    assert pieces_limit({"ORGANIZER_CACHE_MB": chosen}) == limit
