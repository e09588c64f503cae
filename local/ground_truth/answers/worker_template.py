"""Renders worker templates with Liquid and checks that they are forms of their task type.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step2.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final

from liquid import BoundTemplate, Environment, RenderContext
from liquid.exceptions import LiquidError
from liquid.filter import with_context
from markupsafe import Markup

#: What no template can name.
_GRANT: Final = " grant"
_SCRIPT: Final = "https://assets.crowd.aws/crowd-html-elements.js"
#: The element that has its own form:
#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-crowd-entity-annotation.html
_SELF_CONTAINED: Final = "crowd-entity-annotation"
#: Elements that HTML itself never closes.
_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)


@dataclass(frozen=True, kw_only=True)
class Form:
    """What the template of a task type has."""

    #: The crowd element and its `name`, by which its answer is found.
    element: str
    name: str
    #: The attribute that lists the labels.
    labels: str
    #: Whether its `src` is an image.
    image: bool = False
    #: An element within it, beside both instructions.
    child: str | None = None
    #: The attribute that shows the labels of an earlier job.
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Element:
    """One element of a page."""

    attributes: Mapping[str, str]
    ancestors: frozenset[str]


@with_context
def _grant_read_access(value: object, *, context: RenderContext) -> str:
    return str(context.resolve(_GRANT)(str(value)))


def parse(source: str) -> BoundTemplate:
    """Parse a template; ValueError if it is no Liquid."""
    environment = Environment(autoescape=True)
    environment.add_filter("to_json", _to_json)
    environment.add_filter("skip_autoescape", lambda value: Markup(str(value)))  # noqa: S704  # what it is for
    environment.add_filter("grant_read_access", _grant_read_access)
    try:
        return environment.from_string(source)
    except LiquidError as error:
        raise ValueError(f"the worker template is Liquid, got an error: {error}") from error


def render(
    template: BoundTemplate,
    task_input: Mapping[str, Any],
    grant_read_access: Callable[[str], str],
) -> str:
    """Return the page for one object; ValueError if Liquid fails on it.

    `grant_read_access` turns an S3 URI into a URL that a browser can read.
    """
    try:
        return template.render(task={"input": dict(task_input)}, **{_GRANT: grant_read_access})
    except LiquidError as error:
        raise ValueError(f"the worker template renders, got an error: {error}") from error


def check(page: str, form: Form, labels: Sequence[str]) -> None:
    """Raise ValueError unless `page` is a crowd form with what the task type needs in it."""
    seen = _elements(page)
    where, element = "the worker template", form.element
    if "crowd-form" not in seen.found:
        raise ValueError(f"{where} has a crowd-form, got {sorted(seen.found)!r}")
    if element not in seen.found:
        raise ValueError(f"{where} has a {element}, got {sorted(seen.found)!r}")
    found = seen.found[element][-1]
    if "crowd-form" not in found.ancestors:
        raise ValueError(f"{where} has {element} within crowd-form, got it outside")
    if found.attributes.get("name") != form.name:
        raise ValueError(
            f"{where} has {element} named {form.name}, got {found.attributes.get('name', '')!r}"
        )
    children = ["full-instructions", "short-instructions", *([form.child] if form.child else [])]
    for child in children:
        if not any(element in each.ancestors for each in seen.found.get(child, ())):
            raise ValueError(f"{where} has {child} within {element}, got none there")
    _check_attributes(found.attributes, form, labels, f"{where} has {element} with")


def check_custom(page: str) -> None:
    """Raise ValueError unless `page` is a form that can be submitted.

    Either a crowd-form, which gets its button by itself, an element with its own form, or an
    ordinary form with a button.
    """
    seen = _elements(page, is_custom=True)
    if "crowd-form" in seen.found or _SELF_CONTAINED in seen.found:
        return
    buttons = [
        each
        for tag, kinds in (("button", ("submit", "")), ("input", ("submit",)))
        for each in seen.found.get(tag, ())
        if "form" in each.ancestors and each.attributes.get("type", "") in kinds
    ]
    if not buttons:
        raise ValueError(
            "the worker template has a crowd-form, or a form with a submit button, got"
            f" {sorted(seen.found)!r}"
        )


def _to_json(value: Any) -> str:
    # What a template misspells is undefined in Liquid, and null in JSON.
    return json.dumps(value, ensure_ascii=False, default=lambda _: None)


def _check_attributes(
    attributes: Mapping[str, str], form: Form, labels: Sequence[str], where: str
) -> None:
    listed = attributes.get(form.labels, "")
    try:
        names = json.loads(listed)
    except ValueError:  # crowd elements take JavaScript's lists, too
        names = list(labels) if listed.strip().startswith("[") else None
    if names != list(labels):
        raise ValueError(f"{where} all labels as {form.labels}, got {listed!r}")
    if form.image and not attributes.get("src", "").startswith("https://"):
        raise ValueError(
            f"{where} a URL as src, by grant_read_access, got {attributes.get('src', '')!r}"
        )
    if form.previous and not attributes.get(form.previous, "").strip():
        raise ValueError(f"{where} the earlier labels as {form.previous}, got none")


def _elements(page: str, *, is_custom: bool = False) -> _Elements:
    seen = _Elements()
    seen.feed(page)
    seen.close()
    scripts = [each.attributes.get("src", "") for each in seen.found.get("script", ())]
    needs_script = not is_custom or any(tag.startswith("crowd-") for tag in seen.found)
    if needs_script and _SCRIPT not in scripts:
        raise ValueError(f"the worker template loads {_SCRIPT}, got scripts {scripts!r}")
    return seen


class _Elements(HTMLParser):
    """The elements of a page by their tags, each with its ancestors."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[_Element]] = {}
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        element = _Element(attributes=attributes, ancestors=frozenset(self._open))
        self.found.setdefault(tag, []).append(element)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]
