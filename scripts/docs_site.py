"""What MkDocs needs to make a site of pages that are written to be read in the repository.

MkDocs takes pages from one folder. README, CONTRIBUTING and their like stand beside it, and links lead from
page to page as the files lie. So those pages are added here, links are led to where the pages are in the
site, and headings get the anchors that they have in the repository. A link to a file that is no page becomes
its words.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
DOCS = "docs/"
BESIDE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGES.md": "changes.md",
    "SECURITY.md": "security.md",
    "assets/lite/MODEL_CARD.md": "lite/model-card.md",
    "assets/lite/NOTICE.md": "lite/notice.md",
    "assets/inception-yt8m/MODEL_CARD.md": "inception-yt8m/model-card.md",
    "assets/inception-yt8m/NOTICE.md": "inception-yt8m/notice.md",
}
"""Pages outside the folder: their paths in the repository and in the site."""

_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
_ELSEWHERE = re.compile(r"[a-z]+:|/")
_NO_PART_OF_A_SLUG = re.compile(r"[^\w\- ]")


def slug(heading: str, separator: str = "-") -> str:
    """Return the anchor of a heading as code hosts make it: small letters, digits, hyphens for spaces."""
    return _NO_PART_OF_A_SLUG.sub("", heading.strip().lower()).replace(" ", separator)


def on_config(config: MkDocsConfig) -> None:
    """Give headings the anchors that they have in the repository."""
    config.mdx_configs.setdefault("toc", {})["slugify"] = slug


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the pages that stand beside the folder."""
    for path, page in BESIDE.items():
        files.append(File.generated(config, page, content=(ROOT / path).read_text(encoding="utf-8")))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to where the pages are in the site."""
    here = page.file.src_uri
    path = next((path for path, name in BESIDE.items() if name == here), DOCS + here)
    return with_site_links(markdown, path, here)


def with_site_links(markdown: str, path: str, page: str) -> str:
    """Return a page with links as the site needs them.

    Args:
        markdown: the page as it stands in the repository.
        path: of its file, relative to the repository.
        page: of its file, relative to the site's source.
    """

    def led(link: re.Match[str]) -> str:
        picture, words, target, anchor = link.groups()
        if _ELSEWHERE.match(target):
            return link[0]
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        site = BESIDE.get(file) or (file.removeprefix(DOCS) if file.startswith(DOCS) else None)
        if site is None:
            return words
        return f"{picture}[{words}]({posixpath.relpath(site, posixpath.dirname(page) or '.')}{anchor or ''})"

    return _LINK.sub(led, markdown)
