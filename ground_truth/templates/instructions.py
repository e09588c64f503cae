"""What workers are told: Markdown in the environment file, harmless HTML on the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

#: CommonMark with tables. Neither tags nor entities are HTML here, so that `<b>` and `&amp;` arrive
#: as they are typed; a single line break stays one, as in the YAML block that it was typed in.
_MARKDOWN: Final = (
    MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").disable("entity")
)
#: The second wall, should the first one have a hole.
_CLEANER: Final = nh3.Cleaner(
    tags={
        *("a", "blockquote", "br", "code", "em", "hr", "img", "li", "ol", "p", "pre", "strong"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
        *("table", "tbody", "td", "th", "thead", "tr", "ul"),
    },
    attributes={
        "a": {"href", "title"},
        "img": {"alt", "src", "title"},
        "ol": {"start"},
        "td": {"style"},
        "th": {"style"},
    },
    filter_style_properties={"max-width", "text-align"},
    # A link must not lead away from a task half done, nor a picture run over its column.
    set_tag_attribute_values={"a": {"target": "_blank"}, "img": {"style": "max-width:100%"}},
    link_rel="noopener noreferrer",
    url_schemes={"https"},
    url_relative="deny",
)


@cache
def html_of(markdown: str) -> str:
    """Return HTML in which neither a script nor Liquid can start.

    Raises ValueError for a link or a picture whose address doesn't begin with `https://`: a
    worker's browser could not or should not open it.
    """
    tokens = _MARKDOWN.parse(markdown)
    for address in _addresses(tokens):
        if not address.lower().startswith("https://"):
            raise ValueError(
                "expected an address that begins with 'https://' for a link or picture, got"
                f" {address!r}; put it where workers' browsers can read it"
            )
    page = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return without_liquid(_CLEANER.clean(page).strip())


def without_liquid(html: str) -> str:
    """Return the same HTML with braces as entities, which start no Liquid."""
    return html.replace("{", "&#123;").replace("}", "&#125;")


def _addresses(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        address = token.attrGet("href") if token.tag == "a" else token.attrGet("src")
        if address is not None:
            yield str(address)
        yield from _addresses(token.children or ())
