"""One's own features as training data: what counts, what is held out, and what is called what."""

from __future__ import annotations

import numpy as np
import pytest

from organizer.dataset.description import LabelsOf
from organizer.models.catalogue import open_bundle
from organizer.training.engine.data import Position
from organizer.training.library_data import mark_of
from organizer.training.own_features import own_folder, own_source
from organizer.training.trained_on import Origin
from organizer.training.yt8m_source import Yt8mChoice
from tests.dataset.made_up import decided, facts, video, write


@pytest.fixture(scope="module")
def bundle():
    return open_bundle("lite")


def source_of(folder, **changes):
    choice = Yt8mChoice((folder,), **changes)
    return own_source(own_folder(choice), choice)


def all_of(dataset):
    """Join the batches of a dataset: features by their first second, targets, weights."""
    batches = [[part.numpy() for part in batch] for batch in dataset]
    return (
        np.concatenate([batch[0][:, 0] for batch in batches]),
        np.concatenate([batch[1] for batch in batches]),
        np.concatenate([batch[2] for batch in batches]),
    )


def spread(folder, bundle, videos, shards, **settings):
    for number in range(shards):
        write(folder, bundle, videos[number::shards], number=number, **settings)


def test_whole_days_are_held_out_and_every_row_has_its_name(tmp_path, bundle):
    videos = decided(bundle)
    # Enough shards that several are read side by side, and not all of one size.
    spread(tmp_path, bundle, videos, 7)
    source = source_of(tmp_path)
    data = source.data
    assert data.labels == ("Animal", "Food")
    assert (data.space_id, data.quantiser) == (bundle.space_id, bundle.quantiser)
    features, targets, weights = all_of(data.validation(5))
    assert len(features) == len(data.validation_names) == len(data.validation_groups) == 12
    by_path = {one.file.path: one for one in videos}
    for row, (path, group) in enumerate(zip(data.validation_names, data.validation_groups, strict=True)):
        one = by_path[path]
        assert (features[row] == bundle.quantiser.dequantise(one.stored.features.quantised)[0]).all()
        assert targets[row].tolist() == [name in one.confirmed for name in data.labels]
        assert group == one.stored.facts.taken_at[:10]
        assert weights[row].tolist() == [1, 1]
    held = set(data.validation_groups)
    trained = {one.stored.facts.taken_at[:10] for one in videos} - held
    assert source.trained_on.origin is Origin.YT8M
    assert source.trained_on.groups == tuple(sorted(map(mark_of, trained)))
    seen, _, _ = all_of(data.training(Position(0, 0), 8))
    assert len(seen) == 60 - 12
    assert source.licence is None


def test_undecided_labels_count_little_and_only_in_training(tmp_path, bundle):
    rng = np.random.default_rng(1)

    def one(number, day, **decisions):
        quantised = rng.integers(0, 256, (6, bundle.dimensions), np.uint8)
        return video(
            number,
            f"/videos/{number}.mp4",
            quantised,
            bundle,
            facts=facts(f"2024-05-{day + 1:02}T12:00:00"),
            **decisions,
        )

    videos = [one(day, day, confirmed=("Animal",)) for day in range(20)]
    videos += [one(20 + day, day, rejected=("Animal",)) for day in range(20)]
    # Nobody decided about these: they teach nothing.
    videos += [one(40 + day, day) for day in range(20)]
    videos += [one(60 + day, day, confirmed=("Food",)) for day in range(20)]
    spread(tmp_path, bundle, videos, 3)
    data = source_of(tmp_path).data
    _, targets, weights = all_of(data.training(Position(0, 0), 16))
    pairs = {(tuple(target), tuple(weight.round(2))) for target, weight in zip(targets, weights, strict=True)}
    assert pairs == {
        ((1.0, 0.0), (1.0, np.float32(0.1).round(2))),
        ((0.0, 0.0), (1.0, np.float32(0.1).round(2))),
        ((0.0, 1.0), (np.float32(0.1).round(2), 1.0)),
    }
    _, targets, weights = all_of(data.validation(16))
    pairs = {(tuple(target), tuple(weight)) for target, weight in zip(targets, weights, strict=True)}
    assert pairs == {((1.0, 0.0), (1.0, 0.0)), ((0.0, 0.0), (1.0, 0.0)), ((0.0, 1.0), (0.0, 1.0))}
    held = len(set(data.validation_groups))
    assert len(targets) == 3 * held


def test_given_tags_are_all_known(tmp_path, bundle):
    videos = decided(bundle)
    description, _ = write(tmp_path, bundle, videos, labels_of=LabelsOf.GIVEN)
    assert description.labels_of is LabelsOf.GIVEN
    data = source_of(tmp_path).data
    _, _, weights = all_of(data.training(Position(0, 0), 16))
    assert (weights == 1).all()


def test_an_incomplete_shard_is_not_read(tmp_path, bundle):
    videos = decided(bundle)
    spread(tmp_path, bundle, videos, 2)
    (tmp_path / "features-00002.tfrecord").write_bytes((tmp_path / "features-00001.tfrecord").read_bytes())
    seen, _, _ = all_of(source_of(tmp_path).data.training(Position(0, 0), 8))
    assert len(seen) == 48
