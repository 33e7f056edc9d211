"""The table on real means comes out whole, on made-up ones, and a second call only fills what is missing."""

import json

import numpy as np
import pytest

from benchmarks import yt8m_means
from benchmarks.yt8m_means import ONCE, Network
from organizer.training.yt8m.means_table import read_means_table
from tests.training.yt8m.generate import write_means_table

NETWORKS = (Network("majority", ONCE, epochs=2), Network("moe", ONCE, epochs=1, folds=(0,), most_videos=20))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    file = tmp_path_factory.mktemp("means") / "means.npz"
    write_means_table(file, 80, 0, "train", folds=5)
    with np.load(file) as loaded:
        arrays = dict(loaded)
    # One video in eight has none of the labels.
    arrays["ten"][::8] = False
    np.savez(file, **arrays)
    return read_means_table(file)


def test_from_a_table_to_the_figures(table, tmp_path, capsys, monkeypatch):
    yt8m_means.run(table, NETWORKS, tmp_path / "kept", tmp_path, 0)
    first, second = json.loads((tmp_path / "yt8m_means.json").read_text())["networks"]
    assert (first["architecture"], second["architecture"]) == ("majority", "moe")
    assert (first["published_top1"], second["published_top1"]) == (0.29, None)
    assert sorted(first["runs"]) == ["0", "1", "2", "3", "4"] and sorted(second["runs"]) == ["0"]
    assert second["runs"]["0"]["videos"] == 20 < first["runs"]["0"]["videos"] < 64
    assert (first["all_folds"]["videos"], first["all_folds"]["labelled"]) == (80, 70)
    assert first["fold_0"]["videos"] == second["fold_0"]["videos"] == 16 and "all_folds" not in second
    # Class priors rank all videos alike, so the best label is the most frequent one of the other folds.
    shares = table.targets[table.targets.any(axis=1)].mean(axis=0)
    assert first["all_folds"]["top1"]["value"] == pytest.approx(shares.max(), abs=0.1)
    out = capsys.readouterr().out
    assert "| majority | the mean, once | " in out and "20 videos with a label, fold 0 |" in out
    # What is there is not trained again.
    monkeypatch.setattr(yt8m_means, "run_once", None)
    yt8m_means.run(table, NETWORKS, tmp_path / "kept", tmp_path, 0)
    assert json.loads((tmp_path / "yt8m_means.json").read_text())["networks"] == [first, second]


def test_no_fold_chooses_its_own_epoch(table):
    to_choose, to_test = yt8m_means.data_of(table, NETWORKS[0], 2)
    parts = [set(one.names) for one in (to_choose.to_train, to_choose.held_out, to_test.held_out)]
    assert set.union(*parts) == {one.decode() for one in table.ids}
    assert sum(map(len, parts)) == len(table.ids) and all(parts)
    assert parts[2] == {one.decode() for one in table.ids[2::5]}
    assert to_test.to_train is to_choose.to_train
