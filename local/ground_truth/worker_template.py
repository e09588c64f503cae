"""Renders worker templates with Liquid and checks that they are forms of their task type.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step2.html
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError
from markupsafe import Markup

_SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"
#: Elements that HTML itself never closes.
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)


def parse(source: str) -> BoundTemplate:
    """Parse a template; ValueError if it is no Liquid."""
    environment = Environment(autoescape=True)
    environment.add_filter("to_json", lambda value: json.dumps(value, ensure_ascii=False))
    environment.add_filter("skip_autoescape", lambda value: Markup(str(value)))  # noqa: S704  # what it is for
    environment.add_filter("grant_read_access", lambda value: value)
    try:
        return environment.from_string(source)
    except LiquidError as error:
        raise ValueError(f"the worker template is Liquid, got an error: {error}") from error


def render(template: BoundTemplate, task_input: Mapping[str, Any]) -> str:
    """Return the page for one object; ValueError if Liquid fails on it."""
    try:
        return template.render(task={"input": dict(task_input)})
    except LiquidError as error:
        raise ValueError(f"the worker template renders, got an error: {error}") from error


def check(page: str, element: str, name: str) -> None:
    """Raise ValueError unless `page` is a crowd form with `element` of that name in it."""
    seen = _Elements()
    seen.feed(page)
    seen.close()
    where = "the worker template"
    if _SCRIPT not in seen.scripts:
        raise ValueError(f"{where} loads {_SCRIPT}, got scripts {seen.scripts!r}")
    if "crowd-form" not in seen.parents:
        raise ValueError(f"{where} has a crowd-form, got {sorted(seen.parents)!r}")
    if element not in seen.parents:
        raise ValueError(f"{where} has a {element}, got {sorted(seen.parents)!r}")
    if "crowd-form" not in seen.parents[element]:
        raise ValueError(f"{where} has {element} within crowd-form, got it outside")
    if seen.names.get(element) != name:
        raise ValueError(f"{where} has {element} named {name}, got {seen.names.get(element)!r}")
    for child in ("full-instructions", "short-instructions"):
        if element not in seen.parents.get(child, ()):
            raise ValueError(f"{where} has {child} within {element}, got none there")


class _Elements(HTMLParser):
    """The elements of a page, each with its ancestors and its `name`."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.parents: dict[str, frozenset[str]] = {}
        self.names: dict[str, str] = {}
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: html.unescape(value or "") for name, value in attrs}
        if tag == "script":
            self.scripts.append(attributes.get("src", ""))
        self.parents[tag] = frozenset(self._open)
        self.names[tag] = attributes.get("name", "")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]
