"""What a job's task demands of the environment file, and what the file may leave out."""

from pathlib import Path

import pytest

from dataset.messages import shown
from ground_truth.catalogue.data_kinds import CUSTOM_DATA, MANIFEST
from ground_truth.catalogue.task_types import TASK_TYPES
from ground_truth.config import Environment, EnvironmentFileError, Job, load
from ground_truth.templates.label_categories import Label

_CATALOGUE = Path(__file__).parents[3] / "data" / "environments" / "catalogue.yaml"
_HEAD = """\
region: us-east-1
protected: false
workforce:
  create: {organization: Example Labs, support_email: labeling@example.com}
  teams:
    readers: {description: Reads, workers: [ana@example.com]}
jobs:
"""
#: The line of the first key of the job `it`.
_FIRST = 9


def _job(*lines: str) -> str:
    """Return a job `it` with these lines, and those that every job must have behind them."""
    common = (
        "title: Which?",
        "description: Choose one.",
        "instructions: {short: Choose one.}",
        "team: readers",
    )
    given = {line.partition(":")[0] for line in lines}
    more = [line for line in common if line.partition(":")[0] not in given]
    return "  it:\n" + "".join(f"    {line}\n" for line in (*lines, *more))


_CARS = """\
  cars:
    task: bounding-box
    input: Streets/
    labels: [Car, Bus]
    title: Where?
    description: Draw boxes.
    instructions: {short: Draw tight boxes.}
    team: readers
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work where a project is, so that messages name files as a user sees them."""
    (tmp_path / "environments").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _load(text: str) -> Environment:
    path = Path("environments/dev.yaml")
    path.write_text(_HEAD + text, encoding="utf-8")
    return load(path)


def _problems(text: str) -> list[str]:
    with pytest.raises(EnvironmentFileError) as raised:
        _load(text)
    return [problem.removeprefix("environments/dev.yaml:") for problem in raised.value.problems]


def _it(*lines: str, others: str = "") -> Job:
    return _load(_job(*lines) + others).jobs["it"]


def test_every_task_with_all_its_reviews_loads() -> None:
    jobs = load(_CATALOGUE).jobs

    forms = {
        (each.name, each.form)
        for task_type in TASK_TYPES.values()
        for each in (task_type, task_type.verification, task_type.adjustment)
        if each is not None
    }
    assert {(job.task_type.name, job.task_type.form) for job in jobs.values()} == forms


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
    streets = _CARS.replace("bounding-box", "semantic-segmentation")

    job = _it("verify: cars", "labels: [Good, Bad]", others=streets)

    assert job.label_attribute == "it"
    assert job.task_type.function == "VerificationSemanticSegmentation"


def test_an_adjustment_has_the_labels_of_the_job_that_it_adjusts() -> None:
    job = _it("adjust: cars", others=_CARS)

    assert [label.label() for label in job.labels] == [Label(name="Car"), Label(name="Bus")]
    assert job.task_type.function == "AdjustmentBoundingBox"


def test_an_adjustment_may_add_labels() -> None:
    job = _it("adjust: cars", "labels: [Car, Bus, Tram]", others=_CARS)

    assert [label.name for label in job.labels] == ["Car", "Bus", "Tram"]


def test_a_review_of_a_review_has_the_first_job_s_task_labels_and_objects() -> None:
    second = _CARS.replace("cars:", "again:").replace("task: bounding-box", "adjust: it")
    environment = _load(
        _job("adjust: cars")
        + _CARS
        + second.replace("    input: Streets/\n", "").replace("    labels: [Car, Bus]\n", "")
    )

    job = environment.jobs["again"]
    assert job.task_type.name == "bounding-box"
    assert [label.name for label in job.labels] == ["Car", "Bus"]
    assert environment.source(job).input.prefix == "Streets/"


def test_a_job_that_waits_for_another_s_labels_doesn_t_fail_the_deployment_of_both() -> None:
    assert _it("adjust: cars", others=_CARS).when_empty == "skip"
    assert _it("adjust: cars", "input: {when_empty: fail}", others=_CARS).when_empty == "fail"
    assert _it("task: bounding-box", "input: Data/", "labels: [Car]").when_empty == "fail"


