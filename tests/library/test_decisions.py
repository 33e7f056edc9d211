from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from organizer.errors import InvalidTagError, UnknownVideoError
from organizer.library import queries, scans
from organizer.library.database import opened
from organizer.library.decisions import clean_tag, confirm, forget, reject
from organizer.library.filters import VideoFilter
from organizer.library.taggings import Tagging
from organizer.types import SuggestedTag
from tests.gallery_server.seed import SeedVideo, seed
from tests.library.build import add, tagging


def tags(db, video_id: int) -> dict[str, tuple[str, float | None, tuple[int, ...]]]:
    return {tag.name: (tag.state, tag.score, tag.seconds) for tag in queries.video(db, video_id).tags}


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("Animal", "Animal"),
        ("animal", "Animal"),
        ("OUTDOOR recreation", "Outdoor recreation"),
        ("  Mobile \t phone ", "Mobile phone"),
        ("Holiday", "Holiday"),
        ("holiday  in\u2028Rome", "holiday in Rome"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("\U0001f468\u200d\U0001f373", "\U0001f468\u200d\U0001f373"),
        ("a'b\"c%_\\", "a'b\"c%_\\"),
        ("x" * 60, "x" * 60),
    ],
)
def test_a_tag_is_stored_in_one_spelling(given, stored):
    assert clean_tag(given) == stored


@pytest.mark.parametrize("bad", ["", " \n ", "x" * 61, "a\x1b[31m", "a\x00b", "a\udcffb", "a\x9bb"])
def test_a_tag_that_cannot_be_shown_is_refused(bad):
    with pytest.raises(InvalidTagError):
        clean_tag(bad)


