"""A headless browser; without one these tests are skipped, loudly, and fail where CI is set."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.gallery_server.process import PATIENCE_S

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
    # Pages live for seconds here: compiling their scripts well takes longer than it saves.
    "--js-flags=--no-opt --no-maglev",
]


def _missing(what):
    words = f"BROWSER TESTS DID NOT RUN: {what}. Install Chromium, and pip install playwright."
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("the package playwright is not installed")
    program = os.environ.get("ORGANIZER_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
    )
    if program is None:
        _missing("no Chromium was found")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield started
        started.close()


@pytest.fixture
def new_tab(browser):
    """Opens a tab in a context of its own, told what a context is told: ``new_tab(viewport={...})``."""
    contexts = []

    def opened(**how):
        context = browser.new_context(**how)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_S * 1000)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def tab(new_tab):
    """A new tab, and what it asked for."""
    page = new_tab(viewport={"width": 1280, "height": 900})
    page.requests = []
    page.problems = []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on(
        "console", lambda message: page.problems.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("dialog", lambda dialog: (page.problems.append(dialog.message), dialog.dismiss()))
    return page
