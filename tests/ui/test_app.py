"""How the gallery learns which library it shows: through ``app.py``, and from whoever starts its server."""

import json
import os
import subprocess
import sys
from pathlib import Path

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


def test_a_page_without_settings_is_a_mistake_of_ours():
    line = [sys.executable, "-c", "from organizer.ui import resources; resources.library_file()"]
    environment = os.environ | {"PYTHONPATH": str(ENTRY.parent), "ORGANIZER_LIBRARY": "/tmp/library.db"}
    done = subprocess.run(line, check=False, capture_output=True, text=True, env=environment, timeout=120)
    assert "resources.use() was not called" in done.stderr
