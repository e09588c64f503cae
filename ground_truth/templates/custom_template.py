"""A custom worker template, read and checked before anything is deployed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from liquid import BoundTemplate, Environment, RenderContext, Token
from liquid.ast import Node
from liquid.builtin.expressions import BooleanExpression, FilteredExpression
from liquid.builtin.expressions import Path as Variable
from liquid.exceptions import LiquidError
from liquid.expression import Expression

from ground_truth.templates.crowd_elements import Problem, page_problems
from ground_truth.validators import files
from ground_truth.validators.messages import did_you_mean

#: botocore: UiTemplate.Content.
_MOST_CHARACTERS: Final = 128_000
#: Beginnings of tags, closed or not. More than people write take the parsers minutes.
_MOST: Final = (("Liquid's tags", ("{{", "{%"), 1_000), ("HTML's tags", ("<",), 5_000))
#: Ground Truth has these besides Liquid's own
#: (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step2.html).
_GROUND_TRUTH_FILTERS: Final = ("grant_read_access", "skip_autoescape", "to_json")
#: What the parser knows beyond Liquid.
_NO_FILTERS: Final = ("escapejs", "safe")
#: They would need further files.
_NO_TAGS: Final = ("include", "render")

_LIQUID: Final = re.compile(r"\{[{%][^{}%]*")
#: Characters of a Liquid tag.
_LONGEST_TAG: Final = 2_000
_TAG: Final = re.compile(r"{%-?\s*(end)?(\w+)")
_BLOCKS: Final = frozenset(
    ["capture", "case", "comment", "for", "if", "ifchanged", "raw", "tablerow", "unless"]
)


@dataclass(frozen=True, kw_only=True)
class CustomTemplate:
    """A worker template that Ground Truth can render."""

    content: str
    #: The names below `task.input` that every manifest line must have, or workers miss something.
    #: What the template tests by `if` or `unless`, or gives a `default`, may be missing.
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Use:
    """Where a template takes something from `task.input`."""

    name: str
    line: int
    #: Whether the template expects that it may be missing.
    optional: bool


def custom_template(path: Path, *, names: frozenset[str] | None) -> CustomTemplate:
    """Read a worker template.

    `names` are those that manifest lines are known to have, None if only the deployment or a
    pre-annotation function decides. Raises ValueError for what would break a job or lose answers,
    with one line for each problem: `<path>:<line>: expected …, got …; what to do`.
    """
    content = _read(path)
    environment = _Environment()
    try:
        template = environment.from_string(content)
    except LiquidError as error:
        raise ValueError(
            f"{path}:{_line_of_error(error, content)}: expected Liquid, got an error:"
            f" {error.message}; https://shopify.github.io/liquid/ says how it is written"
        ) from error
    uses = list(_uses(template, content))
    problems = [
        *_unknown_filters(template, content, frozenset(environment.filters)),
        *_unknown_variables(template, content),
        *(_unknown_names(uses, names) if names is not None else ()),
        *page_problems(template, content),
    ]
    if problems:
        raise ValueError("\n".join(f"{path}:{line}: {text}" for line, text in sorted(problems)))
    optional = {use.name for use in uses if use.optional}
    return CustomTemplate(
        content=content, names=tuple(sorted({use.name for use in uses} - optional))
    )


def _read(path: Path) -> str:
    try:
        raw = files.read(path, most=4 * _MOST_CHARACTERS)
    except files.UnreadableError as error:
        raise ValueError(f"{path}: expected a worker template, {error}; check the path") from None
    try:
        # Neither a mark nor a checkout's line ends may make another template of the same text.
        content = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{path}:{line}: expected UTF-8, got the byte 0x{raw[error.start]:02x};"
            " save the file as UTF-8"
        ) from error
    if len(content) > _MOST_CHARACTERS:
        raise ValueError(
            f"{path}:1: expected at most {_MOST_CHARACTERS:,} characters, got {len(content):,};"
            " load styles and scripts from files of their own"
        )
    longest = max(map(len, _LIQUID.findall(content)), default=0)
    if longest > _LONGEST_TAG:
        raise ValueError(
            f"{path}:1: expected at most {_LONGEST_TAG:,} characters in a tag of Liquid, got"
            f" {longest:,}; close it, or make several of it"
        )
    for what, signs, most in _MOST:
        if (number := sum(content.count(sign) for sign in signs)) > most:
            raise ValueError(
                f"{path}:1: expected at most {most:,} of {what}, got {number:,}; make the page of"
                " fewer, for instance with a loop or a script"
            )
    return content


class _Environment(Environment):
    """Liquid as Ground Truth has it; syntax errors know where they are."""

    def __init__(self) -> None:
        super().__init__(autoescape=True)
        for name in _GROUND_TRUTH_FILTERS:
            # Templates are only parsed here.
            self.add_filter(name, str)
        for name in _NO_FILTERS:
            del self.filters[name]
        for name in _NO_TAGS:
            del self.tags[name]

    def error(
        self,
        exc: type[LiquidError] | LiquidError,
        msg: str | None = None,
        token: Token | None = None,
    ) -> None:
        """Give an error at the end of a tag the place of that tag."""
        if isinstance(exc, LiquidError) and token is not None and exc.context() is None:
            exc.token = token
        super().error(exc, msg, token)


def _line_of_error(error: LiquidError, content: str) -> int:
    """Return the line of an error, or of the block that is open at the file's end."""
    if error.token is not None and error.token.start_index >= 0:
        return _line(content, error.token.start_index)
    open_blocks: list[int] = []
    for tag in _TAG.finditer(content):
        if tag[2] in _BLOCKS and not tag[1]:
            open_blocks.append(_line(content, tag.start()))
        elif tag[2] in _BLOCKS and open_blocks:
            open_blocks.pop()
    return open_blocks[-1] if open_blocks else _line(content, len(content))


