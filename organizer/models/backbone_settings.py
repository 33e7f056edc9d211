"""What a backbone is run with: the table that a manifest has, as a typed value."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from organizer.features.litert import LiteRtSettings
from organizer.features.tensorflow.tfhub_backbone import TfHubSettings
from organizer.models.manifest import BackboneKind

if TYPE_CHECKING:
    from collections.abc import Mapping


def parse_settings(kind: BackboneKind, table: Mapping[str, Any]) -> LiteRtSettings | TfHubSettings:
    """Return the settings that a manifest has for its backbone.

    Raises:
        ValueError: a setting is not known here, or not what it must be; the message names it.
    """
    known: type[LiteRtSettings | TfHubSettings] = (
        LiteRtSettings if kind is BackboneKind.LITERT else TfHubSettings
    )
    if unknown := sorted(table.keys() - {setting.name for setting in fields(known)}):
        raise ValueError(f"its setting {unknown[0]!r} is not known here. Update organizer")
    import msgspec

    try:
        return msgspec.convert(dict(table), known)
    except msgspec.ValidationError as error:
        # Each by itself tells which one it is.
        for name, value in table.items():
            try:
                msgspec.convert({name: value}, known)
            except msgspec.ValidationError as reason:
                words = str(reason).partition(" - at ")[0]
                raise ValueError(f"its setting {name} is {repr(value)[:100]}: {words}") from error
        raise ValueError(str(error)) from error
