"""The crowd elements of which worker templates are made, and what is wrong with a page of them."""

from __future__ import annotations

from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Final

from liquid import BoundTemplate, RenderContext
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.case_tag import CaseNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.expression import Expression

from ground_truth.validators.messages import did_you_mean

#: A line of the template, and what is wrong there.
Problem = tuple[int, str]

# https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-reference.html
#: Elements that give an answer under their `name`.
_ANSWERS: Final = frozenset(
    f"crowd-{name}"
    for name in (
        *("bounding-box", "checkbox", "classifier", "classifier-multi-select"),
        *("entity-annotation", "image-classifier", "image-classifier-multi-select", "input"),
        *("instance-segmentation", "keypoint", "line", "polygon", "polyline", "radio-button"),
        *("semantic-segmentation", "slider", "text-area", "toggle-button"),
        # Of the second version of the script, in AWS's own templates only.
        "text-ranking",
    )
)
#: Elements that give an answer without a `name`, in AWS's own templates only.
_NAMELESS_ANSWERS: Final = frozenset(["crowd-question-answer-generation"])
_OTHERS: Final = frozenset(
    f"crowd-{name}"
    for name in (
        *("alert", "badge", "button", "card", "fab", "form", "icon-button", "instructions"),
        *("modal", "radio-group", "tab", "tabs", "toast"),
        # In AWS's own templates only.
        "slider-label",
    )
)
_ELEMENTS: Final = _ANSWERS | _NAMELESS_ANSWERS | _OTHERS
_OF_AUGMENTED_AI: Final = frozenset(
    ["crowd-rekognition-detect-moderation-labels", "crowd-textract-analyze-document"]
)
#: It has a form of its own.
_SELF_CONTAINED: Final = "crowd-entity-annotation"

_LIST: Final = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-reference.html lists them"
)
_SCRIPT: Final = "crowd-html-elements"
_SCRIPT_TAG: Final = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'

#: Encloses the number of an output in what the HTML parser reads; no document has a use for it.
_MARK: Final = "\ue000"


def page_problems(template: BoundTemplate, source: str) -> list[Problem]:
    """Return what would break a page that is made of `template`, which was parsed from `source`."""
    page = _Page()
    page.read(template, source)
    return page.problems()


