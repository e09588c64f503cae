"""The page on which a worker does a task, as Ground Truth's Liquid and crowd HTML."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from ground_truth.catalogue.data_kinds import IMAGE, TEXT, VIDEO
from ground_truth.catalogue.task_types import TaskType
from ground_truth.templates.instructions import without_liquid

if TYPE_CHECKING:
    from ground_truth.config.labels import Instructions

_PAGE: Final = """\
<script src="{script}"></script>
{before}<crowd-form>
  <{element}
    name="{name}"
    header="{header}"
    {attributes}
  >
{target}    <full-instructions header="{header}">
{full}
    </full-instructions>
    <short-instructions>
{short}
    </short-instructions>
{after}  </{element}>
</crowd-form>
"""

#: The elements whose choices are their `labels`; those of all others are their `categories`.
_LABELED: Final = ("crowd-bounding-box", "crowd-semantic-segmentation")
_CHOICES: Final = "{{ task.input.labels | to_json | escape }}"

_OBJECT: Final = "{{ task.input.taskObject | grant_read_access }}"
#: What is classified, where the element doesn't show it by itself.
_TARGETS: Final = {
    TEXT: (
        '    <classification-target style="white-space: pre-wrap">{{ task.input.taskObject }}'
        "</classification-target>\n"
    ),
    # A browser takes the first type that it can play, whatever the file's ending is.
    VIDEO: f"""\
    <classification-target>
      <video width="100%" controls>
        <source src="{_OBJECT}" type="video/mp4">
        <source src="{_OBJECT}" type="video/webm">
        <source src="{_OBJECT}" type="video/ogg">
        Your browser can't play this video.
      </video>
    </classification-target>
""",
}

# Earlier labels, as JSON. The guide's own examples have trailing commas and unquoted keys
# (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-crowd-bounding-box.html and
# sms-ui-template-crowd-semantic-segmentation.html). Attributes with JSON stand in single quotes,
# which `escape` takes out of every value.
_PREVIOUS: Final = """\
{{% assign previous = task.input.manifestLine["{attribute}"] %}}
{{% assign metadata = task.input.manifestLine["{attribute}-metadata"] %}}
"""
_BOXES: Final = """[
      {% for box in previous.annotations %}
      {% capture class_id %}{{ box.class_id }}{% endcapture %}
      {
        "label": {{ metadata["class-map"][class_id] | to_json | escape }},
        "left": {{ box.left | to_json | escape }},
        "top": {{ box.top | to_json | escape }},
        "width": {{ box.width | to_json | escape }},
        "height": {{ box.height | to_json | escape }}
      }{% unless forloop.last %},{% endunless %}
      {% endfor %}
    ]"""
_BOX_LABELS: Final = """[
      {% for class in metadata["class-map"] %}
      {{ class[1] | to_json | escape }}{% unless forloop.last %},{% endunless %}
      {% endfor %}
    ]"""
_SEGMENTS: Final = """\
"src": "{{ previous | grant_read_access }}",
      "labelMappings": {
        {% assign comma = "" %}
        {% for color in metadata["internal-color-map"] %}
        {% unless color[1]["class-name"] == "BACKGROUND" %}
        {{ comma }}{{ color[1]["class-name"] | to_json | escape }}:
        {"color": {{ color[1]["hex-color"] | to_json | escape }} }
        {% assign comma = "," %}
        {% endunless %}
        {% endfor %}
      }"""
_SEGMENT_LABELS: Final = """[
        {% assign comma = "" %}
        {% for color in metadata["internal-color-map"] %}
        {% unless color[1]["class-name"] == "BACKGROUND" %}
        {{ comma }}{{ color[1]["class-name"] | to_json | escape }}
        {% assign comma = "," %}
        {% endunless %}
        {% endfor %}
      ]"""

#: What adjusters start from, by the task's name.
_INITIAL_VALUES: Final = {
    "bounding-box": _BOXES,
    "semantic-segmentation": f"{{\n      {_SEGMENTS}\n    }}",
}
#: What verifiers see over the image, by the task's name
#: (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-crowd-image-classifier.html).
_OVERLAYS: Final = {
    "bounding-box": (
        f'{{"boundingBox": {{\n      "labels": {_BOX_LABELS},\n      "value": {_BOXES}\n    }} }}'
    ),
    "semantic-segmentation": (
        f'{{"semanticSegmentation": {{\n      "labels": {_SEGMENT_LABELS},\n      {_SEGMENTS}\n'
        "    } }"
    ),
}
_COMMENT: Final = """\
    <worker-comment header="Add a comment" link-text="Add a comment">
      <p>Say why you chose this.</p>
    </worker-comment>
"""


def worker_template(
    task_type: TaskType,
    *,
    script: str,
    header: str,
    instructions: Instructions,
    reviewed_attribute: str | None = None,
) -> str:
    """Return the template for `UiConfig.UiTemplateS3Uri`.

    Element and `name` are the ones that the consolidation function looks up, and all that a person
    typed arrives as text, neither as HTML nor as Liquid
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-text-classification.html).

    `script` is `Region.crowd_elements`. `reviewed_attribute` is the label attribute with the labels
    that are verified or adjusted. Raises ValueError for a task type that has a ready user interface
    or a custom template, and for a verification or adjustment without that attribute.
    """
    if task_type.element is None or task_type.element_name is None:
        raise ValueError(
            f"expected a task type with a generated template, got {task_type.name!r};"
            " it has a ready user interface or a template of its own"
        )
    if (task_type.purpose == "label") != (reviewed_attribute is None):
        raise ValueError(
            f"expected the earlier label attribute just for verification and adjustment, got"
            f" {reviewed_attribute!r} for the purpose {task_type.purpose!r} of {task_type.name}"
        )
    return _PAGE.format(
        script=_text(script),
        before="" if reviewed_attribute is None else _PREVIOUS.format(attribute=reviewed_attribute),
        element=task_type.element,
        name=task_type.element_name,
        header=_text(header),
        attributes="\n    ".join(_attributes(task_type)),
        target=_TARGETS.get(task_type.data, ""),
        full=instructions.full_html(),
        short=instructions.short_html(),
        after=_COMMENT if task_type.purpose == "verify" else "",
    )


def _attributes(task_type: TaskType) -> list[str]:
    """Return how labels, the image and earlier labels come into the element."""
    choices = "labels" if task_type.element in _LABELED else "categories"
    attributes = [f'{choices}="{_CHOICES}"']
    if task_type.data == IMAGE:
        attributes.insert(0, f'src="{_OBJECT}"')
    if task_type.purpose == "adjust":
        attributes.append(f"initial-value='{_INITIAL_VALUES[task_type.name]}'")
    if task_type.purpose == "verify":
        attributes.append(f"overlay='{_OVERLAYS[task_type.name]}'")
    return attributes


def _text(text: str) -> str:
    return without_liquid(html.escape(text))