def test_a_review_of_an_output_manifest_says_whose_labels_they_are() -> None:
    job = _it(
        "adjust: {manifest: 's3://b-1/a/output.manifest', task: bounding-box, label_attribute: v}",
        "labels: [Car]",
    )

    assert job.previous is not None
    assert (job.previous.manifest, job.previous.job) == ("s3://b-1/a/output.manifest", None)


def test_a_label_is_a_name_or_a_mapping() -> None:
    job = _it(
        "task: named-entity-recognition",
        "input: Texts/",
        "labels: [Place, {name: Person, short_name: per}]",
    )

    assert [label.label() for label in job.labels] == [
        Label(name="Place"),
        Label(name="Person", short_name="per"),
    ]


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
    text = _job("task: custom", *lines, "template: templates/own.html")
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


_TASKS = (
    "image-classification, image-classification-multi-label, bounding-box, semantic-segmentation,"
    " text-classification, text-classification-multi-label, named-entity-recognition,"
    " video-classification, video-object-detection, video-object-tracking,"
    " point-cloud-object-detection, point-cloud-object-tracking,"
    " point-cloud-semantic-segmentation, custom"
)
_REVIEWABLE = (
    "bounding-box, semantic-segmentation, video-object-detection, video-object-tracking,"
    " point-cloud-object-detection, point-cloud-object-tracking, point-cloud-semantic-segmentation"
)
_MANY = list(range(51))
_KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_BOX = ("task: bounding-box", "input: Data/", "labels: [Car]")
_CLASSES = ("task: image-classification", "input: Data/", "labels: [Cat, Dog]")
_TEXTS = ("task: text-classification", "input: Data/", "labels: [Good, Bad]")
_VIDEO = ("task: video-object-detection", "input: Data/", "labels: [Car]")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (("input: Data/",), "8: jobs.it.task: expected a value, got nothing; add the key"),
        (
            ("task: bounding-boxes",),
            f"9: jobs.it.task: expected one of {_TASKS}, got 'bounding-boxes'",
        ),
        (
            ("task: bounding-box", "labels: [Car]"),
            "8: jobs.it.input: expected a prefix such as Input/, or a mapping with `prefix` or"
            " `manifest`, got neither",
        ),
        (
            ("task: bounding-box", "input: Data/"),
            "8: jobs.it.labels: expected a value, got nothing; add the key",
        ),
        (
            (*_BOX, "instructions:"),
            "12: jobs.it.instructions: expected a value, got nothing; add the key",
        ),
        (
            ("task: bounding-box", *_BOX[1:], "instructions: {short: 'See [it](http://e.com)'}"),
            "12: jobs.it.instructions: expected an address that begins with 'https://' for a link"
            " or picture, got 'http://e.com'; put it where workers' browsers can read it",
        ),
        (
            ("verify: {job: nope, manifest: m, task: bounding-box, label_attribute: x}",),
            "9: jobs.it.verify: expected `verify: nope` for a job of this file, got `job` in a"
            " mapping",
        ),
        (
            ("adjust: {manifest: m, task: bounding-box, label_attribute: 'a\"] | x }}<b>'}",),
            "9: jobs.it.adjust: expected letters, digits and inner hyphens as a label attribute's"
            " name, got 'a\"] | x }}<b>'",
        ),
        (
            ("adjust: {manifest: m, task: semantic-segmentation, label_attribute: streets}",),
            "9: jobs.it.adjust: expected a label attribute that ends with '-ref', as all of"
            " semantic-segmentation do, got 'streets'",
        ),
        (
            ("task: custom", "data: pointcloud", "input: Data/", "template: own.html"),
            "10: jobs.it.data: expected one of text, image, video, audio, file, got 'pointcloud'",
        ),
        (
            ("task: semantic-segmentation", "input: {prefix: D/, sample: 50000}", "labels: [Road]"),
            "10: jobs.it.input: expected a `sample` or `limit` of 1 to 20,000 data objects for"
            " semantic-segmentation, got 50,000",
        ),
        (
            ("task: bounding-box", "input: {prefix: D/, limit: 100}", _BOX[2], "auto_label: true"),
            "12: jobs.it.auto_label: expected a `sample` or `limit` of 1,250 to 100,000 data"
            " objects for bounding-box with automated labeling, got 100",
        ),
        (
            (
                "task: semantic-segmentation",
                "input: Data/",
                f"labels: {_MANY[:21]}",
                "auto_label: true",
            ),
            "12: jobs.it.auto_label: expected at most 20 labels for semantic-segmentation with"
            " automated labeling, got 21",
        ),
        (
            ("task: bounding-box", "input: {prefix: D/, seed: 123456789012345678901}", _BOX[2]),
            "10: jobs.it.input.seed: expected -100000000000000000 to 100000000000000000 as a seed,"
            " got 123456789012345678901",
        ),
        (
            ("task: bounding-box", "input: {prefix: D/, include: ['[z-a].jpg']}", _BOX[2]),
            "10: jobs.it.input.include[0]: expected a range such as [a-z] in a pattern, got z-a in"
            " '[z-a].jpg'",
        ),
        (
            (*_BOX, f"output_key: {_KEY.replace('us-east-1', 'eu-west-1')}"),
            "12: jobs.it.output_key: expected an ARN of the Region us-east-1, got"
            f" {shown(_KEY.replace('us-east-1', 'eu-west-1'))}",
        ),
        (
            ("verify: trucks", "labels: [Good, Bad]"),
            "9: jobs.it.verify: expected one of the jobs (it, cars), or a mapping with `manifest`,"
            " `task` and `label_attribute`, got 'trucks'",
        ),
        (
            ("verify: it", "labels: [Good, Bad]"),
            "9: jobs.it.verify: expected a job with labels of its own, got 'it', which leads back"
            " to itself",
        ),
        (
            ("verify: {manifest: a.manifest, task: bounding-box}", "labels: [Good, Bad]"),
            "9: jobs.it.verify: expected the key of a job, or a mapping with `manifest`, `task` and"
            " `label_attribute`, got one without `label_attribute`",
        ),
        (
            ("adjust: {manifest: m, task: text-classification, label_attribute: a}",),
            f"9: jobs.it.adjust: expected labels of {_REVIEWABLE}, which can be reviewed with"
            " `adjust`, got those of 'text-classification'",
        ),
        (
            ("verify: cars", "adjust: cars", "labels: [Good, Bad]"),
            "10: jobs.it.adjust: expected either `verify` or `adjust`, got both",
        ),
        (
            ("verify: cars", "task: bounding-box", "labels: [Good, Bad]"),
            "10: jobs.it.task: expected no task beside `verify` or `adjust`, since it is that of"
            " the labels, got 'bounding-box'",
        ),
        (
            ("verify: cars",),
            "8: jobs.it.labels: expected a value, got nothing; add the key",
        ),
        (
            ("verify: cars", "labels: [Good]"),
            "10: jobs.it.labels: expected at least 2 labels for verification of bounding-box, got"
            " ['Good']",
        ),
        (
            ("adjust: cars", "labels: [Car, Tram]"),
            "10: jobs.it.labels: expected all labels of the job cars, and others behind them if you"
            " like, got none that is 'Bus'",
        ),
        (
            ("adjust: cars", "input: Data/"),
            "10: jobs.it.input: expected `prefix` only for jobs that label, since `verify` and"
            " `adjust` name the objects, got 'Data/'",
        ),
        (
            ("adjust: cars", "label_attribute: cars"),
            "10: jobs.it.label_attribute: expected another name than that of the labels that are"
            " reviewed, got 'cars'",
        ),
        (
            (*_BOX, "annotation: polygon"),
            "12: jobs.it.annotation: expected no annotation for bounding-box, got 'polygon'",
        ),
        (
            (*_VIDEO, "annotation: circle"),
            "12: jobs.it.annotation: expected one of bounding-box, polygon, polyline, keypoint for"
            " video-object-detection, got 'circle'",
        ),
        (
            ("task: video-object-detection", "input: Data/", "labels: [A very long label]"),
            "11: jobs.it.labels[0]: expected 1 to 16 characters, got 17: 'A very long label'",
        ),
        (
            (*_VIDEO, "frame_attributes: [{name: clear}]"),
            "12: jobs.it.frame_attributes: expected a description of the frame attribute 'clear',"
            " got nothing",
        ),
        (
            (*_VIDEO, "attributes: [{name: seats, minimum: few, maximum: 9}]"),
            "12: jobs.it.attributes[0].minimum: expected a whole number, got 'few'",
        ),
        (
            (*_VIDEO, "attributes: [{name: seats, choice: [few]}]"),
            "12: jobs.it.attributes[0].choice: expected one of the keys name, description, choices,"
            " minimum, maximum, required, got 'choice'; did you mean 'choices'?",
        ),
        (
            ("task: video-object-detection", "input: Data/", "labels: [{name: Car, color: red}]"),
            "11: jobs.it.labels[0].color: expected one of the keys name, short_name, attributes,"
            " got 'color'",
        ),
        (
            (*_VIDEO, "task_time_limit: 8 days"),
            "12: jobs.it.task_time_limit: expected 30 seconds to 7 days for video-object-detection,"
            " got 8 days",
        ),
        (
            (*_BOX, "template: templates/own.html"),
            "12: jobs.it.template: expected a template 'templates/own.html' for custom tasks only,"
            " got it for bounding-box, for which Ground Truth has its own",
        ),
        (
            (*_BOX, "pre_annotation: prepare"),
            "12: jobs.it.pre_annotation: expected an own function 'prepare' for custom tasks only,"
            " got it for bounding-box, for which Ground Truth has its own",
        ),
        (
            (*_BOX, "data: image"),
            "12: jobs.it.data: expected `data` 'image' for custom tasks only, got it for"
            " bounding-box, for which Ground Truth has its own",
        ),
        (
            ("task: custom", "input: Data/", "instructions:"),
            "10: jobs.it.input: expected `data`, one of text, image, video, audio, file, for a"
            " custom task without a manifest, got nothing; add the key",
        ),
        (
            ("task: custom", "data: image", "input: Data/", "instructions:"),
            "8: jobs.it.template: expected a value, got nothing; add the key",
        ),
        (
            ("task: custom", "data: image", "input: Data/"),
            "14: jobs.it.instructions: expected no instructions for a custom task, whose template"
            " holds them, got some",
        ),
        (
            ("task: custom", "data: image", "input: Data/", "pre_annotation: prepare"),
            "12: jobs.it.pre_annotation: expected the ARN of a function, or a folder with a"
            " handler.py, got 'prepare', and there is no prepare/handler.py",
        ),
        (
            ("task: custom", "data: image", "input: Data/", "post_annotation: 'arn:aws:s3:::b'"),
            "12: jobs.it.post_annotation: expected the ARN of a function, such as"
            " arn:aws:lambda:us-east-1:111122223333:function:prepare, got 'arn:aws:s3:::b'",
        ),
        (
            ("task: text-classification-multi-label", *_TEXTS[1:], "auto_label: true"),
            "12: jobs.it.auto_label: expected `auto_label` for image-classification, bounding-box,"
            " semantic-segmentation, text-classification only, for which Ground Truth has a model"
            " to train, got it for text-classification-multi-label",
        ),
        (
            ("adjust: cars", "auto_label: true"),
            "10: jobs.it.auto_label: expected `auto_label` for image-classification, bounding-box,"
            " semantic-segmentation, text-classification only, for which Ground Truth has a model"
            " to train, got it for adjustment of bounding-box",
        ),
        (
            (*_BOX, "auto_label: yes"),
            "12: jobs.it.auto_label: expected a mapping, that is lines of `key: value`, got 'yes'",
        ),
        (
            (*_BOX, "auto_label: {subnets: [subnet-1]}"),
            "12: jobs.it.auto_label.security_groups: expected `subnets` and `security_groups`"
            " together, got one of them",
        ),
        (
            (*_BOX, "stop_when: {labeled_percentage: 101}"),
            "12: jobs.it.stop_when.labeled_percentage: expected 1 to 100 percent, got 101",
        ),
        (
            (*_BOX, "content_classifiers: [FreeOfSecrets]"),
            "12: jobs.it.content_classifiers[0]: expected"
            " 'FreeOfPersonallyIdentifiableInformation' or 'FreeOfAdultContent',"
            " got 'FreeOfSecrets'",
        ),
        (
            (*_BOX, "output_key: alias/labels"),
            "12: jobs.it.output_key: expected the ARN of a KMS key, such as"
            " arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, got"
            " 'alias/labels'",
        ),
        (
            (*_BOX, "keywords: [a--b]"),
            "12: jobs.it.keywords: expected letters and digits with single blanks between, got"
            " 'a--b'",
        ),
        (
            ("task: bounding-box", "input: {prefix: Data/, split: line}", "labels: [Car]"),
            "10: jobs.it.input: expected `split` only for texts below a prefix, got 'line'",
        ),
        (
            ("task: text-classification", "input: {prefix: T/, split: line, column: a}", _TEXTS[2]),
            "10: jobs.it.input: expected either `split` or `column`, got both",
        ),
        (
            ("task: bounding-box", "input: {manifest: m.jsonl, include: ['*.jpg']}", _BOX[2]),
            "10: jobs.it.input: expected `include` only for objects below a prefix, got ('*.jpg',)",
        ),
        (
            ("task: bounding-box", "input: {prefix: Data/, sample: 0}", "labels: [Car]"),
            "10: jobs.it.input.sample: expected 1 to 100000 data objects, got 0",
        ),
        (
            ("task: bounding-box", "input: {prefix: Data/, include: ['/a']}", "labels: [Car]"),
            "10: jobs.it.input.include[0]: expected a pattern such as *.jpg or drafts/**, without a"
            " slash at its ends, got '/a'",
        ),
        (
            ("task: point-cloud-object-detection", "input: Clouds/", "labels: [Car]"),
            "10: jobs.it.input: expected a `manifest` for a point cloud, because only you know the"
            " poses and time stamps in it, got none",
        ),
        (
            ("task: image-classification-multi-label", "input: Data/", f"labels: {_MANY}"),
            "11: jobs.it.labels: expected at most 50 labels for image-classification-multi-label,"
            " got 51",
        ),
    ],
)
def test_what_a_task_refuses_is_named_with_line_field_value_and_rule(
    lines: tuple[str, ...], problem: str
) -> None:
    assert problem in _problems(_job(*lines) + _CARS)