def _line(content: str, index: int) -> int:
    return content.count("\n", 0, index) + 1


def _unknown_filters(
    template: BoundTemplate, content: str, known: frozenset[str]
) -> Iterator[Problem]:
    for name, places in template.analyze(include_partials=False).filters.items():
        if name not in known:
            for place in places:
                yield (
                    _line(content, place.index),
                    f"expected a filter of Liquid or Ground Truth, got {name!r}"
                    f"{did_you_mean(name, known) or '; the page could not be rendered'}",
                )


def _unknown_variables(template: BoundTemplate, content: str) -> Iterator[Problem]:
    analysis = template.analyze(include_partials=False)
    for name, variables in analysis.globals.items():
        if name in analysis.locals:
            continue
        for variable in variables:
            if variable.segments[:2] != ["task", "input"] and variable.segments != ["task"]:
                yield (
                    _line(content, variable.span.index),
                    f"expected a variable below task.input, got {variable}; write task.input."
                    f"{name if name != 'task' else '<name>'}, all data of a task is there",
                )


def _unknown_names(uses: Iterable[_Use], names: frozenset[str]) -> Iterator[Problem]:
    for use in uses:
        if use.name not in names and not use.optional:
            yield (
                use.line,
                f"expected a name that the manifest's lines have ({', '.join(sorted(names))}), got"
                f" task.input.{use.name}"
                f"{did_you_mean(use.name, names) or '; a pre-annotation function can add it'}",
            )


def _uses(template: BoundTemplate, content: str) -> Iterator[_Use]:
    for expression in _expressions(template.nodes, RenderContext(template)):
        may_be_missing = isinstance(expression, BooleanExpression) or (
            isinstance(expression, FilteredExpression)
            and any(each.name == "default" for each in expression.filters or ())
        )
        for variable in _variables(expression):
            path = variable.path
            if path[:2] == ["task", "input"] and len(path) > 2 and isinstance(path[2], str):
                yield _Use(
                    name=path[2],
                    line=_line(content, variable.token.start_index),
                    optional=may_be_missing,
                )


def _expressions(nodes: Iterable[Node], context: RenderContext) -> Iterator[Expression]:
    for node in nodes:
        yield from node.expressions()
        yield from _expressions(node.children(context, include_partials=False), context)


def _variables(expression: Expression) -> Iterator[Variable]:
    if isinstance(expression, Variable):
        yield expression
    for child in expression.children():
        yield from _variables(child)
