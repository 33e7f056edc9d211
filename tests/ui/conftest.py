from __future__ import annotations

import json

import pytest

from organizer.models import catalogue
from organizer.tags import tagger
from tests.fakes import ColourClassifier, colour_bundle


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The page of a library that does not exist yet; ``page.library`` is where it may be made."""
    import streamlit as st

    st.cache_resource.clear()
    monkeypatch.setenv("ORGANIZER_LIBRARY", str(tmp_path / "library.db"))
    monkeypatch.setattr(catalogue, "bundles", lambda: [colour_bundle()])
    monkeypatch.setattr(tagger.Tagger, "_classifier", ColourClassifier())
    yield Page(tmp_path)
    st.cache_resource.clear()


class Page:
    def __init__(self, folder):
        from streamlit.testing.v1 import AppTest

        from organizer.ui.options import main_script

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

    def button(self, label):
        return next(button for button in self.test.button if button.label == label)

    def click(self, label):
        self.button(label).click()
        return self.run()

    def choose(self, key, value):
        widgets = [*self.test.multiselect, *self.test.selectbox, *self.test.toggle]
        widgets += [*self.test.text_input, *self.test.date_input]
        next(widget for widget in widgets if widget.key == f"filter_{key}").set_value(value)
        return self.run()

    def query(self):
        values = {name: self.test.query_params[name] for name in self.test.query_params}
        return {name: [value] if isinstance(value, str) else list(value) for name, value in values.items()}
