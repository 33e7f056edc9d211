"""How the gallery learns which library it shows: through ``app.py``, and from whoever starts its server."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

from organizer.config import Settings
from organizer.ui import resources

ENTRY = Path(__file__).parents[2] / "app.py"

SHOW = """
import json, os, runpy, sys
before = dict(os.environ)
if sys.argv[1] == "app.py":
    app = runpy.run_path(sys.argv[2])["app"]
else:
    from pathlib import Path
    from organizer.config import Settings
    from organizer.ui.server.app import gallery_app
    app = gallery_app(Settings(Path(sys.argv[2]), debug=True))
if "edited" in sys.argv:
    # As Streamlit does where it watches files: its watcher lets go of all modules that it watches.
    for name in [name for name in sys.modules if name.partition(".")[0] == "organizer"]:
        del sys.modules[name]
from organizer.ui import resources
print(json.dumps([str(resources.library_file()), resources.settings().debug, dict(os.environ) == before]))
"""


def shown(*arguments, **variables):
    """Return the library, whether errors are shown in full, and whether the environment is as it was."""
    line = [sys.executable, "-c", SHOW, *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORGANIZER_")}
    environment |= {"PYTHONPATH": str(ENTRY.parent), **variables}
    done = subprocess.run(line, check=True, capture_output=True, text=True, env=environment, timeout=120)
    return json.loads(done.stdout)


def test_streamlit_finds_the_application_in_its_entry():
    from streamlit.web.server.app_discovery import discover_asgi_app

    found = discover_asgi_app(ENTRY)
    assert (found.is_asgi_app, found.app_name) == (True, "app")


def test_the_entry_reads_the_environment_once(tmp_path):
    library = str(tmp_path / "a.db")
    assert shown("app.py", ENTRY, ORGANIZER_LIBRARY=library) == [library, False, True]
    assert shown("app.py", ENTRY, ORGANIZER_LIBRARY=library, ORGANIZER_DEBUG="1") == [library, True, True]


def test_what_the_server_is_started_with_counts_and_no_environment(tmp_path):
    library, other = str(tmp_path / "a.db"), str(tmp_path / "other.db")
    assert shown("settings", library, ORGANIZER_LIBRARY=other) == [library, True, True]


def test_after_an_edit_the_page_of_the_entry_shows_the_same_library(tmp_path):
    library = str(tmp_path / "a.db")
    assert shown("app.py", ENTRY, "edited", ORGANIZER_LIBRARY=library) == [library, False, True]
    assert shown("app.py", ENTRY, "edited", ORGANIZER_LIBRARY=library, ORGANIZER_DEBUG="1")[1]


def test_the_module_loaded_anew_reads_what_the_entry_reads(tmp_path, monkeypatch):
    resources.use(Settings(tmp_path / "given.db"))
    monkeypatch.setenv("ORGANIZER_LIBRARY", str(tmp_path / "a.db"))
    monkeypatch.delenv("ORGANIZER_DEBUG", raising=False)
    assert resources.settings() == Settings(tmp_path / "given.db")
    importlib.reload(resources)
    assert resources.settings() == Settings(tmp_path / "a.db")
