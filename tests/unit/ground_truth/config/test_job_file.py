"""What a job's task demands of the environment file, and what the file may leave out."""

from pathlib import Path

import pytest

from ground_truth.catalogue.data_kinds import CUSTOM_DATA, MANIFEST
from ground_truth.catalogue.task_types import TASK_TYPES
from ground_truth.config import Environment, EnvironmentFileError, Job, load
from ground_truth.config.labels import Label
from tests.unit.ground_truth.config.broken_jobs import BROKEN, CARS, CLASSES, HEAD, TEXTS, job_text

_CATALOGUE = Path(__file__).parents[3] / "data" / "environments" / "catalogue.yaml"
#: The line of the first key of the job `it`.
_FIRST = 9


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work where a project is, so that messages name files as a user sees them."""
    (tmp_path / "environments").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _load(text: str) -> Environment:
    path = Path("environments/dev.yaml")
    path.write_text(HEAD + text, encoding="utf-8")
    return load(path)


def _problems(text: str) -> list[str]:
    with pytest.raises(EnvironmentFileError) as raised:
        _load(text)
    return [problem.removeprefix("environments/dev.yaml:") for problem in raised.value.problems]


def _it(*lines: str, others: str = "") -> Job:
    return _load(job_text(*lines) + others).jobs["it"]


def test_every_task_with_all_its_reviews_loads() -> None:
    jobs = load(_CATALOGUE).jobs

    assert {(job.task_type.name, job.task_type.purpose) for job in jobs.values()} == {
        (each.name, each.purpose)
        for task_type in TASK_TYPES.values()
        for each in task_type.with_reviews
    }


@pytest.mark.parametrize(
    ("task", "attribute"),
    [
        ("bounding-box", "it"),
        ("semantic-segmentation", "it-ref"),
        ("video-object-tracking", "it-ref"),
    ],
)
def test_nobody_types_the_suffix_of_a_label_attribute(task: str, attribute: str) -> None:
    job = _it(f"task: {task}", "input: Data/", "labels: [Car]")

    assert job.label_attribute == attribute


def test_a_verification_s_attribute_is_no_file_though_the_labels_are() -> None:
    streets = CARS.replace("bounding-box", "semantic-segmentation")

    job = _it("verify: cars", "labels: [Good, Bad]", others=streets)

    assert job.label_attribute == "it"
    assert job.task_type.function == "VerificationSemanticSegmentation"


def test_an_adjustment_has_the_labels_of_the_job_that_it_adjusts() -> None:
    job = _it("adjust: cars", others=CARS)

    assert job.labels == (Label(name="Car"), Label(name="Bus"))
    assert job.task_type.function == "AdjustmentBoundingBox"


def test_an_adjustment_may_add_labels() -> None:
    job = _it("adjust: cars", "labels: [Car, Bus, Tram]", others=CARS)

    assert [label.name for label in job.labels] == ["Car", "Bus", "Tram"]


def test_a_review_of_a_review_has_the_first_job_s_task_labels_and_objects() -> None:
    second = CARS.replace("cars:", "again:").replace("task: bounding-box", "adjust: it")
    environment = _load(
        job_text("adjust: cars")
        + CARS
        + second.replace("    input: Streets/\n", "").replace("    labels: [Car, Bus]\n", "")
    )

    job = environment.jobs["again"]
    assert job.task_type.name == "bounding-box"
    assert [label.name for label in job.labels] == ["Car", "Bus"]
    assert environment.source(job).input.prefix == "Streets/"


def test_a_job_that_waits_for_another_s_labels_doesn_t_fail_the_deployment_of_both() -> None:
    assert _it("adjust: cars", others=CARS).when_empty == "skip"
    assert _it("adjust: cars", "input: {when_empty: fail}", others=CARS).when_empty == "fail"
    assert _it("task: bounding-box", "input: Data/", "labels: [Car]").when_empty == "fail"


def test_a_review_of_an_output_manifest_says_whose_labels_they_are() -> None:
    job = _it(
        "adjust: {manifest: 's3://b-1/a/output.manifest', task: bounding-box, label_attribute: v}",
        "labels: [Car]",
    )

    assert job.reviewed is not None
    assert (job.reviewed.manifest, job.reviewed.job) == ("s3://b-1/a/output.manifest", None)


def test_a_label_is_a_name_or_a_mapping() -> None:
    job = _it(
        "task: named-entity-recognition",
        "input: Texts/",
        "labels: [Place, {name: Person, short_name: per}]",
    )

    assert job.labels == (Label(name="Place"), Label(name="Person", short_name="per"))


def test_choices_that_yaml_would_take_for_something_else_stay_text() -> None:
    job = _it(
        "task: video-object-detection",
        "input: Frames/",
        "labels: [Car]",
        "attributes: [{name: occluded, choices: [no, yes, 1]}]",
    )

    assert job.attributes[0].choices == ("no", "yes", "1")


@pytest.mark.parametrize(("text", "is_on"), [("true", True), ("{}", True), ("false", False)])
def test_automated_labeling_is_switched_by_one_word(text: str, *, is_on: bool) -> None:
    job = _it("task: bounding-box", "input: Data/", "labels: [Car]", f"auto_label: {text}")

    assert (job.auto_label is not None) == is_on


@pytest.mark.parametrize("data", sorted(CUSTOM_DATA))
def test_a_custom_task_says_what_it_is_about(folder: Path, data: str) -> None:
    _template(folder, "source" if data == "text" else '["source-ref"] | grant_read_access')

    job = _custom(f"data: {data}", "input: Data/")

    assert job.data_kind is CUSTOM_DATA[data]


def test_a_custom_task_s_own_manifest_says_itself_what_it_is_about(folder: Path) -> None:
    _template(folder, "anything")

    assert _custom("input: {manifest: own.jsonl}").data_kind is MANIFEST


def _template(folder: Path, value: str) -> None:
    path = f"task.input{value}" if value.startswith("[") else f"task.input.{value}"
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates/own.html").write_text(
        '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>\n'
        f"<crowd-form>\n<p>{{{{ {path} }}}}</p>\n"
        '<crowd-input name="answer"></crowd-input>\n</crowd-form>\n'
    )


def _custom_text(*lines: str) -> str:
    text = job_text("task: custom", *lines, "template: templates/own.html")
    return text.replace("    instructions: {short: Choose one.}\n", "")


def _custom(*lines: str) -> Job:
    return _load(_custom_text(*lines)).jobs["it"]


def test_what_is_wrong_with_a_template_is_named_with_its_line(folder: Path) -> None:
    _template(folder, "texxt")

    (problem,) = _problems(_custom_text("data: text", "input: Data/"))

    assert problem.startswith(f"{_FIRST + 3}: jobs.it.template: ")
    assert "templates/own.html:3:" in problem
    assert "texxt" in problem


def test_a_function_that_prepares_the_input_may_give_the_template_any_name(folder: Path) -> None:
    _template(folder, "texxt")
    (folder / "prepare").mkdir()
    (folder / "prepare/handler.py").write_text("def handler(event, context): ...\n")

    job = _custom("data: text", "input: Data/", "pre_annotation: prepare")

    assert job.pre_annotation == "prepare"


@pytest.mark.parametrize(
    ("lines", "problem"),
    BROKEN,
)
def test_what_a_task_refuses_is_named_with_line_field_value_and_rule(
    lines: tuple[str, ...], problem: str
) -> None:
    assert problem in _problems(job_text(*lines) + CARS)


def test_a_review_of_a_review_has_an_attribute_of_its_own() -> None:
    again = CARS.replace("cars:", "again:").replace("task: bounding-box", "adjust: it")
    again = again.replace("    input: Streets/\n", "    label_attribute: cars\n")

    (problem,) = _problems(job_text("adjust: cars") + CARS + again)

    assert problem.endswith(
        "jobs.again.label_attribute: expected another name than that of the labels that are"
        " reviewed, got 'cars'"
    )


def test_attributes_of_a_review_are_counted_with_those_that_it_takes_over() -> None:
    attributes = [f"{{name: a{number}, choices: [a]}}" for number in range(10)]
    frames = CARS.replace("bounding-box", "video-object-detection").replace(
        "    team:", f"    attributes: [{', '.join(attributes)}]\n    team:"
    )

    (problem,) = _problems(job_text("verify: cars", "attributes: [{name: right}]") + frames)

    assert problem == (
        "10: jobs.it.attributes: expected at most 10 attributes of the label 'Car', got 11; the"
        " job cars brings some"
    )


def test_a_custom_function_without_a_handler_is_named(folder: Path) -> None:
    _template(folder, "anything")
    (folder / "prepare").mkdir()
    (folder / "prepare/handler.py").write_text("def main(event, context): ...\n")

    (problem,) = _problems(_custom_text("data: text", "input: Data/", "pre_annotation: prepare"))

    assert problem == (
        "12: jobs.it.pre_annotation: prepare/handler.py: expected def handler(event, context), got"
        " main; name it handler"
    )


def test_verdicts_can_t_be_reviewed_again() -> None:
    checked = CARS.replace("cars:", "checked:").replace("task: bounding-box", "verify: cars")
    checked = checked.replace("    input: Streets/\n", "").replace("[Car, Bus]", "[Good, Bad]")

    (problem,) = _problems(job_text("adjust: checked", "labels: [Car]") + CARS + checked)

    assert problem == (
        "9: jobs.it.adjust: expected a job that makes labels, got 'checked', which makes verdicts"
        " on those of 'cars'"
    )


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        (("task: named-entity-recognition", *TEXTS[1:]), "task"),
        ((*CLASSES, "auto_label: true"), "auto_label"),
    ],
)
def test_where_no_public_document_names_the_service_s_own_parts_it_is_said(
    lines: tuple[str, ...], field: str
) -> None:
    path = Path("environments/iso.yaml")
    path.write_text(HEAD.replace("us-east-1", "us-iso-east-1") + job_text(*lines))

    with pytest.raises(EnvironmentFileError, match=rf"jobs\.it\.{field}: expected a Region for"):
        load(path)
