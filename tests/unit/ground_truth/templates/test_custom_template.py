"""A custom worker template."""

from pathlib import Path

import pytest

from ground_truth.catalogue.task_types import TASK_TYPES
from ground_truth.config.labels import Instructions
from ground_truth.templates.custom_template import custom_template
from ground_truth.templates.worker_template import worker_template

_SCRIPT = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
_INPUT = '<crowd-input name="total"></crowd-input>'
_PAGE = f"{_SCRIPT}\n<crowd-form>\n{{}}\n{_INPUT}\n</crowd-form>"
_ALL = frozenset(["source-ref"])


def _write(folder: Path, content: str) -> Path:
    path = folder / "receipt.html"
    path.write_text(content, encoding="utf-8")
    return path


def _problems(folder: Path, content: str, names: frozenset[str] | None = None) -> list[str]:
    """Return the problems of a template, each from its line on."""
    path = _write(folder, content)
    with pytest.raises(ValueError, match="expected") as error:
        custom_template(path, names=names)
    return [problem.removeprefix(f"{path}:") for problem in str(error.value).split("\n")]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_PAGE.format(""), id="a crowd form"),
        pytest.param(
            '<form><input name="total"><button>Send</button></form>', id="a plain form, a button"
        ),
        pytest.param('<form><input type="submit"></form>', id="a plain form, an input"),
        pytest.param(
            f'{_SCRIPT}<form>{_INPUT}<crowd-button form-action="submit">Send</crowd-button></form>',
            id="a plain form, a crowd button",
        ),
        pytest.param(
            f'{_SCRIPT}<crowd-entity-annotation name="a"></crowd-entity-annotation>',
            id="an element with a form of its own",
        ),
        pytest.param(
            f"{_SCRIPT}<crowd-form></crowd-form><script>document.write('x')</script>",
            id="inputs made by a script",
        ),
        pytest.param(
            f'{_SCRIPT}<crowd-form id="f"></crowd-form><crowd-question-answer-generation'
            ' crowd-form-element-id="f"></crowd-question-answer-generation>',
            id="an element that names its form",
        ),
        pytest.param(
            '<script src="https://assets.crowd.aws/crowd-html-elements-v2.js"></script>'
            f"<crowd-form>{_INPUT}</crowd-form>",
            id="the second version of the script",
        ),
        pytest.param(
            f"{_SCRIPT}<crowd-form><crowd-radio-group>"
            '<crowd-radio-button name="a" value="1">1</crowd-radio-button>'
            '<crowd-radio-button name="a" value="2">2</crowd-radio-button>'
            "</crowd-radio-group></crowd-form>",
            id="radio buttons of one name",
        ),
        pytest.param(
            _PAGE.format(
                "{% if task.input.a %}<crowd-card>{% else %}<crowd-card>{% endif %}"
            ).replace(_INPUT, f"{_INPUT}</crowd-card>"),
            id="a condition that opens one of two",
        ),
        pytest.param(
            _PAGE.format(
                '{% if task.input.a %}<crowd-input name="a"></crowd-input>'
                '{% else %}<crowd-input name="a"></crowd-input>{% endif %}'
            ),
            id="a name in both branches",
        ),
        pytest.param(
            _PAGE.format(
                "{% for row in task.input.rows %}"
                '<crowd-input name="row{{ forloop.index }}" value="{{ row.a }}"></crowd-input>'
                '<crowd-input name="row{{ forloop.index }}" value="{{ row.b }}"></crowd-input>'
                "{% endfor %}"
            ),
            id="names that Liquid writes",
        ),
        pytest.param(
            _PAGE.format(
                "<!-- <crowd-inptu> {{ task.input.a }} --> {% comment %}{{ b }}{% endcomment %}"
            ),
            id="comments",
        ),
        pytest.param(_PAGE.format("{% raw %}{{ this is no Liquid }}{% endraw %}"), id="raw"),
        pytest.param(_PAGE.format('<p style="a"><ul><li></p>'), id="careless HTML"),
        pytest.param(
            _PAGE.format('<a href="{{ task.input.taskObject }}">{{ task.input.taskObject }}</a>'),
            id="a link to a web page",
        ),
        pytest.param(
            _PAGE.format(
                "{% assign a = task.input.image | grant_read_access %}<img src='{{ a }}'>"
            ),
            id="an address from a variable",
        ),
        pytest.param(
            _PAGE.format('{{ "&amp;" | escape_once | skip_autoescape }}{{ task | to_json }}'),
            id="the filters of Ground Truth",
        ),
    ],
)
def test_what_works_is_accepted(tmp_path: Path, content: str) -> None:
    assert custom_template(_write(tmp_path, content), names=None).content == content