class _Page(HTMLParser):
    """The HTML of a template, read over its Liquid.

    All branches of a condition are read. What stands in one may or may not be on a page, so that a
    name may stand in two; of the elements that a condition opens or closes, the first branch
    counts.
    """

    def __init__(self) -> None:
        super().__init__()
        self._problems: list[Problem] = []
        self._outputs: list[OutputNode] = []
        #: What `assign` has given to each name last.
        self._assigned: dict[str, Expression] = {}
        self._lines_read = 0
        #: How many conditions we are in, and in how many of them not in the first branch.
        self._conditions = 0
        self._later_branches = 0

        #: The crowd elements that are open, with their lines.
        self._open: list[tuple[str, int]] = []
        #: Those that the end of another one has closed.
        self._closed_early: list[str] = []
        #: The line of the first element of each kind.
        self._first: dict[str, int] = {}
        #: The line of the answer of each name.
        self._names: dict[str, int] = {}
        self._in_plain_form = False
        self._has_plain_submit = False
        self._has_input = False
        self._has_script = False
        self._has_own_script = False

    def read(self, template: BoundTemplate, source: str) -> None:
        self._read(template.nodes, RenderContext(template), source)
        self.close()

    def _read(self, nodes: Iterable[Node], context: RenderContext, source: str) -> None:
        for node in nodes:
            if isinstance(node, ContentNode):
                # Liquid's own lines are made up for, so that the parser's lines are right.
                line = source.count("\n", 0, node.token.start_index)
                self._feed("\n" * (line - self._lines_read) + node.text.replace(_MARK, ""))
            elif isinstance(node, AssignNode):
                self._assigned[str(node.name)] = node.expression
            elif isinstance(node, OutputNode):
                self._feed(f"{_MARK}{len(self._outputs)}{_MARK}")
                self._outputs.append(node)
            children = node.children(context, include_partials=False)
            if not isinstance(node, IfNode | UnlessNode | CaseNode):
                self._read(children, context, source)
                continue
            self._conditions += 1
            for number, branch in enumerate(children):
                self._later_branches += number > 0
                self._read([branch], context, source)
                self._later_branches -= number > 0
            self._conditions -= 1

    def _feed(self, text: str) -> None:
        self._lines_read += text.count("\n")
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        line = self.getpos()[0]
        self._first.setdefault(tag, line)
        if tag == "script":
            is_elements = _SCRIPT in attributes.get("src", "")
            self._has_script |= is_elements
            self._has_own_script |= not is_elements
        if tag.startswith("crowd-"):
            self._crowd_element(tag, attributes, line)
        if tag == "form":
            self._in_plain_form = True
        if self._in_plain_form and _submits(tag, attributes):
            self._has_plain_submit = True
        self._has_input |= self._is_input(tag, attributes)
        for name in ("src", "href", "poster", "srcset"):
            self._source(tag, name, attributes.get(name, ""), line)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag.startswith("crowd-"):
            self._problems.append(
                (
                    self.getpos()[0],
                    f"expected <{tag}></{tag}>, got <{tag}/>; HTML leaves that one open",
                )
            )
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_plain_form = False
        if tag.startswith("crowd-") and not self._later_branches:
            self._close(tag, self.getpos()[0])

    def _close(self, tag: str, line: int) -> None:
        """Close the innermost `tag`, and what is open in it by mistake."""
        tags = [each for each, _ in self._open]
        if tag not in tags and tag in self._closed_early:
            self._closed_early.remove(tag)
            return
        if tag not in tags:
            self._problems.append((line, f"expected <{tag}> before </{tag}>, got none; open it"))
            return
        innermost, opened = self._open[-1]
        if innermost != tag:
            self._problems.append(
                (
                    line,
                    f"expected </{innermost}> for line {opened}, got </{tag}>; close crowd"
                    " elements in the order of their opening",
                )
            )
        place = len(tags) - 1 - tags[::-1].index(tag)
        self._closed_early += tags[place + 1 :]
        del self._open[place:]

    def problems(self) -> list[Problem]:
        """Return what is wrong, in the order of the lines."""
        found = [*self._problems]
        found += [
            (line, f"expected </{tag}>, got the end of the file; close the element")
            for tag, line in self._open
        ]
        form = self._first.get("crowd-form")
        if form is None and _SELF_CONTAINED not in self._first and not self._has_plain_submit:
            found.append(
                (
                    self._first.get("form", 1),
                    "expected a <crowd-form>, or a <form> with a submit button, got neither;"
                    " without one a worker can't send an answer",
                )
            )
        # A script may make inputs, which only a browser could tell.
        if form is not None and not self._has_input and not self._has_own_script:
            found.append(
                (
                    form,
                    "expected an element for the answer in <crowd-form>, such as <crowd-input>,"
                    " got none; workers could only send empty answers",
                )
            )
        crowd = [line for tag, line in self._first.items() if tag.startswith("crowd-")]
        if crowd and not self._has_script:
            found.append(
                (
                    min(crowd),
                    f"expected the script of the crowd elements, got none; add {_SCRIPT_TAG}"
                    " at the top",
                )
            )
        return sorted(found)

    def _crowd_element(self, tag: str, attributes: dict[str, str], line: int) -> None:
        if not self._later_branches:
            self._open.append((tag, line))
        if tag in _OF_AUGMENTED_AI:
            self._problems.append(
                (
                    line,
                    f"expected an element of Ground Truth, got <{tag}> of Augmented AI; {_LIST}",
                )
            )
        elif tag not in _ELEMENTS:
            self._problems.append(
                (
                    line,
                    f"expected a crowd element that Ground Truth has, got <{tag}>"
                    f"{did_you_mean(tag, _ELEMENTS) or f'; {_LIST}'}",
                )
            )
        if tag in _ANSWERS:
            self._name(tag, attributes.get("name", ""), line)

    def _is_input(self, tag: str, attributes: dict[str, str]) -> bool:
        """Return whether an element may give <crowd-form> an answer."""
        if tag in ("input", "select", "textarea"):
            is_input = bool(attributes.get("name"))
        else:
            # An unknown element may be meant to be one for the answer.
            is_input = tag.startswith("crowd-") and tag not in _OTHERS
        # Some elements stand outside and name the form.
        names_form = "crowd-form-element-id" in attributes
        return is_input and (names_form or "crowd-form" in (each for each, _ in self._open))

    def _name(self, tag: str, name: str, line: int) -> None:
        if not name:
            self._problems.append(
                (line, f"expected a name for <{tag}>, got none; the answer is found by it")
            )
        # Radio buttons share one on purpose; what Liquid writes is known on the page only.
        if not name or _MARK in name or tag == "crowd-radio-button" or self._conditions:
            return
        if name in self._names:
            self._problems.append(
                (
                    line,
                    f"expected a name of its own for <{tag}>, got {name!r} of line"
                    f" {self._names[name]} again; one answer would hide the other",
                )
            )
        self._names.setdefault(name, line)

    def _is_bare_s3_source(self, expression: Expression, attribute: str) -> bool:
        """Return whether a value is an S3 URI to which no browser has been given access."""
        if not isinstance(expression, FilteredExpression) or not isinstance(expression.left, Path):
            return False
        if any(each.name == "grant_read_access" for each in expression.filters or ()):
            return False
        path = expression.left
        if len(path.path) == 1 and path.path[0] in self._assigned:
            return self._is_bare_s3_source(self._assigned[str(path.path[0])], attribute)
        return _is_s3_source(path, attribute)

    def _source(self, tag: str, attribute: str, value: str, line: int) -> None:
        """Note an S3 URI that a browser would be given as it is."""
        for number in value.split(_MARK)[1::2]:
            expression = self._outputs[int(number)].expression
            if not self._is_bare_s3_source(expression, attribute):
                continue
            self._problems.append(
                (
                    line,
                    f"expected `| grant_read_access` in {attribute} of <{tag}>, got"
                    f" {{{{ {expression} }}}}; a browser can't open an S3 URI",
                )
            )


def _submits(tag: str, attributes: dict[str, str]) -> bool:
    kind = attributes.get("type", "").lower()
    return (
        (tag == "button" and kind in ("", "submit"))
        or (tag == "input" and kind in ("image", "submit"))
        or (tag == "crowd-button" and attributes.get("form-action") == "submit")
    )


def _is_s3_source(path: Path, attribute: str) -> bool:
    """Return whether the input's name says that it is an S3 URI.

    `taskObject` may also be a text with the address of a web page, to which a link is right.
    """
    name = path.path[-1]
    if path.path[:2] != ["task", "input"] or not isinstance(name, str):
        return False
    return name.endswith("-ref") or (name == "taskObject" and attribute == "src")
