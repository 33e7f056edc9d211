"""What is sent to the browser as the script of each component."""

import re

import pytest

from organizer.ui.parts.component import FOLDER, SHARED, STYLES, script, style

PARTS = {file for files in STYLES.values() for file in files}
NAMES = sorted(file.stem for file in FOLDER.glob("*.css") if file.stem not in PARTS)
ASKS = {"ask.js": ['"/api/"', '"/strip/"'], "playback.js": ['"/play/"']}
"""The files that ask a server, its own, for anything, and what each begins to ask for."""


def test_every_script_is_a_component_or_shared():
    scripts = {file.stem for file in FOLDER.glob("*.js")}
    shared = {file for files in SHARED.values() for file in files}
    assert scripts == {*NAMES, *shared, "element", "ask"}
    assert set(SHARED) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_one_module_with_all_that_it_needs(name):
    sent = script(name)
    assert len(re.findall(r"^function element\(", sent, re.M)) == 1
    assert len(re.findall(r"^export default function ", sent, re.M)) == 1
    assert sent.index("function element(") < sent.index("export default")
    defined = re.findall(r"^(?:function|const|let) (\w+)", sent, re.M)
    assert len(defined) == len(set(defined))


@pytest.mark.parametrize("name", NAMES)
def test_a_style_holds_all_its_parts(name):
    for part in (*STYLES.get(name, ()), name):
        assert (FOLDER / f"{part}.css").read_text(encoding="utf-8") in style(name)


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.name)
def test_nothing_is_loaded_from_elsewhere_and_no_text_becomes_markup(file):
    text = file.read_text(encoding="utf-8")
    if file.name in ASKS:
        assert re.findall(r"fetch\(([^ ]*)", text) == ASKS[file.name]
        text = text.replace("fetch(", "", len(ASKS[file.name]))
    assert not re.search(
        r"\bimport\b|https?:|//\w+\.\w+/|url\(|fetch\(|innerHTML|outerHTML|insertAdjacent", text
    )
