"""The page on which a worker does a task, as Ground Truth's Liquid and crowd HTML."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Final

from constructs.ground_truth.task_types import TaskType

_TEMPLATE: Final = """\
<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <{element}
    name="{element}"
    header="{header}"
    categories="{labels}"
  >
    <classification-target style="white-space: pre-wrap">{target}</classification-target>
    <full-instructions header="{header}">
{full}
    </full-instructions>
    <short-instructions>
{short}
    </short-instructions>
  </{element}>
</crowd-form>
"""


@dataclass(frozen=True, kw_only=True)
class Instructions:
    """What a worker is told, as plain text; a blank line starts a new paragraph."""

    #: Beside every task.
    short: str
    #: Behind the button "View full instructions"; without it, the short ones.
    full: str | None = None
    good_example: str | None = None
    bad_example: str | None = None


def worker_template(task_type: TaskType, *, header: str, instructions: Instructions) -> str:
    """Return the template for `UiConfig.UiTemplateS3Uri`.

    Element and `name` are the ones that the consolidation function looks up, and all that a person
    typed arrives as text, neither as HTML nor as Liquid
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-text-classification.html).
    """
    examples = _example("Good example", instructions.good_example) + _example(
        "Bad example", instructions.bad_example
    )
    return _TEMPLATE.format(
        element=task_type.element,
        labels="{{ task.input.labels | to_json | escape }}",
        target="{{ task.input.taskObject }}",
        header=_text(header),
        full=_paragraphs(instructions.full or instructions.short) + examples,
        short=_paragraphs(instructions.short) + examples,
    )


def _example(heading: str, text: str | None) -> str:
    if text is None:
        return ""
    return f"\n      <h3>{heading}</h3>\n{_paragraphs(text)}"


def _paragraphs(text: str) -> str:
    paragraphs = (paragraph.strip() for paragraph in text.split("\n\n"))
    return "\n".join(
        f"      <p>{_text(paragraph).replace(chr(10), '<br>')}</p>"
        for paragraph in paragraphs
        if paragraph
    )


def _text(text: str) -> str:
    """Escape for HTML; a brace as an entity starts no Liquid."""
    return html.escape(text).replace("{", "&#123;").replace("}", "&#125;")
