"""Read the fields of a manifest that anybody may have written, each held against what it must be."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LONGEST_WORD = 200


def is_name(text: object) -> bool:
    """Say whether this is a name for a model: no others are good as a folder's or on a command line."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None and text != "auto"


def check_name(name: str) -> None:
    """Refuse a name that is no good as a folder's or on a command line.

    Raises:
        BundleError: it is none.
    """
    if not is_name(name):
        raise BundleError(
            f"{name!r} is no name for a model. Take small letters, digits, - and _, and not the word auto."
        )


def name_in(manifest: Mapping[str, Any]) -> str:
    """Return the model's name. Like all functions here it raises ValueError for anything else."""
    name = manifest["name"]
    if not isinstance(name, str) or not is_name(name):
        raise _wrong("name", name)
    return name


def space_name_in(manifest: Mapping[str, Any]) -> str | None:
    """Return the name that the feature space goes by; None where it is the model's own."""
    name = manifest.get("space_name")
    if name is None or (isinstance(name, str) and is_name(name)):
        return name
    raise _wrong("space_name", name)


def word_in(manifest: Mapping[str, Any], key: str) -> str:
    """Return one line of text that is not empty."""
    return _word(key, manifest[key])


def text_in(manifest: Mapping[str, Any], key: str) -> str:
    """Return any text that can be written."""
    text = manifest[key]
    if not isinstance(text, str):
        raise _wrong(key, text)
    # Halves of characters, which JSON can say, cannot be written anywhere.
    text.encode("utf-8")
    return text


def whole_in(manifest: Mapping[str, Any], key: str, most: int) -> int:
    """Return a whole number from 1 to ``most``."""
    number = manifest[key]
    if type(number) is not int or not 0 < number <= most:
        raise _wrong(key, number)
    return number


def number_in(table: Mapping[str, Any], key: str) -> float:
    """Return a finite number."""
    number = table[key]
    if type(number) not in {int, float} or not math.isfinite(number):
        raise _wrong(key, number)
    return float(number)


def share_in(table: Mapping[str, Any], key: str) -> float:
    """Return a number from 0 to 1."""
    number = number_in(table, key)
    if not 0 <= number <= 1:
        raise _wrong(key, number)
    return number


def table_in(manifest: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a table of anything; an empty one where there is none."""
    table = manifest.get(key, {})
    if not isinstance(table, dict):
        raise _wrong(key, table)
    return table


def words_in(manifest: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of lines of text, each once."""
    words = manifest[key]
    if not isinstance(words, list):
        raise _wrong(key, words)
    found = tuple(_word(key, word) for word in words)
    if len(set(found)) != len(found):
        raise _wrong(key, words)
    return found


def files_in(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of each file by its path inside the folder."""
    files = table_in(manifest, "files")
    for path, digest in files.items():
        _check_path(path)
        if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            raise _wrong(f"checksum of {path}", digest)
    return files


def roles_in(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the file or folder of each role, ``backbone`` and ``pca`` among them."""
    roles = table_in(manifest, "roles")
    if not {"backbone", "pca"} <= roles.keys():
        raise ValueError("it names no backbone or no PCA")
    for path in roles.values():
        _check_path(path)
    return roles


def _check_path(path: object) -> None:
    steps = path.split("/") if isinstance(path, str) and path.isprintable() else []
    if not steps or {"", ".", ".."} & set(steps) or any(sign in str(path) for sign in "\\:"):
        raise ValueError(f"it names {path!r}, which is no file in its folder")


def _word(key: str, word: object) -> str:
    if isinstance(word, str) and word.strip() and word.isprintable() and len(word) <= _LONGEST_WORD:
        return word
    raise _wrong(key, word)


def _wrong(key: str, value: object) -> ValueError:
    return ValueError(f"its {key} is {repr(value)[:100]}")
