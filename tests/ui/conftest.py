from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from organizer.config import Settings
from organizer.gallery.cards import title
from organizer.gallery.view_state import from_query
from organizer.library import Library
from organizer.models import catalogue
from organizer.tags import tagger
from organizer.ui import resources
from tests import gallery_server
from tests.fakes import ColourClassifier, colour_bundle


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The page of a library that does not exist yet; ``page.library`` is where it may be made."""
    import streamlit as st

    st.cache_resource.clear()
    resources.use(Settings(tmp_path / "library.db"))
    monkeypatch.setattr(catalogue, "bundles", lambda: [colour_bundle()])
    monkeypatch.setattr(tagger, "open_classifier", lambda bundle: ColourClassifier())
    # A job is a process of its own; it gets the same model.
    site = Path(gallery_server.__file__).with_name("site")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(Path(__file__).parents[2])]))
    monkeypatch.setenv("ORGANIZER_TEST_MODEL", "colours")
    monkeypatch.setenv("ORGANIZER_TEST_CONNECTIONS", str(tmp_path / "connections.log"))
    yield Page(tmp_path)
    st.cache_resource.clear()


class Page:
    def __init__(self, folder):
        from streamlit.testing.v1 import AppTest

        from organizer.ui.server.app import main_script

        self.folder = folder
        self.library = folder / "library.db"
        self.test = AppTest.from_file(str(main_script()), default_timeout=90)

    def open(self, **query):
        for name, value in query.items():
            self.test.query_params[name.rstrip("_")] = value
        return self.run()

    def run(self):
        self.test.run()
        assert not self.test.exception
        return self

    def words(self):
        """All text on the page."""
        texts = [element.value for kind in (self.test.markdown, self.test.text) for element in kind]
        return "\n".join(texts)

    def plain(self):
        """What the page shows as plain text."""
        return "\n".join(element.value for element in self.test.text)

    def markup(self):
        """What the page interprets as Markdown or HTML, labels included."""
        buttons = [button.label for button in self.test.button]
        html = [element.proto.body for element in self.test.get("html")]
        return "\n".join([*(element.value for element in self.test.markdown), *buttons, *html])

    def components(self):
        return [json.loads(element.proto.json) for element in self.test.get("bidi_component")]

    def part(self, key):
        """What the component of a key is given; None where it is not drawn."""
        found = [element for element in self.test.get("bidi_component") if element.key == key]
        return json.loads(found[0].proto.json) if found else None

    def act(self, panel, action, **values):
        """What a person does on a panel, as its component sends it."""
        number = self.part(panel)["acknowledged"] + 1
        sent = {"number": number, "actions": [{"number": number, "action": action, **values}]}
        return self.trigger(panel, "act", sent)

    def job(self):
        """The words of the job; empty where none is told of."""
        return (self.part("job") or {"words": ""})["words"]

    def job_ways(self):
        """What can be done about the job: what it is called, by its name."""
        return {way["action"]: way["words"] for way in (self.part("job") or {"ways": []})["ways"]}

    def on_job(self, action):
        """A click on the line of the job."""
        return self.act("job", action, id=self.part("job")["id"])

    def listed(self):
        """The titles of the videos that the page lists, by the address it asks for them; None for no list."""
        from urllib.parse import parse_qs

        address = next((data["address"] for data in self.components() if "address" in data), None)
        if address is None:
            return None
        with Library.open(self.library) as library:
            return [title(video) for video in library.list(from_query(parse_qs(address)).filter())]

    def video(self):
        """What the page of a video is given; None where none is drawn."""
        return next((data for data in self.components() if "facts" in data), None)

    def chips(self):
        """Its tags: name to what stands beside it."""
        return {tag["shown"] + "?" * (tag["state"] == "maybe"): tag["words"] for tag in self.video()["chips"]}

    def do(self, action, **values):
        """What a person does on the page of a video, as its component sends it."""
        return self.do_all({"do": action, **values})

    def do_all(self, *actions):
        """Several actions that reach the same run."""
        first = self.video()["acknowledged"] + 1
        key = self.video()["key"]
        sent = [{"number": first + n, "key": key, **action} for n, action in enumerate(actions)]
        return self.trigger("detail", "act", {"number": sent[-1]["number"], "actions": sent})

    def evidence(self, name):
        """What the route of the numbers under "Why?" answers about a video."""
        from starlette.requests import Request

        from organizer.ui.server.evidence import evidence
        from tests.gallery_server.seed import keys

        scope = {
            "type": "http",
            "method": "GET",
            "headers": [],
            "path_params": {"key": keys(self.library)[name]},
        }
        answer = evidence(self.library, Request(scope))
        assert answer.status_code == 200
        return json.loads(answer.body)

    def undo(self, tag):
        """A click on Undo beside a tag."""
        entry = next(chip["entry"] for chip in self.video()["chips"] if chip["name"] == tag)
        return self.do("undo", tag=tag, entry=entry)

    def trigger(self, key, event, value):
        """What a component of our own sends, together with all other widgets' values."""
        from streamlit.components.v2.bidi_component.main import _make_trigger_id

        element = next(element for element in self.test.get("bidi_component") if element.key == key)
        states = self.test._tree.get_widget_states()
        state = states.widgets.add()
        state.id = _make_trigger_id(element.proto.id, "events")
        state.json_trigger_value = json.dumps([{"event": event, "value": value}])
        self.test._run(states)
        assert not self.test.exception
        return self

    def button(self, label):
        return next(button for button in self.test.button if button.label == label)

    def click(self, label):
        self.button(label).click()
        return self.run()

    def search(self, words):
        """What the search box sends."""
        return self.trigger("bar", "query", words)

    def sort(self, order):
        """What the choice of the order sends, such as "name up"."""
        return self.trigger("chips", "order", order)

    def bar(self):
        """What the top of the page shows."""
        return next(data for data in self.components() if "views" in data)

    def heading(self):
        """What the line above the videos shows."""
        return next(data for data in self.components() if "orders" in data)

    def said(self):
        """What was said in passing."""
        return [toast["words"] for data in self.components() for toast in data.get("toasts", ())]

    def query(self):
        values = {name: self.test.query_params[name] for name in self.test.query_params}
        return {name: [value] if isinstance(value, str) else list(value) for name, value in values.items()}


def titles(page):
    """The titles of the videos that the page lists, in order."""
    return page.listed()
