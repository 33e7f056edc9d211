"""The view of a tab, when the script is begun anew between any two steps of what keeps it."""

from types import SimpleNamespace

import pytest

from organizer.gallery.view_state import Panel, ViewState, to_query
from organizer.ui import state

FIRST, SECOND = ViewState("first"), ViewState("second")


class Rerun(BaseException):
    """What Streamlit raises in a script that is to begin anew; any use of the session may raise it."""


class Session(dict):
    """A session that breaks the script off at the n-th use of it from now on; None never does."""

    steps_left = None

    def _step(self):
        if self.steps_left is not None:
            if self.steps_left == 0:
                self.steps_left = None
                raise Rerun
            self.steps_left -= 1

    def __getitem__(self, key):
        self._step()
        return super().__getitem__(key)

    def __setitem__(self, key, value):
        self._step()
        super().__setitem__(key, value)

    def __delitem__(self, key):
        self._step()
        super().__delitem__(key)

    def __contains__(self, key):
        self._step()
        return super().__contains__(key)

    def get(self, key, default=None):
        self._step()
        return super().get(key, default)

    def pop(self, key, default=None):
        self._step()
        return super().pop(key, default)


class Address(dict):
    """The parameters of the tab's address."""

    def get_all(self, name):
        return self[name]

    def from_dict(self, query):
        self.session._step()
        self.clear()
        self.update(query)


@pytest.fixture
def tab(monkeypatch):
    session, address = Session(), Address()
    address.session = session
    monkeypatch.setattr(state, "st", SimpleNamespace(session_state=session, query_params=address))
    return SimpleNamespace(session=session, address=address)


def draw(tab):
    """Run what the page does with the view, and return it with the words that its search box shows."""
    view = state.view()
    return view, view.query


def broken_off_after(tab, steps, act):
    """Do something and have it broken off; say whether it was."""
    tab.session.steps_left = steps
    try:
        act()
    except Rerun:
        return True
    finally:
        tab.session.steps_left = None
    return False


@pytest.mark.parametrize("steps", range(12))
def test_an_address_that_was_opened(tab, steps):
    tab.address.update(to_query(FIRST))
    broken_off_after(tab, steps, lambda: draw(tab))
    assert draw(tab) == (FIRST, "first")


@pytest.mark.parametrize("steps", range(12))
def test_an_address_that_was_changed(tab, steps):
    tab.address.update(to_query(FIRST))
    draw(tab)
    tab.address.clear()
    tab.address.update(to_query(SECOND))
    broken_off_after(tab, steps, lambda: draw(tab))
    assert draw(tab) == (SECOND, "second")


@pytest.mark.parametrize("steps", range(12))
def test_a_view_that_was_chosen(tab, steps):
    tab.address.update(to_query(FIRST))
    draw(tab)
    broken = broken_off_after(tab, steps, lambda: state.show(SECOND))
    # The address that the tab shows and the view are never of two minds, and the widgets go with them.
    view, shown = draw(tab)
    assert view == (FIRST if dict(tab.address) == to_query(FIRST) else SECOND)
    assert shown == view.query
    assert view == SECOND or broken


def test_a_widget_that_repeats_its_value_changes_nothing(tab):
    opened = ViewState("first", video="k" * 22)
    tab.address.update(to_query(opened))
    draw(tab)
    state.change(sort=opened.sort, descending=opened.descending)
    assert draw(tab)[0] == opened
    state.change(query="first")
    state.change(query="second")
    state.change(query="second")
    assert draw(tab)[0] == ViewState("second")


def test_nothing_is_broken_off_in_the_end(tab):
    assert not broken_off_after(tab, 50, lambda: draw(tab))


def test_a_click_that_the_browser_sent_before_it_heard_of_the_last_change(tab):
    """Leaving a field sends its words; the same click, sent a moment later, still names the old address."""
    draw(tab)
    state.change(query="typed")
    assert draw(tab)[0] == ViewState("typed")
    tab.address.clear()
    state.change(video="key")
    assert draw(tab)[0] == ViewState("typed", video="key")


def test_a_click_that_changes_no_view_stays_where_the_tab_is(tab):
    draw(tab)
    state.change(video="key")
    draw(tab)
    tab.address.clear()
    state.stay()
    assert draw(tab)[0] == ViewState(video="key")
    assert dict(tab.address) == to_query(ViewState(video="key"))


def test_going_back_is_no_click_of_before(tab):
    draw(tab)
    state.change(query="typed")
    draw(tab)
    tab.address.clear()
    assert draw(tab) == (ViewState(), "")
    state.change(video="key")
    assert draw(tab)[0] == ViewState(video="key")


def test_an_address_that_is_no_search_shows_all_videos_and_says_which(tab):
    tab.address.update({"q": ["length:<abc"]})
    assert draw(tab) == (ViewState(), "")
    assert state.refused() == "length:<abc"
    state.change(query="length:<3s")
    assert draw(tab)[0] == ViewState("length:<3s")
    assert state.refused() == ""


def test_a_search_leaves_a_panel_and_a_video(tab):
    tab.address.update(to_query(ViewState(panel=Panel.FOLDERS, video="k" * 22)))
    draw(tab)
    state.change(query="dance")
    assert draw(tab)[0] == ViewState("dance")


def test_words_that_were_typed_and_a_click_on_a_panel_both_count(tab):
    draw(tab)
    state.change(query="dance")
    state.change(panel=Panel.FOLDERS, video=None)
    assert draw(tab)[0] == ViewState("dance", panel=Panel.FOLDERS)


def test_each_run_has_a_number(tab):
    assert state.run_number() < state.run_number()
