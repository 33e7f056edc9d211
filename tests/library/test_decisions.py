from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from organizer.errors import InvalidTagError, UnknownVideoError
from organizer.library import Library
from organizer.library.changes import Tagging
from organizer.library.filters import VideoFilter
from organizer.library.spelling import clean_tag
from organizer.types import SuggestedTag
from tests.gallery_server.seed import SeedVideo, seed
from tests.library.build import add, tagging
from tests.library.sql import database_of


def tags(library, video_id: int) -> dict[str, tuple[str, float | None, tuple[int, ...]]]:
    return {tag.name: (tag.state, tag.score, tag.seconds) for tag in library.video(video_id).tags}


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


@pytest.mark.parametrize("typed", ["Dance?", "dance ?", " Dance? "])
def test_a_maybe_may_be_typed_as_it_is_shown(library, typed):
    video = add(library, "/v", "a.mp4", "Dance?")
    library.confirm(video, typed)
    assert tags(library, video) == {"Dance": ("confirmed", 0.45, (0,))}
    assert library.forget(video, typed)
    assert tags(library, video) == {"Dance": ("suggested", 0.45, (0,))}
    assert library.reject(video, typed)
    assert tags(library, video) == {"Dance": ("rejected", 0.45, (0,))}


def test_a_maybe_of_ones_own_tags_may_be_typed_as_it_is_shown(library):
    other, video = add(library, "/v", "other.mp4"), add(library, "/v", "a.mp4", "Holiday?")
    library.confirm(other, "holiday?")
    library.confirm(video, "holiday?")
    assert set(tags(library, other)) == set(tags(library, video)) == {"Holiday"}


@pytest.mark.parametrize("new", ["Beach?", "Beach ?", "?", "Dance??", "Bob?"])
def test_a_new_tag_does_not_look_like_a_maybe(library, new):
    video = add(library, "/v", "a.mp4", "Dance?")
    # No model suggests it, so it is no maybe of anybody.
    library.confirm(video, "Bob")
    before = tags(library, video)
    with pytest.raises(InvalidTagError, match="question mark"):
        library.confirm(video, new)
    assert not library.reject(video, new)
    assert not library.forget(video, new)
    assert tags(library, video) == before


def test_a_tag_of_before_that_ends_in_a_question_mark_stays_what_it_is(library):
    video, other = add(library, "/v", "a.mp4", "Dance"), add(library, "/v", "b.mp4")
    library.confirm(video, "Own")
    database_of(library).execute("UPDATE tags SET name = 'Dance?', folded = 'dance?' WHERE name = 'Own'")
    library.confirm(other, "dance?")
    assert set(tags(library, other)) == {"Dance?"}
    assert library.meant_tag("DANCE?") == "DANCE?"
    for one in (video, other):
        assert library.reject(one, "Dance?")
    assert tags(library, video) == {"Dance": ("suggested", 0.9, (0,))}
    # It comes back as what it was, though nothing carries it any more.
    assert library.undo(video, "Dance?")
    assert set(tags(library, video)) == {"Dance", "Dance?"}


def test_confirming_keeps_the_score_and_the_seconds_of_a_suggestion(library):
    video = add(library, "/v", "a.mp4", "Animal")
    library.confirm(video, "animal")
    assert tags(library, video) == {"Animal": ("confirmed", 0.9, (0,))}


def test_confirming_a_label_that_was_not_suggested_takes_its_score(library):
    video = add(library, "/v", "a.mp4")
    library.confirm(video, "Outdoor recreation")
    assert tags(library, video) == {"Outdoor recreation": ("confirmed", 0.1, ())}


def test_a_tag_of_ones_own_has_no_score_whatever_its_characters(library):
    video = add(library, "/v", "a.mp4")
    for name in ('Gran"s', "a.b", "$[0]"):
        library.confirm(video, name)
    assert tags(library, video) == dict.fromkeys(('Gran"s', "a.b", "$[0]"), ("confirmed", None, ()))


