"""The benchmark of the input pipeline counts right; no time is compared with another."""

from benchmarks.input_pipeline import link_shards, make_shard, measure


def test_every_video_of_every_shard_is_counted(tmp_path):
    make_shard(tmp_path / "one.tfrecord", 70)
    link_shards(tmp_path / "one.tfrecord", tmp_path / "shards", 3)
    figures = measure(tmp_path / "shards", 2)
    assert (figures["shards"], figures["videos"], len(figures["videos_a_minute"])) == (3, 210, 2)
    assert figures["skipped_records"] == 0
    assert figures["batches_after_those_left_out"] == 1  # 210 are three batches of 64, and 18 videos
