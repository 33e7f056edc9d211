"""Random histories against a model in plain Python: what is done, undone and done again is as it was."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from organizer.errors import OrganizerError
from organizer.library import Library
from organizer.library.actions import MarkChange, TagChange
from organizer.library.deciding import retagging
from organizer.library.filters import VideoFilter
from organizer.types import TagState
from tests.library.build import add, tagging
from tests.library.random_library import check_counts, check_list, known_videos
from tests.library.sql import database_of
from tests.library.test_tag_changes import names

if TYPE_CHECKING:
    from collections.abc import Collection

    from organizer.library.changes import Tagging

VIDEOS = ("a", "b", "c")
TAGS = ("Animal", "Dance", "Learned", "own")
KNOWN = ("Animal", "Dance", "Learned")
"""Tags that the model gives scores to; it learned one of them from the person."""
KEPT_VIDEOS = 7
"""Few, so that runs of tagging again are let go of."""
SUGGESTED = st.sets(st.sampled_from(KNOWN))
COLOURS = st.sampled_from([None, "#112233", "#445566"])


def said_by(number: int, labels: Collection[str]) -> Tagging:
    """What the model of this number says: each has scores of its own."""
    said = tagging(*sorted(labels), bundle=f"lite {number}", score=score_of(number))
    return replace(
        said, scores={"Learned": 0.1} | said.scores | {tag.name: tag.score for tag in said.suggestions}
    )


def score_of(number: int) -> float:
    return 0.5 + number / 100


@dataclass
class Item:
    """What is decided about one tag, or set as one mark, of one video: a pile of steps and what each said."""

    pile: list[tuple[int, object]] = field(default_factory=list)
    """Step, and what holds since; only steps that stand, in the order of their numbers."""

    def now(self, base):
        return self.pile[-1][1] if self.pile else base


@dataclass
class Done:
    """A step: what it said of which items, and which of these it no longer says."""

    said: dict[tuple[str, str], object]
    undone: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Tagged:
    """A run of tagging again: by video, what it keeps, and which tagging must stand to put that back."""

    kept: dict[str, tuple[int, frozenset[str]]]
    left: dict[str, int]
    undone: set[str] = field(default_factory=set)


class Machine(RuleBasedStateMachine):
    """A library and its model; decisions are ``None`` where nobody decided."""

    @initialize(suggested=st.lists(SUGGESTED, min_size=3, max_size=3))
    def begin(self, suggested):
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(retagging, "KEPT_VIDEOS", KEPT_VIDEOS)
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "library.db"
        self.library = Library.open(self.path)
        self.ids = {name: add(self.library, "/v", f"{name}.mp4") for name in VIDEOS}
        for name, labels in zip(VIDEOS, suggested, strict=True):
            self.library.contents.store_tagging([(self.ids[name], said_by(1, labels))])
        # The number of the tagging, and what it suggests.
        self.model = {name: (1, frozenset(labels)) for name, labels in zip(VIDEOS, suggested, strict=True)}
        self.items = {(name, key): Item() for name in VIDEOS for key in (*TAGS, "favourite", "rating")}
        self.steps: dict[int, Done | Tagged] = {}
        self.bundles = 1

    def teardown(self):
        if hasattr(self, "library"):
            self.library.close()
            self.folder.cleanup()
            self.patch.undo()

    def base(self, key: str):
        return None if key in TAGS else 0

    @rule(
        videos=st.sets(st.sampled_from(VIDEOS), min_size=1),
        tag=st.sampled_from(TAGS),
        state=st.sampled_from([None, TagState.CONFIRMED, TagState.REJECTED]),
    )
    def tag(self, videos, tag, state):
        step = self.library.apply(TagChange(tag, state), [self.ids[name] for name in videos])
        # A tag that no model knows is not rejected: it goes.
        said = None if tag not in KNOWN and state is TagState.REJECTED else state
        self.note(step, {(name, tag): said for name in videos})

    @rule(
        videos=st.sets(st.sampled_from(VIDEOS), min_size=1),
        favourite=st.sampled_from([None, True, False]),
        rating=st.sampled_from([None, 0, 2, 5]),
    )
    def mark(self, videos, favourite, rating):
        change = MarkChange(favourite=favourite, rating=rating)
        step = self.library.apply(change, [self.ids[name] for name in videos])
        said = {}
        for name in videos:
            if favourite is not None:
                said[name, "favourite"] = int(favourite)
            if rating is not None:
                said[name, "rating"] = rating
        self.note(step, said)

    def note(self, step, said):
        changed = {
            item: value for item, value in said.items() if self.items[item].now(self.base(item[1])) != value
        }
        assert step.videos == len({name for name, _ in changed})
        assert (step.id == 0) is (not changed)
        if changed:
            self.steps[step.id] = Done(changed)
            for item, value in changed.items():
                self.items[item].pile.append((step.id, value))

    @rule(suggested=st.dictionaries(st.sampled_from(VIDEOS), SUGGESTED, min_size=1))
    def retag(self, suggested):
        self.bundles += 1
        step_id = self.library.contents.begin_retag(f"lite {self.bundles}")
        for name, labels in suggested.items():
            said = said_by(self.bundles, labels)
            self.library.contents.store_tagging([(self.ids[name], said)], step_id=step_id)
        self.library.contents.end_retag(step_id)
        self.steps[step_id] = Tagged(
            {name: self.model[name] for name in suggested}, dict.fromkeys(suggested, self.bundles)
        )
        self.model |= {name: (self.bundles, frozenset(labels)) for name, labels in suggested.items()}
        # Only the newest runs can be undone.
        newer = 0
        for _, run in sorted(self.steps.items(), reverse=True):
            if isinstance(run, Tagged) and run.left:
                tagged = len(run.left)
                if newer >= KEPT_VIDEOS:
                    run.kept, run.left, run.undone = {}, {}, set()
                newer += tagged

    @precondition(lambda self: self.steps)
    @rule(data=st.data())
    def undo(self, data):
        step_id = data.draw(st.sampled_from(sorted(self.steps)))
        outcome = self.library.undo_step(step_id)
        done = self.steps[step_id]
        if isinstance(done, Tagged):
            self.swap(done, outcome, undo=True)
            return
        there = {item for item in done.said if item not in done.undone}
        free = {item for item in there if self.items[item].pile[-1][0] == step_id}
        assert outcome.videos == len({name for name, _ in free})
        assert outcome.kept == len({name for name, _ in there - free})
        for item in free:
            self.items[item].pile.pop()
        done.undone |= free

    @precondition(lambda self: self.steps)
    @rule(data=st.data())
    def redo(self, data):
        step_id = data.draw(st.sampled_from(sorted(self.steps)))
        known = next(step for step in self.library.steps(1, before=step_id + 1))
        outcome = self.library.redo_step(step_id)
        done = self.steps[step_id]
        if not known.undone:
            assert not outcome
            return
        if isinstance(done, Tagged):
            self.swap(done, outcome, undo=False)
            return
        free = {item for item in done.undone if all(other < step_id for other, _ in self.items[item].pile)}
        assert outcome.videos == len({name for name, _ in free})
        for item in free:
            self.items[item].pile.append((step_id, done.said[item]))
        done.undone -= free

    def swap(self, done, outcome, *, undo):
        """What a run of tagging again keeps goes where its own tagging, or what it left, still stands."""
        meant = {name for name in done.kept if (name in done.undone) is not undo}
        free = {name for name in meant if self.model[name][0] == done.left[name]}
        assert (outcome.videos, outcome.kept) == (len(free), len(meant - free))
        for name in free:
            done.kept[name], self.model[name] = self.model[name], done.kept[name]
            done.left[name] = self.model[name][0]
        done.undone ^= free

    @rule(data=st.data())
    def change_undo_and_redo(self, data):
        """Some changes of all kinds, undone one by one, redone, and undone: each time all is as it was."""
        steps, befores, afters = [], [], []
        for _ in range(data.draw(st.integers(1, 3))):
            before = self.all_there_is()
            step = self.change(data)
            if step is not None and step.id:
                steps.append(step.id)
                befores.append(before)
                afters.append(self.all_there_is())
        for again in (True, False):
            for step_id, before in zip(reversed(steps), reversed(befores), strict=True):
                assert self.library.undo_step(step_id)
                assert self.all_there_is() == before
            for step_id, after in zip(steps, afters, strict=True):
                if again:
                    assert self.library.redo_step(step_id)
                    assert self.all_there_is() == after

    def change(self, data):
        """Do something to tags, or to videos, as a step; None where it was refused."""
        owns = [info.name for info in self.library.tags() if not info.built_in]
        kind = data.draw(
            st.sampled_from(["tag", "mark", "rename", "merge", "delete", "hide", "colour", "exclude"])
        )
        own = data.draw(st.sampled_from(owns)) if owns else "own"
        name = data.draw(st.sampled_from([*TAGS, "other"]))
        ids = [self.ids[video] for video in sorted(data.draw(st.sets(st.sampled_from(VIDEOS), min_size=1)))]
        try:
            match kind:
                case "tag":
                    state = data.draw(st.sampled_from([None, TagState.CONFIRMED, TagState.REJECTED]))
                    return self.library.apply(TagChange(name, state), ids)
                case "mark":
                    return self.library.apply(MarkChange(hidden=data.draw(st.booleans()), rating=3), ids)
                case "rename":
                    return self.library.rename_tag(own, name)
                case "merge":
                    return self.library.merge_tags([own], name)
                case "delete":
                    return self.library.delete_tag(own)
                case "hide":
                    return self.library.hide_label(name, hidden=data.draw(st.booleans()))
                case "colour":
                    return self.library.colour_tag(own, data.draw(COLOURS))
                case _:
                    return self.library.exclude(data.draw(st.sampled_from(["a.mp4", "/v/b.mp4"])))
        except OrganizerError:
            return None

    def all_there_is(self):
        """All that a step may change."""
        database = database_of(self.library)
        return [
            names(self.library),
            *(
                database.execute(sql).fetchall()
                for sql in (
                    # The score of what no model suggests is told by the next tagging, and by a redo, too.
                    "SELECT video_id, tag_id, state, iif(bundle IS NULL, NULL, score), "
                    "seconds, bundle, changed_at, tier FROM video_tags "
                    "ORDER BY video_id, tag_id",
                    "SELECT id, marks, suggested, confirmed, rejected, maybe, present_in, sort_name "
                    "FROM videos ORDER BY id",
                    "SELECT video_id, root_id, relative_path, size_bytes FROM places ORDER BY 1, 2, 3",
                    "SELECT id, name, merged_into, hidden FROM tags t "
                    "WHERE merged_into IS NOT NULL OR hidden OR EXISTS "
                    "(SELECT 1 FROM video_tags v WHERE v.tag_id = t.id) ORDER BY id",
                    "SELECT pattern FROM exclusions ORDER BY 1",
                )
            ),
        ]

    @rule()
    def open_again(self):
        self.library.close()
        self.library = Library.open(self.path)

    @invariant()
    def all_is_as_the_model_says(self):
        if not hasattr(self, "library"):
            return
        for name, id_ in self.ids.items():
            record = self.library.video(id_)
            expected = {}
            for tag in TAGS:
                decided = self.items[name, tag].now(None)
                if decided is not None:
                    expected[tag] = decided
                elif tag in self.model[name][1]:
                    expected[tag] = TagState.SUGGESTED
            assert {tag.name: tag.state for tag in record.tags} == expected
            assert int(record.favourite) == self.items[name, "favourite"].now(0)
            assert record.rating == self.items[name, "rating"].now(0)
            # Whoever decides: score and seconds are the model's.
            number, labels = self.model[name]
            for tag in record.tags:
                assert (tag.tier is not None) == (tag.name in labels)
                if tag.name in labels:
                    assert (tag.score, tag.seconds) == (score_of(number), (sorted(labels).index(tag.name),))
                elif tag.name in KNOWN:
                    # Of a tag of one's own the next tagging tells it.
                    assert tag.score == 0.1 or (tag.score, tag.name) == (None, "Learned")
                    assert tag.seconds == ()
                else:
                    assert (tag.score, tag.seconds) == (None, ())
        videos = known_videos(self.library)
        check_counts(self.library, videos)
        check_list(self.library, videos, VideoFilter(any_tags=("Animal", "own")))


Machine.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestHistories = Machine.TestCase