def test_a_decision_on_a_video_never_scored_waits_for_its_score(library):
    video = add(library, "/v", "a.mp4")
    database_of(library).execute("DELETE FROM scores")
    library.confirm(video, "Food")
    assert tags(library, video)["Food"] == ("confirmed", None, ())
    library.contents.store_tagging([(video, tagging("Food"))])
    assert tags(library, video)["Food"] == ("confirmed", 0.9, (0,))


def test_two_spellings_are_one_tag(library):
    video = add(library, "/v", "a.mp4")
    library.confirm(video, "Holiday")
    library.confirm(video, "HOLIDAY")
    assert list(tags(library, video)) == ["Holiday"]
    library.reject(video, "holiday")
    assert tags(library, video) == {}


def test_rejecting_a_label_keeps_it_as_rejected(library):
    video = add(library, "/v", "a.mp4", "Animal")
    library.reject(video, "Animal")
    library.reject(video, "Dance")
    assert tags(library, video) == {"Animal": ("rejected", 0.9, (0,)), "Dance": ("rejected", 0.1, ())}
    library.contents.store_tagging([(video, tagging("Animal", "Dance"))])
    assert {state for state, *_ in tags(library, video).values()} == {"rejected"}


def test_rejecting_a_tag_of_ones_own_takes_it_away(library):
    video = add(library, "/v", "a.mp4")
    library.confirm(video, "Holiday")
    library.reject(video, "Holiday")
    assert tags(library, video) == {}


def test_rejecting_a_tag_of_ones_own_that_a_model_learned_keeps_it_as_rejected(library):
    video, other = add(library, "/v", "a.mp4"), add(library, "/v", "b.mp4")
    learned = Tagging("mine 1", {"Garden": 0.8, 'so "said"': 0.3}, (SuggestedTag("Garden", 0.8, (1,)),))
    library.contents.store_tagging([(video, learned)])
    for id_ in (video, other):
        library.reject(id_, "garden")
    assert tags(library, video) == {"Garden": ("rejected", 0.8, (1,))}
    assert tags(library, other) == {}
    library.contents.store_tagging([(video, learned)])
    assert tags(library, video)["Garden"][0] == "rejected"
    library.reject(video, 'so "said"')
    assert tags(library, video)['so "said"'][0] == "rejected"


def test_one_can_change_ones_mind(library):
    video = add(library, "/v", "a.mp4", "Animal")
    for decide, state in (
        (Library.reject, "rejected"),
        (Library.confirm, "confirmed"),
        (Library.reject, "rejected"),
    ):
        decide(library, video, "Animal")
        assert tags(library, video)["Animal"][0] == state


def test_forgetting_lets_the_model_say_again(library):
    video, other = add(library, "/v", "a.mp4", "Animal"), add(library, "/v", "b.mp4", "Animal")
    library.confirm(video, "Animal")
    library.reject(video, "Animal")
    library.reject(other, "Animal")
    assert library.forget(video, "animal")
    assert tags(library, video) == {"Animal": ("suggested", 0.9, (0,))}
    library.contents.store_tagging([(video, tagging("Food")), (other, tagging("Food"))])
    assert tags(library, video) == {"Food": ("suggested", 0.9, (0,))}
    assert tags(library, other)["Animal"] == ("rejected", 0.1, ())
    assert library.forget(other, "Animal")
    assert tags(library, other) == {"Food": ("suggested", 0.9, (0,))}


def test_a_suggestion_is_not_forgotten(library):
    video = add(library, "/v", "a.mp4", "Animal")
    assert not library.forget(video, "Animal")
    assert not library.forget(video, "No such")
    assert tags(library, video) == {"Animal": ("suggested", 0.9, (0,))}
    library.confirm(video, "Dance")
    assert library.forget(video, "Dance")
    assert tags(library, video) == {"Animal": ("suggested", 0.9, (0,))}


