"""What tests of the page's frame share: how to find its parts, and how to wait until it stands still."""

from __future__ import annotations

import re

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.gallery_server.process import wait_until

DRAWN = "[data-testid='stApp'][data-test-script-state='notRunning']"


def drawn(tab):
    """Wait until the page is drawn to its end: a part that comes late would move what is clicked."""
    tab.locator(DRAWN).wait_for()
    if tab.evaluate("document.documentElement.dataset.organizerPlace") == "grid":
        # The timeline begins a little after the script's end, and asks for its list then.
        tab.locator("[role='grid'][aria-busy='false'], .st-key-no_match").first.wait_for(state="attached")
    # A list that comes late is another list: what was selected is selected no more.
    tab.locator("[role='grid'][aria-busy='true']").wait_for(state="hidden")


def address(tab):
    """The address of the tab as it is now: what Playwright keeps of it is as old as its last look."""
    return tab.evaluate("location.href")


class LateScript:
    """What the page's script says, held on its way to a tab for as long as a test wants.

    It is made before the tab goes anywhere.
    """

    def __init__(self, tab):
        self.tab, self.holds = tab, False
        self._page, self._held = None, []
        tab.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, page):
        self._page, server = page, page.connect_to_server()
        page.on_message(server.send)
        server.on_message(lambda said: self._held.append(said) if self.holds else page.send(said))

    def _is_through(self):
        self.tab.evaluate("1")
        last = ForwardMsg.FromString(self._held[-1]) if self._held else ForwardMsg()
        return last.HasField("session_status_changed") and not last.session_status_changed.script_is_running

    def answer(self):
        """Wait until the script is through with what it was asked, and take what it said."""
        wait_until(self._is_through)
        said, self._held = self._held, []
        return said

    def tell(self, said):
        """Let the tab hear what was held."""
        for message in said:
            self._page.send(message)


def box(tab):
    """The search box."""
    return tab.get_by_role("combobox", name="Search")


def search(tab, words):
    """Search for words, and go on when the page's script has heard of them."""
    box(tab).fill(words)
    box(tab).press("Enter")
    searched(tab, words)


def searched(tab, words):
    """Wait until the page's script has heard of a search and the list shows it."""
    tab.wait_for_function(
        "words => (new URLSearchParams(location.search).get('q') || '') === words", arg=words
    )
    drawn(tab)


def chips(tab):
    """The words of the chips above the videos as they are now; they come a little after the search."""
    return tab.locator(".chips .chip .words").all_inner_texts()


def chip(tab, words):
    """The chip with these words; a click takes it away."""
    return tab.get_by_role("button", name=f"Take away {words}", exact=True)


def count_of(tab, words):
    """The line that says how many videos there are, when it says so."""
    return tab.get_by_role("heading", name=words, exact=True)


def open_filters(tab):
    """Open the panel of filters and return it."""
    tab.get_by_role("button", name=re.compile("^Filter")).click()
    panel = tab.get_by_role("dialog", name="Filter")
    panel.get_by_role("group", name="Tags").wait_for()
    return panel


def go(tab, view):
    """Go to a view by the bar."""
    tab.get_by_role("navigation", name="Views").get_by_role("link", name=view, exact=True).click()


def no_error(tab):
    """Fail where the page says that something went wrong."""
    assert tab.get_by_text("Something unexpected happened").count() == 0