def test_a_review_of_a_review_has_an_attribute_of_its_own() -> None:
    again = _CARS.replace("cars:", "again:").replace("task: bounding-box", "adjust: it")
    again = again.replace("    input: Streets/\n", "    label_attribute: cars\n")

    (problem,) = _problems(_job("adjust: cars") + _CARS + again)

    assert problem.endswith(
        "jobs.again.label_attribute: expected another name than that of the labels that are"
        " reviewed, got 'cars'"
    )


def test_attributes_of_a_review_are_counted_with_those_that_it_takes_over() -> None:
    attributes = [f"{{name: a{number}, choices: [a]}}" for number in range(10)]
    frames = _CARS.replace("bounding-box", "video-object-detection").replace(
        "    team:", f"    attributes: [{', '.join(attributes)}]\n    team:"
    )

    (problem,) = _problems(_job("verify: cars", "attributes: [{name: right}]") + frames)

    assert problem == (
        "10: jobs.it.attributes: expected at most 10 attributes of the label 'Car', got 11; the"
        " job cars brings some"
    )


def test_an_own_function_without_a_handler_is_named(folder: Path) -> None:
    _template(folder, "anything")
    (folder / "prepare").mkdir()
    (folder / "prepare/handler.py").write_text("def main(event, context): ...\n")

    (problem,) = _problems(_custom_text("data: text", "input: Data/", "pre_annotation: prepare"))

    assert problem == (
        "12: jobs.it.pre_annotation: prepare/handler.py: expected def handler(event, context), got"
        " main; name it handler"
    )


def test_verdicts_can_t_be_reviewed_again() -> None:
    checked = _CARS.replace("cars:", "checked:").replace("task: bounding-box", "verify: cars")
    checked = checked.replace("    input: Streets/\n", "").replace("[Car, Bus]", "[Good, Bad]")

    (problem,) = _problems(_job("adjust: checked", "labels: [Car]") + _CARS + checked)

    assert problem == (
        "9: jobs.it.adjust: expected a job that makes labels, got 'checked', which makes verdicts"
        " on those of 'cars'"
    )


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        (("task: named-entity-recognition", *_TEXTS[1:]), "task"),
        ((*_CLASSES, "auto_label: true"), "auto_label"),
    ],
)
def test_where_no_public_document_names_the_service_s_own_parts_it_is_said(
    lines: tuple[str, ...], field: str
) -> None:
    path = Path("environments/iso.yaml")
    path.write_text(_HEAD.replace("us-east-1", "us-iso-east-1") + _job(*lines))

    with pytest.raises(EnvironmentFileError, match=rf"jobs\.it\.{field}: expected a Region for"):
        load(path)
