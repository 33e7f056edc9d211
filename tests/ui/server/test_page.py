"""The page as it is sent: Streamlit's scripts, our words."""

import re
from pathlib import Path

from organizer.config import read_settings
from organizer.ui.server.page import FOLDER, command_of, page_text
from organizer.ui.theme import DARK, LIGHT


def test_it_has_our_title_picture_and_words():
    text = page_text("organizer gallery")
    assert text.count("<title>") == 1
    assert "<title>organizer</title>" in text
    assert len(re.findall(r'<link[^>]*rel="[^"]*icon"', text)) == 1
    assert 'href="data:image/svg+xml,' in text
    assert "The gallery has ended" in text
    for colour in (LIGHT["backgroundColor"], DARK["backgroundColor"]):
        assert colour in text


def test_streamlits_scripts_stay_and_nothing_else_of_it():
    import streamlit

    original = Path(streamlit.__file__).with_name("static").joinpath("index.html").read_text(encoding="utf-8")
    text = page_text("organizer gallery")
    assets = r'(?:src|href)="(\./static/[^"]*\.(?:js|css))"'
    assert re.findall(assets, text) == re.findall(assets, original) != []
    assert "woff2" not in text
    assert "service-desc" not in text
    assert text.startswith(original[: original.index("-->") + 3])
    assert "You need to enable JavaScript" not in text


def test_it_loads_nothing_from_elsewhere():
    for file in FOLDER.iterdir():
        words = file.read_text(encoding="utf-8")
        assert not re.search(
            r"\bimport\b|https?:|//\w+\.\w+/|url\(|innerHTML|outerHTML|insertAdjacent", words
        )
        assert re.findall(r"fetch\((.{0,18})", words) in ([], ['"/_stcore/health",'])


def test_it_knows_the_command_that_opens_its_library_again():
    assert command_of(read_settings(None).library) == "organizer gallery"
    hostile = command_of(Path("/trips/\"><script>alert(1)</script>/it's.db"))
    text = page_text(hostile)
    assert "<script>alert" not in text
    assert 'content="organizer gallery --library &#x27;/trips/&quot;&gt;&lt;script' in text
    assert command_of(Path("/trips/library.db")) == "organizer gallery --library /trips/library.db"
    assert page_text(command_of(Path("/caf\udce9.db"))).encode()
