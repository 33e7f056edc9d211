"""What can be downloaded: every part of every model, its addresses, licence and checksums.

All of it is data in ``sources.json`` beside this file. ``ORGANIZER_SOURCES`` may name a JSON file that puts
other addresses, sizes and checksums in their place, for a mirror inside a company for instance:

    {"parts": {"yt8m-pca": {"urls": ["https://mirror.example/yt8m_pca.tgz"]}}}

What it does not name stays: with only ``urls`` replaced, the known checksums still hold. ``null`` takes a
checksum away; what has none comes by https only, except from this machine itself. What a part is, its licence
and whether a person must consent are not for a mirror to say.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from organizer.errors import DownloadError
from organizer.models.checksums import Checksum, parse_checksum

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES_VARIABLE = "ORGANIZER_SOURCES"
_BUILT_IN = Path(__file__).with_name("sources.json")
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_REPLACEABLE = frozenset({"urls", "size", "checksum", "members"})


@dataclass(frozen=True, slots=True)
class Part:
    """One file that can be downloaded."""

    name: str
    """By which it is spoken of, such as ``yt8m-pca``."""
    title: str
    """What it is, for people."""
    file_name: str
    """What it is called on disk."""
    urls: tuple[str, ...]
    """The same file at several addresses, tried in this order; http or https."""
    size: int | None
    """Bytes; None where it is not known before a server says it."""
    licence: str
    needs_consent: bool
    """Whether a person must agree first: nobody stated that it may be used."""
    checksum: Checksum | None
    """Of the file as downloaded; None where none is known."""
    members: Mapping[str, Checksum]
    """Of files inside it, when it is an archive, by their names there."""
    proof: str
    """How its content is proven, full sentences for people."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The servers of its addresses, each once."""
        return tuple(dict.fromkeys(host_of(url) for url in self.urls))


@dataclass(frozen=True, slots=True)
class Sources:
    """All that can be downloaded."""

    parts: Mapping[str, Part]
    """By name."""
    models: Mapping[str, Mapping[str, tuple[Part, ...]]]
    """By name of the model and role (``backbone``, ``pca``, ``classifier``): parts that serve the role, the
    first one that can be had is enough."""

    def of(self, model: str) -> Mapping[str, tuple[Part, ...]]:
        """Return the parts of a model by role.

        Raises:
            DownloadError: nothing of this name can be downloaded.
        """
        if model not in self.models:
            known = ", ".join(sorted(self.models))
            raise DownloadError(f"There is no model {model!r} to download, only {known}.")
        return self.models[model]


def host_of(url: str) -> str:
    """Return the server of an address, with its port where one is named, without a password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def shown_url(url: str) -> str:
    """Return an address as it may be shown: without a password."""
    return urlsplit(url)._replace(netloc=host_of(url)).geturl()


def read_sources(environment: Mapping[str, str] = os.environ) -> Sources:
    """Read what can be downloaded, with the replacements of the file that ``ORGANIZER_SOURCES`` names.

    Raises:
        DownloadError: that file cannot be read, or says what it may not say.
    """
    raw = json.loads(_BUILT_IN.read_text(encoding="utf-8"))
    chosen = environment.get(SOURCES_VARIABLE)
    if chosen:
        file = Path(chosen).expanduser()
        try:
            _replace(raw["parts"], json.loads(file.read_text(encoding="utf-8")))
            return _sources(raw)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise DownloadError(
                f"{file}: this list of addresses cannot be used ({reason}). "
                f"Mend it, or unset {SOURCES_VARIABLE}."
            ) from error
    return _sources(raw)


def _replace(parts: dict[str, dict[str, Any]], replacements: dict[str, Any]) -> None:
    if not isinstance(replacements, dict) or replacements.keys() - {"parts"}:
        raise ValueError('it must be {"parts": {...}}')
    for name, fields in replacements.get("parts", {}).items():
        if name not in parts:
            raise ValueError(f"there is no part {name!r}, only {', '.join(parts)}")
        if refused := sorted(fields.keys() - _REPLACEABLE):
            raise ValueError(
                f"{name}: {refused[0]!r} cannot be replaced, only {', '.join(sorted(_REPLACEABLE))}"
            )
        parts[name].update(fields)


def _sources(raw: dict[str, Any]) -> Sources:
    parts = {name: _part(name, fields) for name, fields in raw["parts"].items()}
    models = {
        model: {role: tuple(parts[name] for name in names) for role, names in roles.items()}
        for model, roles in raw["models"].items()
    }
    return Sources(parts, models)


def _is_unprotected(url: str) -> bool:
    """Say whether somebody on the way could change what comes; nobody is on the way to this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in _THIS_MACHINE


def _part(name: str, fields: dict[str, Any]) -> Part:
    urls, size, checksum = fields["urls"], fields["size"], fields["checksum"]
    if not isinstance(urls, list) or not urls:
        raise ValueError(f"{name}: urls must be a list of addresses")
    for url in urls:
        if (
            not isinstance(url, str)
            or urlsplit(url).scheme not in {"http", "https"}
            or not urlsplit(url).hostname
        ):
            raise ValueError(f"{name}: {url!r} is no http or https address")
    if size is not None and (type(size) is not int or size <= 0):
        raise ValueError(f"{name}: size must be a number of bytes or null, not {size!r}")
    if checksum is None and not fields["members"] and (unprotected := list(filter(_is_unprotected, urls))):
        raise ValueError(
            f"{name}: {unprotected[0]!r} is no https address, and there is no checksum to hold what comes "
            "from there against"
        )
    return Part(
        name=name,
        title=fields["title"],
        file_name=fields["file"],
        urls=tuple(urls),
        size=size,
        licence=fields["licence"],
        needs_consent=fields["needs_consent"],
        checksum=None if checksum is None else parse_checksum(checksum),
        members={member: parse_checksum(pin) for member, pin in fields["members"].items()},
        proof=fields["proof"],
    )
