from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from organizer.config import Settings
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
        self.test = AppTest.from_file(str(main_script()), default_timeout=30)

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

    def cards(self):
        return next((data["cards"] for data in self.components() if "cards" in data), None)

    def player(self):
        """The player's data and that of its labels."""
        merged = {}
        for data in self.components():
            merged |= data
        return merged

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

    def choose(self, key, value):
        self.widget(key).set_value(value)
        return self.run()

    def widget(self, key):
        """A filter by the part of the view that it shows, or the pages."""
        widgets = [*self.test.multiselect, *self.test.selectbox, *self.test.toggle]
        widgets += [*self.test.text_input, *self.test.date_input, *self.test.button_group]
        widgets += self.test.get("pagination")
        return next(widget for widget in widgets if (widget.key or "").startswith(f"filter_{key}"))

    def query(self):
        values = {name: self.test.query_params[name] for name in self.test.query_params}
        return {name: [value] if isinstance(value, str) else list(value) for name, value in values.items()}
