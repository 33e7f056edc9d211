"""What is sent to the browser as the script of each component."""

import re

import pytest

from organizer.ui.parts.component import FOLDER, script

NAMES = sorted(file.stem for file in FOLDER.glob("*.css"))


def test_there_is_a_script_for_each_style():
    scripts = {file.stem for file in FOLDER.glob("*.js")}
    assert scripts == {*NAMES, "element"}


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_one_module_with_all_that_it_needs(name):
    sent = script(name)
    assert len(re.findall(r"^function element\(", sent, re.M)) == 1
    assert len(re.findall(r"^export default function ", sent, re.M)) == 1
    assert sent.index("function element(") < sent.index("export default")
    defined = re.findall(r"^(?:function|const|let) (\w+)", sent, re.M)
    assert len(defined) == len(set(defined))


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.name)
def test_nothing_is_loaded_from_elsewhere_and_no_text_becomes_markup(file):
    text = file.read_text(encoding="utf-8")
    assert not re.search(
        r"\bimport\b|https?:|//\w+\.\w+/|url\(|fetch\(|innerHTML|outerHTML|insertAdjacent", text
    )
