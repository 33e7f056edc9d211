"""Tags learnt behind a person's back: one after the other, in a thread of its own, while they go on."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from organizer.errors import OrganizerError
from organizer.library import Library
from organizer.library.spelling import folded
from organizer.teaching.refine import learn_tag, to_learn_again
from organizer.teaching.teach import suggest, taught

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from organizer.models.bundle import Bundle

QUIET_S = 3.0
"""After the last answer: what was taught is learnt again when so long no other came."""


class Stage(StrEnum):
    """How far a lesson is."""

    WAITING = "waiting"
    LEARNING = "learning"
    SUGGESTING = "suggesting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is known of the last lesson of a tag."""

    tag: str
    stage: Stage
    done: int = 0
    """Videos that it was suggested to, or not."""
    total: int = 0
    new: int = 0
    """Videos that may have it, or have it, and did not before."""
    reason: str = ""
    """Why it failed, a sentence."""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.stage in {Stage.DONE, Stage.FAILED}


@dataclass(frozen=True, slots=True)
class _Wish:
    tag: str
    learn: bool = True
    take_back: bool = False
    """Whether the model alone speaks for it again."""
    unasked: bool = False
    """Whether nobody asked for it: it follows answers."""


class Lessons:
    """Learns tags of one library, those that are asked for first; its methods are for any thread."""

    def __init__(
        self,
        library: Callable[[], Path],
        bundle: Callable[[], Bundle],
        model_again: Callable[[Library, Bundle, str], Iterable[tuple[int, int]]] | None = None,
        *,
        quiet_s: float = QUIET_S,
    ) -> None:
        """Prepare; the thread begins with the first lesson.

        Args:
            library: returns the library's file.
            bundle: returns the model whose features are learnt from.
            model_again: lets the model alone speak for a label again, and yields how many videos of how many
                that is done for.
            quiet_s: how long after an answer to wait for the next.
        """
        self._library, self._bundle, self._quiet_s = library, bundle, quiet_s
        self._model_again = model_again
        self._changed = threading.Condition()
        self._asked: deque[_Wish] = deque()
        self._took_s = 0.0
        self._answered_s: float | None = None
        self._lessons: dict[str, Lesson] = {}
        self._number = 0
        self._thread: threading.Thread | None = None

    @property
    def number(self) -> int:
        """A number that is another one whenever a lesson is another one."""
        with self._changed:
            return self._number

    def ask(self, tag: str, *, learn: bool = True) -> None:
        """Learn a tag as soon as those before it are learnt.

        Args:
            tag: the tag.
            learn: whether to learn it; else what was learnt is suggested again as it is.
        """
        self._ask(_Wish(tag, learn=learn))

    def take_back(self, tag: str) -> None:
        """Let the model alone speak for a label that was refined, and is switched off."""
        self._ask(_Wish(tag, take_back=True))

    def _ask(self, wish: _Wish) -> None:
        with self._changed:
            waiting = next((one for one in self._asked if folded(one.tag) == folded(wish.tag)), None)
            if waiting is not None and waiting.take_back != wish.take_back:
                # The last word counts.
                self._asked.remove(waiting)
                waiting = None
            if waiting is None:
                self._asked.append(wish)
                self._note(Lesson(wish.tag, Stage.WAITING))
            self._wake()

    def answered(self) -> None:
        """Note that something was decided: tags that this concerns are learnt again in a moment."""
        with self._changed:
            self._answered_s = time.monotonic()
            self._wake()

    def of(self, tag: str) -> Lesson | None:
        """Return the last lesson of a tag; None where there was none."""
        with self._changed:
            return self._lessons.get(folded(tag))

    @property
    def busy(self) -> bool:
        """Whether a lesson waits or goes on, or one may follow from what was answered."""
        with self._changed:
            return self._answered_s is not None or any(not lesson.over for lesson in self._lessons.values())

    def _wake(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="lessons", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _note(self, lesson: Lesson) -> None:
        with self._changed:
            self._lessons[folded(lesson.tag)] = lesson
            self._number += 1

    def _run(self) -> None:
        while True:
            wish = self._next()
            started_s = time.monotonic()
            try:
                if wish is None:
                    self._ask_those_concerned()
                else:
                    self._teach(wish)
            except OrganizerError as error:
                self._fail(wish, str(error))
            except Exception as error:
                self._fail(wish, f"Something unexpected happened ({type(error).__name__}).")
            if wish is not None:
                self._took_s = time.monotonic() - started_s

    def _fail(self, wish: _Wish | None, reason: str) -> None:
        if wish is None:
            return
        if wish.unasked:
            # The page says how many decisions there were since.
            with self._changed:
                self._lessons.pop(folded(wish.tag), None)
                self._number += 1
        else:
            self._note(Lesson(wish.tag, Stage.FAILED, reason=reason))

    def _next(self) -> _Wish | None:
        """Wait for a tag to learn and return it; None to look which ones answers concern."""
        with self._changed:
            while True:
                if self._asked:
                    return self._asked.popleft()
                if self._answered_s is None:
                    self._changed.wait()
                    continue
                # In a large library, where it takes long, more answers are waited for.
                left_s = self._answered_s + max(self._quiet_s, self._took_s) - time.monotonic()
                if left_s <= 0:
                    self._answered_s = None
                    return None
                self._changed.wait(left_s)

    def _ask_those_concerned(self) -> None:
        with Library.open(self._library(), create=False) as library:
            tags = to_learn_again(library, self._bundle())
        with self._changed:
            waiting = {folded(wish.tag) for wish in self._asked}
            self._asked.extend(_Wish(tag, unasked=True) for tag in tags if folded(tag) not in waiting)

    def _teach(self, wish: _Wish) -> None:
        tag = wish.tag
        self._note(Lesson(tag, Stage.LEARNING))
        bundle = self._bundle()
        with Library.open(self._library(), create=False) as library:
            if wish.take_back:
                lesson = Lesson(tag, Stage.SUGGESTING)
                for done, total in self._model_again(library, bundle, tag) if self._model_again else ():
                    lesson = Lesson(tag, Stage.SUGGESTING, done, total)
                    self._note(lesson)
                self._note(Lesson(tag, Stage.DONE, lesson.done, lesson.total))
                return
            if wish.learn:
                learnt = learn_tag(library, bundle, tag)
                library.teaching.store(learnt)
            else:
                learnt = taught(library, bundle, tag)
            lesson = Lesson(tag, Stage.SUGGESTING)
            for step in suggest(library, bundle, learnt):
                lesson = Lesson(tag, Stage.SUGGESTING, step.done, step.total, step.new)
                self._note(lesson)
        self._note(Lesson(tag, Stage.DONE, lesson.done, lesson.total, lesson.new))
