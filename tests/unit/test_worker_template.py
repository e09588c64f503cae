"""The page that a worker sees."""

import html.parser
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid import Environment

from constructs.ground_truth.task_types import TASK_TYPES
from constructs.ground_truth.worker_template import Instructions, worker_template

_TEXT_CLASSIFICATION = TASK_TYPES["text-classification"]


class _Page(html.parser.HTMLParser):
    """Collects each element's attributes and text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: dict[str, dict[str, str | None]] = {}
        self.text: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements[tag] = dict(attrs)
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that elements are closed in order."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Give the text to every open element."""
        for tag in self._open:
            self.text[tag] = self.text.get(tag, "") + data


def _render(source: str, **task_input: object) -> _Page:
    environment = Environment(autoescape=True)
    environment.add_filter("to_json", json.dumps)
    return _Page(environment.from_string(source).render(task={"input": task_input}))


def _page(header: str = "Even or odd?", **instructions: str) -> _Page:
    source = worker_template(
        _TEXT_CLASSIFICATION,
        header=header,
        instructions=Instructions(**{"short": "Look at the number.", **instructions}),
    )
    return _render(source, taskObject="42", labels=["Even", "Odd"])


def test_the_element_has_the_name_that_the_consolidation_function_looks_up() -> None:
    assert _page().elements["crowd-classifier"]["name"] == "crowd-classifier"


def test_the_worker_sees_the_text_and_the_labels() -> None:
    page = _page()

    assert page.text["classification-target"] == "42"
    assert json.loads(page.elements["crowd-classifier"]["categories"] or "") == ["Even", "Odd"]


def test_examples_stand_with_the_short_and_the_full_instructions() -> None:
    page = _page(good_example="42 is Even.", bad_example="21 is not Even.")

    for element in ("short-instructions", "full-instructions"):
        assert "Good example" in page.text[element]
        assert "21 is not Even." in page.text[element]


def test_without_full_instructions_the_short_ones_stand_for_them() -> None:
    assert "Look at the number." in _page().text["full-instructions"]


def test_a_blank_line_starts_a_paragraph() -> None:
    source = worker_template(
        _TEXT_CLASSIFICATION, header="h", instructions=Instructions(short="one\n\ntwo\nthree")
    )

    assert "<p>one</p>" in source
    assert "<p>two<br>three</p>" in source


@pytest.mark.parametrize(
    "typed", ["<b>", '"', "{{ task.input.labels }}", "{% if %}", "😀", "&amp;", "</crowd-form>"]
)
def test_what_a_person_typed_arrives_as_text(typed: str) -> None:
    page = _page(header=typed, short=typed, full=typed, good_example=typed)

    assert page.elements["crowd-classifier"]["header"] == typed
    assert typed in page.text["short-instructions"]
    assert typed in page.text["full-instructions"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_instruction_arrives_as_text(typed: str) -> None:
    page = _page(short=f"[{typed}]")

    assert f"[{typed}]" in page.text["short-instructions"]