def test_rejecting_says_whether_there_was_something_to_note(library):
    video = add(library, "/v", "a.mp4")
    library.confirm(video, "Holiday")
    assert library.reject(video, "Holiday")
    assert not library.reject(video, "Holiday")
    assert library.reject(video, "Dance")


@pytest.mark.parametrize("decide", [Library.confirm, Library.reject])
def test_a_decision_needs_a_video(library, decide):
    with pytest.raises(UnknownVideoError, match="77"):
        decide(library, 77, "Animal")
    assert database_of(library).execute("SELECT count(*) FROM tags").fetchone() == (0,)


SPELLINGS = ("Caf\u00e9 Fr\u00fch", "CAF\u00c9 FR\u00dcH", "cafe\u0301 fru\u0308h", "caf\u00e9  fr\u00fch ")


@pytest.mark.parametrize("first", SPELLINGS)
def test_a_tag_is_one_however_it_is_spelled(library, first):
    video = add(library, "/v", "a.mp4")
    library.confirm(video, first)
    for spelling in SPELLINGS:
        library.confirm(video, spelling)
        assert library.count(VideoFilter(all_tags=(" ".join(spelling.split()),))) == 1
    assert database_of(library).execute("SELECT count(*) FROM tags").fetchone() == (1,)
    assert library.forget(video, SPELLINGS[2])
    assert library.video(video).tags == ()


def test_a_label_of_a_model_of_one_s_own_is_the_tag_in_another_case(library):
    video = add(library, "/v", "a.mp4")
    library.confirm(video, "\u00e4rger")
    said = Tagging("own 1", {"\u00c4rger": 0.8, "Wut": 0.7}, (SuggestedTag("Wut", 0.7),))
    library.contents.store_tagging([(video, said)])
    (tag, _) = library.video(video).tags
    assert (tag.name, tag.state, tag.score) == ("\u00e4rger", "confirmed", 0.8)
    assert library.reject(video, "WUT")
    assert library.contents.store_tagging([(video, said)]) == []
    assert library.reject(video, "\u00c4RGER")
    states = {tag.name: tag.state for tag in library.video(video).tags}
    assert states == {"\u00e4rger": "rejected", "Wut": "rejected"}


DECISIONS = [
    lambda library: library.confirm(1, "Mine"),
    lambda library: library.reject(1, "Animal"),
    lambda library: library.forget(1, "Nature"),
]


@pytest.mark.parametrize("decide", DECISIONS, ids=["confirm", "reject", "forget"])
def test_a_decision_is_stored_for_good_and_nothing_else_is(tmp_path, decide):
    """What no power cut may take back is committed with synchronous = FULL (2), all else with NORMAL (1)."""
    seed(tmp_path / "library.db", tmp_path, [SeedVideo("cat.mp4", ("Animal", "Nature"))])
    with Library.open(tmp_path / "library.db") as library:
        library.confirm(1, "Nature")
        levels = []
        level = database_of(library).conn.execute

        class Watched:
            def __getattr__(self, name):
                return getattr(connection, name)

            def execute(self, sql, *values):
                if sql == "COMMIT":
                    levels.append(level("PRAGMA synchronous").fetchone()[0])
                return level(sql, *values)

        connection, database_of(library).conn = database_of(library).conn, Watched()
        decide(library)
        library.jobs.begin([])
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
from organizer.library import Library

def flushes():
    log = Path(os.environ["FLUSH_LOG"])
    return sum(line.endswith("-wal") for line in log.read_text().splitlines()) if log.exists() else 0

path = Path(sys.argv[1])
# As the gallery or a scan has it open: closing the library then writes nothing back.
with Library.open(path) as other:
    other.count()
    other.jobs.begin([])
    with Library.open(path) as library:
        library.confirm(1, "First")  # may begin the log anew
        for act in (lambda: library.confirm(1, "Mine"), lambda: library.reject(1, "Animal"),
                    lambda: library.forget(1, "Mine"), lambda: library.jobs.begin([])):
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
