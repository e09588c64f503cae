"""The pages that workers see."""

import html.parser
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid import Environment

from ground_truth.catalogue.task_types import TASK_TYPES, TaskType
from ground_truth.config.labels import Instructions
from ground_truth.templates.worker_template import worker_template

_SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"
_TASKS = [
    each
    for task_type in TASK_TYPES.values()
    for each in task_type.with_reviews
    if each.element is not None
]
_BOX = TASK_TYPES["bounding-box"]
_SEGMENTATION = TASK_TYPES["semantic-segmentation"]
_TEXT = TASK_TYPES["text-classification"]
_VOID = ("br", "hr", "img", "source")
_WILD = ["<b>", '"', "'", "{{ task.input.labels }}", "{% if %}", "😀", "&amp;", "</crowd-form>"]
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


def _id(task_type: TaskType) -> str:
    return f"{task_type.name}-{task_type.purpose}"


class _Page(html.parser.HTMLParser):
    """Collects each element's attributes and text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: dict[str, dict[str, str | None]] = {}
        self.parents: dict[str, str] = {}
        self.text: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements[tag] = dict(attrs)
        assert len(dict(attrs)) == len(attrs)
        self.parents[tag] = self._open[-1] if self._open else ""
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that elements are closed in order."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Give the text to every open element."""
        for tag in self._open:
            self.text[tag] = self.text.get(tag, "") + data

    def json(self, element: str, attribute: str) -> Any:
        return json.loads(self.elements[element][attribute] or "")


def _attribute(task_type: TaskType) -> str | None:
    if task_type.purpose == "label":
        return None
    return "road-ref" if task_type.name == "semantic-segmentation" else "cars"


def _line(names: list[str]) -> dict[str, Any]:
    """Return a line of an output manifest, as the guide has it, with a box and a mask of each."""
    return {
        "source-ref": "s3://data/1.jpg",
        "cars": {
            "image_size": [{"width": 500, "height": 400, "depth": 3}],
            "annotations": [
                {"class_id": number, "left": 1, "top": 2.5, "width": 61, "height": 128}
                for number in range(len(names))
            ],
        },
        "cars-metadata": {"class-map": {str(number): name for number, name in enumerate(names)}},
        "road-ref": "s3://labels/1.png?a&b",
        "road-ref-metadata": {
            "internal-color-map": {
                "0": {"class-name": "BACKGROUND", "confidence": 0.9, "hex-color": "#ffffff"},
                **{
                    str(number): {"class-name": name, "hex-color": f"#2acf{number:02x}"}
                    for number, name in enumerate(names, start=1)
                },
            }
        },
    }


def _page(
    task_type: TaskType,
    header: str = "Look!",
    task_object: str = "s3://data/1.jpg",
    labels: tuple[str, ...] = ("Car", "Bus"),
    line: dict[str, Any] | None = None,
    **instructions: str,
) -> _Page:
    source = worker_template(
        task_type,
        script=_SCRIPT,
        header=header,
        instructions=Instructions(**{"short": "Look at it.", **instructions}),
        reviewed_attribute=_attribute(task_type),
    )
    environment = Environment(autoescape=True)
    environment.add_filter("to_json", lambda value: json.dumps(value, ensure_ascii=False))
    environment.add_filter("grant_read_access", lambda value: f"https://signed/{value}")
    return _Page(
        environment.from_string(source).render(
            task={
                "input": {
                    "taskObject": task_object,
                    "labels": labels,
                    "manifestLine": _line(["Car"]) if line is None else line,
                }
            }
        )
    )


@pytest.mark.parametrize("task_type", _TASKS, ids=_id)
def test_the_element_has_the_name_that_the_consolidation_function_looks_up(
    task_type: TaskType,
) -> None:
    page = _page(task_type)

    assert page.parents[str(task_type.element)] == "crowd-form"
    assert page.elements[str(task_type.element)]["name"] == task_type.element_name
    assert page.elements["script"]["src"] == _SCRIPT


@pytest.mark.parametrize("task_type", _TASKS, ids=_id)
def test_the_worker_chooses_among_the_labels_whatever_they_are(task_type: TaskType) -> None:
    element = str(task_type.element)
    attribute = (
        "labels"
        if element in ("crowd-bounding-box", "crowd-semantic-segmentation")
        else "categories"
    )

    page = _page(task_type, labels=tuple(_WILD))

    assert page.json(element, attribute) == _WILD


@pytest.mark.parametrize("task_type", _TASKS, ids=_id)
def test_the_instructions_stand_within_the_element(task_type: TaskType) -> None:
    page = _page(task_type, full="All of it.", good_example="Good!", bad_example="Bad!")

    for element, text in (("short-instructions", "Look at it."), ("full-instructions", "All")):
        assert page.parents[element] == task_type.element
        assert text in page.text[element]
        assert "Good!" in page.text[element]
        assert "Bad!" in page.text[element]


@pytest.mark.parametrize(
    "task_type", [each for each in _TASKS if each.data.name == "image"], ids=_id
)
def test_the_worker_sees_the_image(task_type: TaskType) -> None:
    element = _page(task_type).elements[str(task_type.element)]

    assert element["src"] == "https://signed/s3://data/1.jpg"


@pytest.mark.parametrize("name", ["text-classification", "text-classification-multi-label"])
def test_the_worker_sees_the_text_and_nothing_around_it(name: str) -> None:
    page = _page(TASK_TYPES[name], task_object="one\n  <b>two</b>")

    assert page.text["classification-target"] == "one\n  <b>two</b>"
    assert page.elements["classification-target"] == {"style": "white-space: pre-wrap"}


