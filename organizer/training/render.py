"""Text made from the templates in ``templates/``: the report as HTML, the model cards as Markdown."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from organizer.text import thinned

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **values: Any) -> str:
    """Fill a template.

    In HTML all values are escaped, but those that say of themselves that they are markup.

    Args:
        template: its file name; the ending decides whether values are escaped.
        values: what it may name.

    Raises:
        jinja2.UndefinedError: it names something else.
    """
    return environment().get_template(template).render(values)


@cache
def environment() -> Environment:
    """Return what all templates are read with; making it costs more than filling one."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=PackageLoader("organizer.training"),
        autoescape=select_autoescape(enabled_extensions=("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["thousands"] = "{:,}".format
    made.filters["thinned"] = thinned
    return made