def test_confirming_keeps_the_score_and_the_seconds_of_a_suggestion(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    confirm(db, video, "animal")
    assert tags(db, video) == {"Animal": ("confirmed", 0.9, (0,))}


def test_confirming_a_label_that_was_not_suggested_takes_its_score(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Outdoor recreation")
    assert tags(db, video) == {"Outdoor recreation": ("confirmed", 0.1, ())}


def test_a_tag_of_ones_own_has_no_score_whatever_its_characters(db, store):
    video = add(store, "/v", "a.mp4")
    for name in ('Gran"s', "a.b", "$[0]"):
        confirm(db, video, name)
    assert tags(db, video) == dict.fromkeys(('Gran"s', "a.b", "$[0]"), ("confirmed", None, ()))


def test_a_decision_on_a_video_never_scored_waits_for_its_score(db, store):
    video = add(store, "/v", "a.mp4")
    db.execute("DELETE FROM scores")
    confirm(db, video, "Food")
    assert tags(db, video)["Food"] == ("confirmed", None, ())
    store.store_tagging([(video, tagging("Food"))])
    assert tags(db, video)["Food"] == ("confirmed", 0.9, (0,))


def test_two_spellings_are_one_tag(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Holiday")
    confirm(db, video, "HOLIDAY")
    assert list(tags(db, video)) == ["Holiday"]
    reject(db, video, "holiday")
    assert tags(db, video) == {}


def test_rejecting_a_label_keeps_it_as_rejected(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    reject(db, video, "Animal")
    reject(db, video, "Dance")
    assert tags(db, video) == {"Animal": ("rejected", 0.9, (0,)), "Dance": ("rejected", 0.1, ())}
    store.store_tagging([(video, tagging("Animal", "Dance"))])
    assert {state for state, *_ in tags(db, video).values()} == {"rejected"}


def test_rejecting_a_tag_of_ones_own_takes_it_away(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Holiday")
    reject(db, video, "Holiday")
    assert tags(db, video) == {}


def test_rejecting_a_tag_of_ones_own_that_a_model_learned_keeps_it_as_rejected(db, store):
    video, other = add(store, "/v", "a.mp4"), add(store, "/v", "b.mp4")
    learned = Tagging("mine 1", {"Garden": 0.8, 'so "said"': 0.3}, (SuggestedTag("Garden", 0.8, (1,)),))
    store.store_tagging([(video, learned)])
    for id_ in (video, other):
        reject(db, id_, "garden")
    assert tags(db, video) == {"Garden": ("rejected", 0.8, (1,))}
    assert tags(db, other) == {}
    store.store_tagging([(video, learned)])
    assert tags(db, video)["Garden"][0] == "rejected"
    reject(db, video, 'so "said"')
    assert tags(db, video)['so "said"'][0] == "rejected"


def test_one_can_change_ones_mind(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    for decide, state in ((reject, "rejected"), (confirm, "confirmed"), (reject, "rejected")):
        decide(db, video, "Animal")
        assert tags(db, video)["Animal"][0] == state


def test_forgetting_lets_the_model_say_again(db, store):
    video, other = add(store, "/v", "a.mp4", "Animal"), add(store, "/v", "b.mp4", "Animal")
    reject(db, video, "Animal")
    reject(db, other, "Animal")
    forget(db, video, "animal")
    assert tags(db, video) == {}
    (change,) = store.store_tagging([(video, tagging("Animal")), (other, tagging("Animal"))])
    assert (change.video_id, change.added) == (video, ("Animal",))
    assert tags(db, video)["Animal"][0] == "suggested"
    assert tags(db, other)["Animal"][0] == "rejected"


def test_a_suggestion_is_not_forgotten(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    assert not forget(db, video, "Animal")
    assert not forget(db, video, "No such")
    assert tags(db, video) == {"Animal": ("suggested", 0.9, (0,))}
    confirm(db, video, "Animal")
    assert forget(db, video, "Animal")
    assert tags(db, video) == {}


def test_rejecting_says_whether_there_was_something_to_note(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Holiday")
    assert reject(db, video, "Holiday")
    assert not reject(db, video, "Holiday")
    assert reject(db, video, "Dance")


@pytest.mark.parametrize("decide", [confirm, reject])
def test_a_decision_needs_a_video(db, decide):
    with pytest.raises(UnknownVideoError, match="77"):
        decide(db, 77, "Animal")
    assert db.execute("SELECT count(*) FROM tags").fetchone() == (0,)


SPELLINGS = ("Caf\u00e9 Fr\u00fch", "CAF\u00c9 FR\u00dcH", "cafe\u0301 fru\u0308h", "caf\u00e9  fr\u00fch ")


@pytest.mark.parametrize("first", SPELLINGS)
def test_a_tag_is_one_however_it_is_spelled(db, store, first):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, first)
    for spelling in SPELLINGS:
        confirm(db, video, spelling)
        assert queries.count_videos(db, VideoFilter(all_tags=(" ".join(spelling.split()),))) == 1
    assert db.execute("SELECT count(*) FROM tags").fetchone() == (1,)
    assert forget(db, video, SPELLINGS[2])
    assert queries.video(db, video).tags == ()


def test_a_label_of_a_model_of_one_s_own_is_the_tag_in_another_case(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "\u00e4rger")
    said = Tagging("own 1", {"\u00c4rger": 0.8, "Wut": 0.7}, (SuggestedTag("Wut", 0.7),))
    store.store_tagging([(video, said)])
    (tag, _) = queries.video(db, video).tags
    assert (tag.name, tag.state, tag.score) == ("\u00e4rger", "confirmed", 0.8)
    assert reject(db, video, "WUT")
    assert store.store_tagging([(video, said)]) == []
    assert reject(db, video, "\u00c4RGER")
    states = {tag.name: tag.state for tag in queries.video(db, video).tags}
    assert states == {"\u00e4rger": "rejected", "Wut": "rejected"}


DECISIONS = [
    lambda db: confirm(db, 1, "Mine"),
    lambda db: reject(db, 1, "Animal"),
    lambda db: forget(db, 1, "Nature"),
]


@pytest.mark.parametrize("decide", DECISIONS, ids=["confirm", "reject", "forget"])
def test_a_decision_is_stored_for_good_and_nothing_else_is(tmp_path, decide):
    """What no power cut may take back is committed with synchronous = FULL (2), all else with NORMAL (1)."""
    seed(tmp_path / "library.db", tmp_path, [SeedVideo("cat.mp4", ("Animal", "Nature"))])
    with opened(tmp_path / "library.db") as db:
        confirm(db, 1, "Nature")
        levels = []
        level = db.conn.execute

        class Watched:
            def __getattr__(self, name):
                return getattr(connection, name)

            def execute(self, sql, *values):
                if sql == "COMMIT":
                    levels.append(level("PRAGMA synchronous").fetchone()[0])
                return level(sql, *values)

        connection, db.conn = db.conn, Watched()
        decide(db)
        scans.begin(db, [])
        assert levels == [2, 1]
        assert level("PRAGMA synchronous").fetchone() == (1,)


COUNT_FLUSHES = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note(const char *call, int fd) {
    char link[64], name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length < 0) return;
    name[length] = 0;
    FILE *log = fopen(getenv("FLUSH_LOG"), "a");
    if (log) { fprintf(log, "%s %s\n", call, name); fclose(log); }
}
int fsync(int fd) {
    note("fsync", fd);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}
int fdatasync(int fd) {
    note("fdatasync", fd);
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
"""

DECIDE_WHILE_OPEN = """
import os, sys
from pathlib import Path
from organizer.library.database import opened
from organizer.library.decisions import confirm, forget, reject
from organizer.library import scans

def flushes():
    log = Path(os.environ["FLUSH_LOG"])
    return sum(line.endswith("-wal") for line in log.read_text().splitlines()) if log.exists() else 0

library = Path(sys.argv[1])
with opened(library) as other:  # as the gallery or a scan has it open: closing "db" then writes nothing back
    other.execute("SELECT count(*) FROM videos").fetchone()
    scans.begin(other, [])
    with opened(library) as db:
        confirm(db, 1, "First")  # may begin the log anew
        for act in (lambda: confirm(db, 1, "Mine"), lambda: reject(db, 1, "Animal"),
                    lambda: forget(db, 1, "Mine"), lambda: scans.begin(db, [])):
            before = flushes()
            act()
            print(flushes() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="flushes are counted on Linux only")
@pytest.mark.skipif(shutil.which("cc") is None, reason="counting flushes needs a C compiler")
def test_a_decision_is_flushed_to_the_disk_also_while_others_have_the_library_open(tmp_path):
    source, shim = tmp_path / "flushes.c", tmp_path / "flushes.so"
    source.write_text(COUNT_FLUSHES)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
    seed(tmp_path / "library.db", tmp_path, [SeedVideo("cat.mp4", ("Animal",))])
    variables = {"LD_PRELOAD": str(shim), "FLUSH_LOG": str(tmp_path / "flushes.log")}
    result = subprocess.run(
        [sys.executable, "-c", DECIDE_WHILE_OPEN, str(tmp_path / "library.db")],
        env=os.environ | variables,
        check=True,
        capture_output=True,
        text=True,
    )
    *decisions, scan = map(int, result.stdout.split())
    assert min(decisions) >= 1
    assert scan == 0
