"""Which worker templates local Ground Truth takes, and what they show."""

from __future__ import annotations

from typing import Any, Final

import pytest

from local.ground_truth.answers.task_types import TASK_TYPES
from local.ground_truth.answers.worker_template import Form, check, check_custom, parse, render
from local.ground_truth.cloud import Denied
from tests.unit.local.local_cloud import form

_LABELS: Final = ["Even", "Odd", "Zero"]
_TEXT: Final[Form] = TASK_TYPES["TextMultiClass"].labeling.form  # type: ignore[assignment]  # it has one
_SCRIPT: Final = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'


def _page(template: str, **task_input: Any) -> str:
    content = {"taskObject": "1", "labels": _LABELS, **task_input}
    return render(parse(template), content, lambda uri: f"https://aws/{uri}")


def test_a_template_shows_text_and_labels_escaped() -> None:
    labels = ['"Even"', "Odd"]

    page = _page(form("TextMultiClass"), taskObject="<b>", labels=labels)

    check(page, _TEXT, labels)
    assert "<classification-target>&lt;b&gt;<" in page
    assert 'categories="[&#34;\\&#34;Even\\&#34;&#34;, &#34;Odd&#34;]"' in page


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("https://assets.crowd.aws", "https://example.com", "loads https://assets.crowd.aws"),
        ("crowd-form", "form", "has a crowd-form"),
        ("crowd-classifier", "crowd-input", "has a crowd-classifier"),
        ('name="crowd-classifier"', 'name="answer"', "named crowd-classifier, got 'answer'"),
        ("short-instructions", "p", "has short-instructions within crowd-classifier"),
        ("full-instructions", "p", "has full-instructions within crowd-classifier"),
        ("classification-target", "p", "has classification-target within crowd-classifier"),
        ("categories=", "labels=", "with all labels as categories, got ''"),
        ("task.input.labels", "task.input.lables", "with all labels as categories, got"),
    ],
)
def test_a_template_that_is_no_form_of_the_task_type_is_refused(
    old: str, new: str, message: str
) -> None:
    page = _page(form("TextMultiClass").replace(old, new))

    with pytest.raises(ValueError, match=message):
        check(page, _TEXT, _LABELS)


def test_labels_may_be_written_as_javascript() -> None:
    template = form("TextMultiClass").replace(
        "{{ task.input.labels | to_json | escape }}", "['Even', 'Odd', 'Zero']"
    )

    check(_page(template), _TEXT, _LABELS)


@pytest.mark.parametrize(
    "name", [each.name for each in TASK_TYPES.values() if each.labeling.form is not None]
)
def test_each_task_type_has_a_form(name: str) -> None:
    known = TASK_TYPES[name].labeling.form
    assert known is not None

    page = _page(form(name), manifestLine={"boxes": {}})

    check(page, known, _LABELS)


def test_an_image_must_be_readable_by_a_browser() -> None:
    known = TASK_TYPES["BoundingBox"].labeling.form
    assert known is not None
    page = _page(
        form("BoundingBox").replace(" | grant_read_access", ""), taskObject="s3://data/image.png"
    )

    with pytest.raises(ValueError, match="a URL as src, by grant_read_access, got 's3://data/imag"):
        check(page, known, _LABELS)


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("VerificationBoundingBox", "overlay"),
        ("AdjustmentBoundingBox", "initial-value"),
        ("AdjustmentSemanticSegmentation", "initial-value"),
    ],
)
def test_a_review_must_show_the_earlier_labels(name: str, attribute: str) -> None:
    known = TASK_TYPES[name].labeling.form
    assert known is not None
    page = _page(form(name).replace(f"{attribute}=", "title="), manifestLine={})

    with pytest.raises(ValueError, match=f"with the earlier labels as {attribute}, got none"):
        check(page, known, _LABELS)


@pytest.mark.parametrize("source", ["{{ task.input", "{% if x %}", "{{ 'a' | unknown }}"])
def test_a_template_that_is_no_liquid_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="the worker template"):
        render(parse(source), {}, str)


def test_a_template_that_may_not_read_the_object_is_not_shown() -> None:
    def denied(uri: str) -> str:
        raise Denied("s3:GetObject", uri, "the role")

    template = parse("{{ task.input.source-ref | grant_read_access }}")

    with pytest.raises(Denied, match="s3://data/a"):
        render(template, {"source-ref": "s3://data/a"}, denied)


def test_boxes_of_an_earlier_job_become_an_initial_value_as_the_guide_shows() -> None:
    template = (
        "[{% for box in task.input.manifestLine.cars.annotations %}"
        "{% capture class_id %}{{ box.class_id }}{% endcapture %}"
        "{% assign label = task.input.manifestLine.cars-metadata.class-map[class_id] %}"
        "{label: {{label | to_json}}, left: {{box.left}}},{% endfor %}]"
    )
    line = {
        "cars": {"annotations": [{"class_id": 0, "left": 7}]},
        "cars-metadata": {"class-map": {"0": "Car"}},
    }

    page = render(parse(template), {"manifestLine": line}, str)

    assert page == "[{label: &#34;Car&#34;, left: 7},]"


@pytest.mark.parametrize(
    "page",
    [
        f"{_SCRIPT}<crowd-form><crowd-input name='a'></crowd-input></crowd-form>",
        f"{_SCRIPT}<crowd-entity-annotation name='a'></crowd-entity-annotation>",
        "<form><input name='a'><button>Submit</button></form>",
        "<form><input name='a'><input type='submit'></form>",
    ],
)
def test_a_custom_template_can_be_submitted(page: str) -> None:
    check_custom(page)


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<p>Hello</p>", "has a crowd-form, or a form with a submit button, got"),
        ("<form><input name='a'></form>", "a form with a submit button"),
        ("<form><button type='button'>No</button></form>", "a form with a submit button"),
        ("<crowd-form></crowd-form>", "loads https://assets.crowd.aws"),
    ],
)
def test_a_custom_template_without_a_way_to_submit_is_refused(page: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_custom(page)