def test_the_worker_sees_the_video_in_a_player() -> None:
    page = _page(TASK_TYPES["video-classification"], task_object="s3://data/1.mp4")

    assert page.parents["video"] == "classification-target"
    assert page.parents["source"] == "video"
    assert page.elements["source"]["src"] == "https://signed/s3://data/1.mp4"


def test_adjusters_start_from_the_earlier_boxes() -> None:
    assert _BOX.adjustment is not None

    page = _page(_BOX.adjustment, line=_line(["Car", "Bus"]))

    assert page.json("crowd-bounding-box", "initial-value") == [
        {"label": "Car", "left": 1, "top": 2.5, "width": 61, "height": 128},
        {"label": "Bus", "left": 1, "top": 2.5, "width": 61, "height": 128},
    ]


def test_adjusters_start_from_the_earlier_mask() -> None:
    assert _SEGMENTATION.adjustment is not None

    page = _page(_SEGMENTATION.adjustment, line=_line(["buildings", "road"]))

    assert page.json("crowd-semantic-segmentation", "initial-value") == {
        "src": "https://signed/s3://labels/1.png?a&b",
        "labelMappings": {"buildings": {"color": "#2acf01"}, "road": {"color": "#2acf02"}},
    }


def test_verifiers_see_the_earlier_boxes_over_the_image() -> None:
    assert _BOX.verification is not None

    page = _page(_BOX.verification, labels=("Good", "Bad"), line=_line(["Car"]))

    assert page.json("crowd-image-classifier", "categories") == ["Good", "Bad"]
    assert page.json("crowd-image-classifier", "overlay") == {
        "boundingBox": {
            "labels": ["Car"],
            "value": [{"label": "Car", "left": 1, "top": 2.5, "width": 61, "height": 128}],
        }
    }


def test_verifiers_see_the_earlier_mask_over_the_image() -> None:
    assert _SEGMENTATION.verification is not None

    page = _page(_SEGMENTATION.verification, line=_line(["buildings", "road"]))

    assert page.json("crowd-image-classifier", "overlay") == {
        "semanticSegmentation": {
            "labels": ["buildings", "road"],
            "labelMappings": {"buildings": {"color": "#2acf01"}, "road": {"color": "#2acf02"}},
            "src": "https://signed/s3://labels/1.png?a&b",
        }
    }


@pytest.mark.parametrize("task_type", [_BOX.verification, _SEGMENTATION.verification], ids=_id)
def test_verifiers_may_say_why(task_type: TaskType) -> None:
    assert _page(task_type).parents["worker-comment"] == "crowd-image-classifier"


def test_an_image_on_which_nothing_was_found_starts_empty() -> None:
    assert _BOX.adjustment is not None
    assert _BOX.verification is not None
    assert _SEGMENTATION.adjustment is not None

    assert _page(_BOX.adjustment, line=_line([])).json("crowd-bounding-box", "initial-value") == []
    assert _page(_BOX.verification, line=_line([])).json("crowd-image-classifier", "overlay") == {
        "boundingBox": {"labels": [], "value": []}
    }
    mask = _page(_SEGMENTATION.adjustment, line=_line([]))
    assert mask.json("crowd-semantic-segmentation", "initial-value")["labelMappings"] == {}


@given(st.lists(_TEXTS, unique=True, max_size=4))
def test_any_earlier_label_arrives_as_text(names: list[str]) -> None:
    names = [name for name in names if name != "BACKGROUND"]
    assert _BOX.adjustment is not None
    assert _SEGMENTATION.verification is not None

    boxes = _page(_BOX.adjustment, line=_line(names))
    mask = _page(_SEGMENTATION.verification, line=_line(names))

    initial = boxes.json("crowd-bounding-box", "initial-value")
    overlay = mask.json("crowd-image-classifier", "overlay")["semanticSegmentation"]
    assert [box["label"] for box in initial] == names
    assert list(overlay["labelMappings"]) == names == overlay["labels"]


@given(header=_TEXTS, label=_TEXTS)
def test_any_header_and_label_arrives_as_text(header: str, label: str) -> None:
    page = _page(_BOX, header=header, labels=(label,))

    assert page.elements["crowd-bounding-box"]["header"] == header
    assert page.elements["full-instructions"]["header"] == header
    assert page.json("crowd-bounding-box", "labels") == [label]


@pytest.mark.parametrize("typed", _WILD)
def test_instructions_arrive_as_text(typed: str) -> None:
    page = _page(_TEXT, short=typed, full=typed, good_example=typed)

    assert typed in page.text["short-instructions"]
    assert typed in page.text["full-instructions"]


@pytest.mark.parametrize("name", ["named-entity-recognition", "video-object-tracking", "custom"])
def test_a_task_type_with_another_interface_has_no_template(name: str) -> None:
    with pytest.raises(ValueError, match="expected a task type with a generated template") as error:
        worker_template(
            TASK_TYPES[name], script=_SCRIPT, header="h", instructions=Instructions(short="s")
        )

    assert repr(name) in str(error.value)


@pytest.mark.parametrize(
    ("task_type", "attribute"), [(_BOX, "cars"), (_BOX.adjustment, None), (_BOX.verification, None)]
)
def test_earlier_labels_are_for_verification_and_adjustment(
    task_type: TaskType, attribute: str | None
) -> None:
    with pytest.raises(ValueError, match="expected the earlier label attribute just for"):
        worker_template(
            task_type,
            script=_SCRIPT,
            header="h",
            instructions=Instructions(short="s"),
            reviewed_attribute=attribute,
        )