@pytest.mark.parametrize("name", TASK_TYPES)
def test_generated_templates_are_accepted(tmp_path: Path, name: str) -> None:
    for task_type in TASK_TYPES[name].with_reviews:
        if task_type.element is not None:
            source = worker_template(
                task_type,
                script="https://assets.crowd.aws/crowd-html-elements.js",
                header="Look!",
                instructions=Instructions(short="Look."),
                reviewed_attribute=None if task_type.purpose == "label" else "cars",
            )

            template = custom_template(_write(tmp_path, source), names=None)

            assert set(template.names) >= {"labels", "taskObject"}


def test_names_are_those_that_every_line_must_have(tmp_path: Path) -> None:
    content = _PAGE.format(
        """
        <img src="{{ task.input["source-ref"] | grant_read_access }}">
        {{ task.input.shop.name }} {% for item in task.input.items %}{{ item.price }}{% endfor %}
        {% if task.input.hint %}{{ task.input.hint }}{% elsif task.input.other == 1 %}-{% endif %}
        {% unless task.input.done %}-{% endunless %}{{ task.input.unit | upcase | default: "EUR" }}
        {{ task.input[task.input.key] }}
        """
    )

    template = custom_template(_write(tmp_path, content), names=None)

    assert template.names == ("items", "key", "shop", "source-ref")


def test_neither_a_mark_nor_line_ends_change_a_template(tmp_path: Path) -> None:
    path = tmp_path / "receipt.html"
    path.write_bytes(b"\xef\xbb\xbf" + _PAGE.format("é").replace("\n", "\r\n").encode())

    assert custom_template(path, names=None).content == _PAGE.format("é")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.html"

    with pytest.raises(ValueError, match="got no file") as error:
        custom_template(path, names=None)

    assert str(error.value) == f"{path}: expected a worker template, got no file; check the path"


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "receipt.html"
    path.write_bytes(b"<crowd-form>\n\xe9")

    with pytest.raises(ValueError, match="UTF-8") as error:
        custom_template(path, names=None)

    assert str(error.value) == (
        f"{path}:2: expected UTF-8, got the byte 0xe9; save the file as UTF-8"
    )


def test_a_template_has_at_most_128_000_characters(tmp_path: Path) -> None:
    fits = _PAGE.format("x" * (128_000 - len(_PAGE.format(""))))

    assert custom_template(_write(tmp_path, fits), names=None).content == fits
    assert _problems(tmp_path, f"{fits}x") == [
        "1: expected at most 128,000 characters, got 128,001;"
        " load styles and scripts from files of their own"
    ]


@pytest.mark.parametrize(
    ("liquid", "line", "got"),
    [
        ("\n{% iff task.input.a %}{% endiff %}", 4, "unexpected tag 'iff'"),
        ("{{ task.input.a | }}", 3, "expected word, found end of expression"),
        ("{{ task.input.a", 3, "expected '}}', found end of file"),
        ("\n{% if task.input.a %}\n", 4, "expected tag endif, found end of expression"),
        ("{% if task.input.a = 1 %}{% endif %}", 3, "expected end of expression, found '='"),
        ("{% include 'head' %}", 3, "unexpected tag 'include'"),
    ],
)
def test_a_syntax_error_has_its_line(tmp_path: Path, liquid: str, line: int, got: str) -> None:
    assert _problems(tmp_path, _PAGE.format(liquid)) == [
        f"{line}: expected Liquid, got an error: {got};"
        " https://shopify.github.io/liquid/ says how it is written"
    ]


@pytest.mark.parametrize(
    ("element", "problem"),
    [
        (
            "{{ task.input.a | to_jsn }}",
            "3: expected a filter of Liquid or Ground Truth, got 'to_jsn'; did you mean 'to_json'?",
        ),
        (
            "{{ task.input.a | zzz }}",
            "3: expected a filter of Liquid or Ground Truth, got 'zzz';"
            " the page could not be rendered",
        ),
        (
            "{{\n labels }}",
            "4: expected a variable below task.input, got labels; write task.input.labels,"
            " all data of a task is there",
        ),
        (
            "{{ task.inptu.a }}",
            "3: expected a variable below task.input, got task.inptu.a; write task.input.<name>,"
            " all data of a task is there",
        ),
        (
            "<crowd-inptu></crowd-inptu>",
            "3: expected a crowd element that Ground Truth has, got <crowd-inptu>;"
            " did you mean 'crowd-input'?",
        ),
        (
            "<crowd-qqq></crowd-qqq>",
            "3: expected a crowd element that Ground Truth has, got <crowd-qqq>;"
            " https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-reference.html"
            " lists them",
        ),
        (
            "<crowd-textract-analyze-document></crowd-textract-analyze-document>",
            "3: expected an element of Ground Truth, got <crowd-textract-analyze-document> of"
            " Augmented AI;"
            " https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-reference.html"
            " lists them",
        ),
        (
            "<crowd-checkbox></crowd-checkbox>",
            "3: expected a name for <crowd-checkbox>, got none; the answer is found by it",
        ),
        (
            "\n<crowd-slider name='total'></crowd-slider>\n",
            "6: expected a name of its own for <crowd-input>, got 'total' of line 4 again;"
            " one answer would hide the other",
        ),
        (
            '<img src="{{ task.input["source-ref"] }}">',
            "3: expected `| grant_read_access` in src of <img>, got {{ task.input.source-ref }};"
            " a browser can't open an S3 URI",
        ),
        (
            '{% if task.input.a %}\n<audio src="{{ task.input.taskObject | strip }}">{% endif %}',
            "4: expected `| grant_read_access` in src of <audio>, got"
            " {{ task.input.taskObject | strip }}; a browser can't open an S3 URI",
        ),
        (
            '{% assign u = task.input["source-ref"] %}<img src="{{ u }}">',
            "3: expected `| grant_read_access` in src of <img>, got {{ u }}; a browser can't open"
            " an S3 URI",
        ),
        (
            '<img src="{{ task.input["source-ref"] }}?size=2">',
            "3: expected `| grant_read_access` in src of <img>, got {{ task.input.source-ref }};"
            " a browser can't open an S3 URI",
        ),
        (
            '<video poster="{{ task.input["source-ref"] }}"></video>',
            "3: expected `| grant_read_access` in poster of <video>, got"
            " {{ task.input.source-ref }}; a browser can't open an S3 URI",
        ),
        (
            '<a href="{{ task.input.manifestLine.road-ref }}">',
            "3: expected `| grant_read_access` in href of <a>, got"
            " {{ task.input.manifestLine.road-ref }}; a browser can't open an S3 URI",
        ),
        (
            "<crowd-input name='a' />",
            "3: expected <crowd-input></crowd-input>, got <crowd-input/>;"
            " HTML leaves that one open",
        ),
        (
            "</crowd-card>",
            "3: expected <crowd-card> before </crowd-card>, got none; open it",
        ),
        (
            "<crowd-card>",
            "5: expected </crowd-card> for line 3, got </crowd-form>; close crowd elements in the"
            " order of their opening",
        ),
        (
            "<crowd-tabs><crowd-tab>\n</crowd-tabs></crowd-tab>",
            "4: expected </crowd-tab> for line 3, got </crowd-tabs>; close crowd elements in the"
            " order of their opening",
        ),
    ],
)
def test_what_would_break_a_job_is_an_error_with_its_line(
    tmp_path: Path, element: str, problem: str
) -> None:
    assert _problems(tmp_path, _PAGE.format(element)) == [problem]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            "<p>Hello</p>",
            "1: expected a <crowd-form>, or a <form> with a submit button, got neither;"
            " without one a worker can't send an answer",
        ),
        (
            '<p>\n<form><input name="a"><button type="button">No</button></form>',
            "2: expected a <crowd-form>, or a <form> with a submit button, got neither;"
            " without one a worker can't send an answer",
        ),
        (
            f'{_SCRIPT}\n<crowd-form><input></crowd-form><input name="a">',
            "2: expected an element for the answer in <crowd-form>, such as <crowd-input>,"
            " got none; workers could only send empty answers",
        ),
        (
            f"\n<crowd-form>{_INPUT}</crowd-form>",
            f"2: expected the script of the crowd elements, got none; add {_SCRIPT} at the top",
        ),
        (
            f"{_SCRIPT}\n<crowd-form>{_INPUT}",
            "2: expected </crowd-form>, got the end of the file; close the element",
        ),
    ],
)
def test_a_page_without_what_it_needs_is_an_error(
    tmp_path: Path, content: str, problem: str
) -> None:
    assert _problems(tmp_path, content) == [problem]


def test_a_name_that_no_line_has_is_an_error(tmp_path: Path) -> None:
    content = _PAGE.format(
        "{{ task.input.sourceref }}\n{{ task.input.shop }}\n"
        "{% if task.input.hint %}-{% endif %}{{ task.input.source-ref }}"
    )

    assert _problems(tmp_path, content, names=_ALL) == [
        "3: expected a name that the manifest's lines have (source-ref), got task.input.sourceref;"
        " did you mean 'source-ref'?",
        "4: expected a name that the manifest's lines have (source-ref), got task.input.shop;"
        " a pre-annotation function can add it",
    ]


def test_all_problems_are_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    content = "{{ a }}\n{{ task.input.b | jsn }}\n<crowd-form>"

    lines = [problem.partition(":")[0] for problem in _problems(tmp_path, content)]

    assert lines == ["1", "2", "3", "3", "3"]


def test_lines_are_counted_through_liquid_of_several_lines(tmp_path: Path) -> None:
    content = _PAGE.format(
        "{% comment %}\n\n{% endcomment %}{{ task.input.a\n| strip }}\n<crowd-input></crowd-input>"
    )

    (problem,) = _problems(tmp_path, content)

    assert problem.startswith("7: expected a name for <crowd-input>")
