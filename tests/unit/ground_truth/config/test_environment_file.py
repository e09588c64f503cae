"""An environment file loads as it is meant, or each of its faults is named with its line."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ground_truth.catalogue.task_types import TASK_TYPES
from ground_truth.config import Environment, EnvironmentFileError, load, load_all
from ground_truth.config.input import Input, place
from ground_truth.config.workforce import Create
from tests.environments import SHIPPED

_GOOD = """\
region: us-east-1
protected: false
tags:
  cost-center: labeling
workforce:
  create:
    organization: Example Labs
    support_email: labeling@example.com
    allowed_cidrs: [203.0.113.0/24]
  teams:
    number-readers:
      description: Reads numbers
      workers: [ana@example.com, bo@example.com]
jobs:
  even-odd:
    task: text-classification
    input: Input/
    labels: [Even, Odd]
    title: Even or odd?
    description: Classify the number as even or odd.
    instructions:
      short: Select 'Even' if the number is divisible by 2.
    team: number-readers
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work where a project is, so that messages name files as a user sees them."""
    (tmp_path / "environments").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "environments"


def _write(text: str, name: str = "dev") -> Path:
    path = Path("environments", f"{name}.yaml")
    path.write_text(text, encoding="utf-8")
    return path


def _load(old: str = "", new: str = "") -> Environment:
    """Load the good file with one piece of text replaced."""
    assert old in _GOOD
    return load(_write(_GOOD.replace(old, new, 1)))


def _problems(text: str, name: str = "dev") -> tuple[str, ...]:
    with pytest.raises(EnvironmentFileError) as raised:
        load(_write(text, name))
    assert str(raised.value) == "\n".join(raised.value.problems)
    return raised.value.problems


def _outcome(path: Path) -> Environment | EnvironmentFileError:
    try:
        return load(path)
    except EnvironmentFileError as error:
        return error


def test_a_file_becomes_an_environment_named_after_it() -> None:
    environment = _load()

    job = environment.jobs["even-odd"]
    assert environment.name == "dev"
    assert environment.account is None
    assert environment.workforce.create is not None
    assert environment.workforce.create.allowed_cidrs == ("203.0.113.0/24",)
    assert environment.workforce.teams["number-readers"].notify == ()
    assert [label.name for label in job.labels] == ["Even", "Odd"]
    assert environment.job_name_prefix("even-odd") == "dev-even-odd"
    assert environment.team_name(job.team) == "dev-number-readers"


def test_what_a_job_leaves_out_has_the_documented_default() -> None:
    job = _load().jobs["even-odd"]

    assert job.workers_per_object == 1
    assert job.task_time_limit == 300
    assert job.task_availability == 864_000
    assert job.label_attribute == "even-odd"
    assert job.max_concurrent_tasks is None
    assert job.revision == 1
    assert (job.relabel, job.stop_on_delete) == (False, True)
    assert dict(job.tags) == {}
    assert (job.input.splitting, job.when_empty) == ("file", "fail")


@pytest.mark.parametrize("name", ["dev", "local", "prod"])
def test_the_environments_of_this_project_load(name: str) -> None:
    assert load(SHIPPED / f"{name}.yaml").name == name


def test_an_environment_loads_as_if_its_file_named_another_region() -> None:
    assert load(SHIPPED / "dev.yaml", region="eu-west-1").region == "eu-west-1"


def test_what_a_file_names_in_its_own_region_does_not_fit_another() -> None:
    file = SHIPPED.with_name("environments") / "adopting.yaml"

    with pytest.raises(EnvironmentFileError, match="expected a user pool of eu-west-1, as the env"):
        load(file, region="eu-west-1")


def test_all_environments_load_in_the_order_of_their_names() -> None:
    assert [environment.name for environment in load_all(SHIPPED)] == ["dev", "local", "prod"]


def test_only_the_environment_for_production_is_protected() -> None:
    assert {item.name: item.protected for item in load_all(SHIPPED)} == {
        "dev": False,
        "local": False,
        "prod": True,
    }


@pytest.mark.parametrize(
    ("protected", "on_change", "expected"),
    [
        ("true", "", "fail"),
        ("false", "", "replace"),
        ("true", "on_change: replace\n    ", "replace"),
        ("false", "on_change: fail\n    ", "fail"),
    ],
)
def test_running_jobs_of_protected_environments_are_not_replaced_unless_the_file_says_so(
    protected: str, on_change: str, expected: str
) -> None:
    text = _GOOD.replace("protected: false", f"protected: {protected}")
    environment = load(_write(text.replace("    team:", f"    {on_change}team:")))

    assert environment.on_change(environment.jobs["even-odd"]) == expected


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("Input/", None, "Input/"),
        ("s3://other-bucket/a/b/", "other-bucket", "a/b/"),
        ("s3://other-bucket/", "other-bucket", ""),
        ("{prefix: 'Input/'}", None, "Input/"),
        ("{prefix: 's3://other-bucket/a/'}", "other-bucket", "a/"),
    ],
)
def test_input_is_a_place_in_short_or_in_full(text: str, bucket: str | None, prefix: str) -> None:
    given = _load("input: Input/", f"input: {text}").jobs["even-odd"].input

    assert given.prefix is not None
    assert place(given.prefix) == (bucket, prefix)


def test_input_says_how_it_is_read() -> None:
    text = "input: {prefix: Input/, split: line, when_empty: skip}"
    job = _load("input: Input/", text).jobs["even-odd"]

    assert (job.input.splitting, job.when_empty) == ("line", "skip")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 seconds", 30),
        ("1 minute", 60),
        ("5 minutes", 300),
        ("1 hour", 3_600),
        ("8 hours", 28_800),
    ],
)
def test_a_duration_is_kept_in_seconds(text: str, seconds: int) -> None:
    job = _load("    team:", f"    task_time_limit: {text}\n    team:").jobs["even-odd"]

    assert job.task_time_limit == seconds


@pytest.mark.parametrize("jobs", ["", "jobs:\n", "jobs: {}\n", "jobs:\n  # none yet\n"])
def test_an_environment_can_be_without_jobs(jobs: str) -> None:
    environment = load(_write(_GOOD.partition("jobs:")[0] + jobs))

    assert dict(environment.jobs) == {}


@pytest.mark.parametrize("key", ["label_attribute", "task_time_limit", "tags"])
def test_an_optional_key_without_a_value_is_as_if_it_were_not_there(key: str) -> None:
    assert _load("    team:", f"    {key}:\n    team:").jobs == _load().jobs


def test_an_address_is_the_same_in_any_case() -> None:
    team = _load("[ana@", "[Ana@").workforce.teams["number-readers"]

    assert team.emails == ("ana@example.com", "bo@example.com")


def test_blanks_around_a_text_of_many_lines_are_left_out() -> None:
    job = _load(
        "description: Classify the number as even or odd.",
        "description: >\n      Classify the number\n      as even or odd.",
    ).jobs["even-odd"]

    assert job.description == "Classify the number as even or odd."


@pytest.mark.parametrize(
    "label", ["Yes", "No", "no", "on", "off", "1", "0x1F", "1.0", "null", "~", "1:30", "2026-01-01"]
)
def test_a_label_that_yaml_would_take_for_something_else_stays_text(label: str) -> None:
    job = _load("[Even, Odd]", f"[{label}, Odd]").jobs["even-odd"]

    assert [each.name for each in job.labels] == [label, "Odd"]


@pytest.mark.parametrize("account", ["012345678901", "'012345678901'", "111122223333"])
def test_an_account_keeps_all_its_digits(account: str) -> None:
    environment = _load("protected:", f"account: {account}\nprotected:")

    assert environment.account == account.strip("'")


def test_an_alias_stands_for_what_it_names() -> None:
    text = _GOOD.replace("[ana@example.com, bo@example.com]", "&all [ana@example.com]")
    environment = load(_write(text.replace("jobs:", "      notify: *all\njobs:")))

    assert environment.workforce.teams["number-readers"].notify == ("ana@example.com",)


_JOB_KEYS = (
    "verify, adjust, task, data, input, annotation, labels, attributes, frame_attributes, title,"
    " description, instructions, pre_annotation, post_annotation, template, team,"
    " workers_per_object, task_time_limit, task_availability, label_attribute,"
    " max_concurrent_tasks, keywords, stop_when, auto_label, content_classifiers, output_key,"
    " revision, on_change, relabel, stop_on_delete, tags"
)
_REGIONS = (
    "ap-northeast-1, ap-northeast-2, ap-south-1, ap-southeast-1, ap-southeast-2, ca-central-1,"
    " eu-central-1, eu-west-1, eu-west-2, us-east-1, us-east-2, us-west-2, us-iso-east-1,"
    " us-isob-east-1"
)
_NUMBER_OF_X = "x" * 59


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param(
            "    title:",
            "    titel:",
            f"19: jobs.even-odd.titel: expected one of the keys {_JOB_KEYS}, got 'titel';"
            " did you mean 'title'?",
            id="unknown key",
        ),
        pytest.param(
            "    support_email:",
            "    zzz: 1\n    support_email:",
            "8: workforce.create.zzz: expected one of the keys"
            f" {', '.join(Create.model_fields)}, got 'zzz'",
            id="unknown key that is like none",
        ),
        pytest.param(
            "input: Input/",
            "input: {prefix: Input/, location: x}",
            "17: jobs.even-odd.input.location: expected one of the keys"
            f" {', '.join(Input.model_fields)}, got 'location'",
            id="name of a field that is no key",
        ),
        pytest.param(
            "region:",
            "permissions_boundary: arn:aws:iam::111122223333:policy/most\nregion:",
            "1: permissions_boundary: expected the name of a managed policy, 1 to 128 letters,"
            " digits or any of +=,.@_- and no ARN, got 'arn:aws:iam::111122223333:policy/most'",
            id="a boundary's ARN",
        ),
        pytest.param(
            "region:",
            "name: dev\nregion:",
            "1: name: expected one of the keys region, account, protected, permissions_boundary,"
            " tags, workforce, jobs, got 'name'",
            id="the environment's name as a key",
        ),
        pytest.param(
            "    team: number-readers\n",
            "",
            "15: jobs.even-odd.team: expected a value, got nothing; add the key",
            id="missing key",
        ),
        pytest.param(
            "protected: false\n",
            "",
            "1: protected: expected a value, got nothing; add the key",
            id="missing key at the top",
        ),
        pytest.param(
            "title: Even or odd?",
            "title:",
            "19: jobs.even-odd.title: expected a value, got nothing; add the key",
            id="key without a value",
        ),
        pytest.param(
            "    title:",
            "    titel:\n    title:",
            f"19: jobs.even-odd.titel: expected one of the keys {_JOB_KEYS}, got 'titel';"
            " did you mean 'title'?",
            id="unknown key without a value",
        ),
        pytest.param(
            "jobs:\n",
            "jobs:\n  later:\n",
            "15: jobs.later: expected a mapping, that is lines of `key: value`, got nothing",
            id="job without a value",
        ),
        pytest.param(
            "cost-center: labeling",
            "cost-center:",
            "4: tags.cost-center: expected a text, got nothing",
            id="tag without a value",
        ),
        pytest.param(
            "input: Input/",
            "input: {split: line}",
            "17: jobs.even-odd.input: expected a prefix such as Input/, or a mapping with `prefix`"
            " or `manifest`, got neither",
            id="missing prefix",
        ),
        pytest.param(
            "protected: false",
            "protected: perhaps",
            "2: protected: expected true or false, got 'perhaps'",
            id="no boolean",
        ),
        pytest.param(
            "    team:",
            "    revision: one\n    team:",
            "23: jobs.even-odd.revision: expected a whole number, got 'one'",
            id="no number",
        ),
        pytest.param(
            "    team:",
            "    revision: 0\n    team:",
            "23: jobs.even-odd.revision: expected 1 or more, got 0",
            id="revision",
        ),
        pytest.param(
            "title: Even or odd?",
            "title: [Even, odd]",
            "19: jobs.even-odd.title: expected a text, got ['Even', 'odd']",
            id="list for text",
        ),
        pytest.param(
            "labels: [Even, Odd]",
            "labels: Even",
            "18: jobs.even-odd.labels: expected a list, got 'Even'",
            id="text for list",
        ),
        pytest.param(
            "tags:\n  cost-center: labeling",
            "tags: labeling",
            "3: tags: expected a mapping, that is lines of `key: value`, got 'labeling'",
            id="text for mapping",
        ),
        pytest.param(
            "instructions:\n      short:",
            "instructions:",
            "21: jobs.even-odd.instructions: expected a mapping, that is lines of `key: value`,"
            " got \"Select 'Even' if the number is divisible by 2.\"",
            id="text for instructions",
        ),
        pytest.param(
            "input: Input/",
            "input: {prefix: Input/, split: word}",
            "17: jobs.even-odd.input.split: expected 'file' or 'line', got 'word'",
            id="no choice",
        ),
        pytest.param(
            "input: Input/",
            "input: Input",
            "17: jobs.even-odd.input: expected a prefix such as Input/ or s3://bucket/prefix/,"
            " with a slash at the end, got 'Input'",
            id="input",
        ),
        pytest.param(
            "task: text-classification",
            "task: classification",
            f"16: jobs.even-odd.task: expected one of {', '.join(TASK_TYPES)}, got"
            " 'classification'",
            id="unknown task",
        ),
        pytest.param(
            "team: number-readers",
            "team: readers",
            "23: jobs.even-odd.team: expected one of the teams in workforce.teams"
            " (number-readers), got 'readers'",
            id="unknown team",
        ),
        pytest.param(
            "[ana@example.com, bo@example.com]",
            "[]",
            "13: workforce.teams.number-readers.workers: expected at least one worker, got [];"
            " nobody would label",
            id="team without workers",
        ),
        pytest.param(
            "bo@example.com",
            "bo",
            "13: workforce.teams.number-readers.workers[1]: expected an e-mail address such as"
            " ana@example.com, got 'bo'",
            id="no address",
        ),
        pytest.param(
            "bo@example.com",
            "Ana@Example.com",
            "13: workforce.teams.number-readers.workers[1]: expected each address once, got"
            " 'ana@example.com' and 'Ana@Example.com', which are the same account",
            id="address twice",
        ),
        pytest.param(
            "    number-readers:",
            "    Number Readers:",
            "11: workforce.teams.Number Readers: expected lower-case letters, digits and single"
            " inner hyphens, a letter first, got 'Number Readers'",
            id="team key",
        ),
        pytest.param(
            "203.0.113.0/24",
            "203.0.113.9/24",
            "9: workforce.create.allowed_cidrs: expected the range's first address,"
            " 203.0.113.0/24, got '203.0.113.9/24'",
            id="range",
        ),
        pytest.param(
            "[Even, Odd]",
            "[Even, Odd, Even]",
            "18: jobs.even-odd.labels[2]: expected each label once, got 'Even' more than once",
            id="label twice",
        ),
        pytest.param(
            "[Even, Odd]",
            "[Even]",
            "18: jobs.even-odd.labels: expected at least 2 labels for text-classification,"
            " got ['Even']",
            id="one label",
        ),
        pytest.param(
            "Odd]",
            f"{'x' * 257}]",
            "18: jobs.even-odd.labels[1]: expected 1 to 256 characters, got 257:"
            f" '{_NUMBER_OF_X}… (259 characters)",
            id="long label",
        ),
        pytest.param(
            "title: Even or odd?",
            f"title: {'x' * 129}",
            "19: jobs.even-odd.title: expected 1 to 128 characters, got 129:"
            f" '{_NUMBER_OF_X}… (131 characters)",
            id="long title",
        ),
        pytest.param(
            "title: Even or odd?",
            "title: Even \N{GRINNING FACE}",
            "19: jobs.even-odd.title: expected a title without emoji, control characters or other"
            " characters above U+FFFD, got '\N{GRINNING FACE}' in 'Even \N{GRINNING FACE}'",
            id="emoji in the title",
        ),
        pytest.param(
            "description: Classify the number as even or odd.",
            f"description: {'x' * 256}",
            "20: jobs.even-odd.description: expected 1 to 255 characters, got 256:"
            f" '{_NUMBER_OF_X}… (258 characters)",
            id="long description",
        ),
        pytest.param(
            "description: Classify the number as even or odd.",
            "description: |\n      Even\n      or odd",
            "20: jobs.even-odd.description: expected one line of text, got '\\n' in"
            " 'Even\\nor odd'",
            id="description on two lines",
        ),
        pytest.param(
            "    team:",
            "    label_attribute: even_odd\n    team:",
            "23: jobs.even-odd.label_attribute: expected letters, digits and inner hyphens as a"
            " label attribute's name, got 'even_odd'",
            id="label attribute's characters",
        ),
        pytest.param(
            "    team:",
            f"    label_attribute: {'x' * 128}\n    team:",
            "23: jobs.even-odd.label_attribute: expected at most 127 characters as a label"
            f" attribute's name, got 128: '{_NUMBER_OF_X}… (130 characters)",
            id="label attribute's length",
        ),
        pytest.param(
            "    team:",
            "    label_attribute: even-metadata\n    team:",
            "23: jobs.even-odd.label_attribute: expected a name that doesn't end with '-metadata',"
            " which Ground Truth adds itself, got 'even-metadata'",
            id="label attribute with -metadata",
        ),
        pytest.param(
            "    team:",
            "    label_attribute: even-ref\n    team:",
            "23: jobs.even-odd.label_attribute: expected a name that doesn't end with '-ref' for"
            " text-classification, got 'even-ref'",
            id="label attribute with -ref",
        ),
        pytest.param(
            "    team:",
            "    label_attribute: source\n    team:",
            "23: jobs.even-odd.label_attribute: expected a name other than 'source', 'source-ref',"
            " 'object', 'line', 'row', which the input manifest uses, got 'source'",
            id="label attribute of the manifest",
        ),
        pytest.param(
            "  even-odd:",
            "  line:",
            "15: jobs.line.label_attribute: expected a name other than 'source', 'source-ref',"
            " 'object', 'line', 'row', which the input manifest uses, got 'line'",
            id="job key that makes no label attribute",
        ),
        pytest.param(
            "    team:",
            "    task_time_limit: 29 seconds\n    team:",
            "23: jobs.even-odd.task_time_limit: expected 30 seconds to 8 hours for"
            " text-classification, got 29 seconds",
            id="short task",
        ),
        pytest.param(
            "    team:",
            "    task_time_limit: 9 hours\n    team:",
            "23: jobs.even-odd.task_time_limit: expected 30 seconds to 8 hours for"
            " text-classification, got 9 hours",
            id="long task",
        ),
        pytest.param(
            "    team:",
            "    task_time_limit: 300\n    team:",
            "23: jobs.even-odd.task_time_limit: expected a duration such as `30 seconds`,"
            " `5 minutes`, `8 hours` or `10 days`, got '300'",
            id="duration without unit",
        ),
        pytest.param(
            "    team:",
            "    task_availability: 31 days\n    team:",
            "23: jobs.even-odd.task_availability: expected 1 minute to 30 days, got 31 days",
            id="long availability",
        ),
        pytest.param(
            "    team: number-readers\n",
            "    team: number-readers\n    workers_per_object: 3\n",
            "24: jobs.even-odd.workers_per_object: expected at most 2, the number of workers in"
            " team number-readers, got 3; the job would wait for ever",
            id="more workers than the team has",
        ),
        pytest.param(
            "    team: number-readers\n",
            "    workers_per_object: 3\n    team: number-readers\n",
            "23: jobs.even-odd.workers_per_object: expected at most 2, the number of workers in"
            " team number-readers, got 3; the job would wait for ever",
            id="more workers than the team has, in another order",
        ),
        pytest.param(
            "    team:",
            "    workers_per_object: 10\n    team:",
            "23: jobs.even-odd.workers_per_object: expected 1 to 9 workers, got 10",
            id="more workers than Ground Truth allows",
        ),
        pytest.param(
            "    team:",
            "    max_concurrent_tasks: 1001\n    team:",
            "23: jobs.even-odd.max_concurrent_tasks: expected 1 to 1000 data objects, got 1001",
            id="concurrent tasks",
        ),
        pytest.param(
            "us-east-1",
            "eu-west-3",
            f"1: region: expected a Region with Ground Truth ({_REGIONS}), got 'eu-west-3'",
            id="Region without Ground Truth",
        ),
        pytest.param(
            "protected:",
            "account: 12345\nprotected:",
            "2: account: expected the 12 digits of an AWS account, got '12345'",
            id="account",
        ),
        pytest.param(
            "cost-center:",
            "aws:cost:",
            "3: tags: expected a tag key that doesn't begin with 'aws:' or 'ground-truth-cdk:',"
            " which are reserved, got 'aws:cost'",
            id="tag",
        ),
        pytest.param(
            "  even-odd:",
            f"  {'x' * 46}:",
            f"15: jobs.{'x' * 46}: expected at most 49 characters because a job's name adds 14 to"
            f" it and has 63 at most, got 50: 'dev-{'x' * 46}'",
            id="long job name",
        ),
        pytest.param(
            "    number-readers:",
            f"    {'x' * 60}:",
            f"11: workforce.teams.{'x' * 60}: expected at most 63 characters as a work team's"
            f" name, got 64: 'dev-{'x' * 60}'",
            id="long team name",
        ),
        pytest.param(
            "protected: false",
            "protected: false\nregion: us-east-2",
            "3: expected each key once, got 'region' again, which is in line 1 already",
            id="key twice",
        ),
        pytest.param(
            "labels: [Even, Odd]",
            "labels: [Even, Odd",
            "19: expected YAML, got a fault in column 10: expected ',' or ']', but got ':'"
            " (while parsing a flow sequence)",
            id="list without end",
        ),
        pytest.param(
            "    title:",
            "\ttitle:",
            "19: expected YAML, got a fault in column 1: found character '\\t' that cannot start"
            " any token (while scanning for the next token)",
            id="tab",
        ),
        pytest.param(
            "Example Labs",
            "Example \x07Labs",
            "7: expected printable characters, got '\\x07'",
            id="control character",
        ),
        pytest.param(
            "Example Labs",
            '"Example \\ud800"',
            "7: expected text, got half a surrogate pair in 'Example \\ud800'",
            id="half a character",
        ),
        pytest.param(
            "protected: false",
            "protected: !!bool false",
            "2: expected a value without a tag, got the tag 'tag:yaml.org,2002:bool'; remove it",
            id="tag of YAML",
        ),
        pytest.param(
            "labels: [Even, Odd]",
            "labels: &all [Even, *all]",
            "18: expected an alias to something else, got one to the value that it stands in",
            id="alias to itself",
        ),
        pytest.param(
            "protected: false",
            "[a]: b\nprotected: false",
            "2: expected a text as key, got a list",
            id="key that is no text",
        ),
        pytest.param(
            "tags:\n  cost-center: labeling",
            "tags:\n  <<: {a: b}",
            "4: tags.<<: expected a text, got {'a': 'b'}",
            id="merge key",
        ),
    ],
)
def test_a_fault_is_named_with_file_line_field_value_and_rule(
    old: str, new: str, problem: str
) -> None:
    assert old in _GOOD

    problems = _problems(_GOOD.replace(old, new, 1))

    assert f"environments/dev.yaml:{problem}" in problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1: expected a file that begins with `region: …`, got an empty file"),
        ("# later\n", "1: expected a file that begins with `region: …`, got an empty file"),
        ("- a\n", "1: expected a file that begins with `region: …`, got a list"),
        (
            "[" * 2_000,
            "1: expected YAML, got a fault in column 51: more than 50 levels",
        ),
        ("dev\n", "1: expected a file that begins with `region: …`, got 'dev'"),
    ],
)
def test_a_file_that_is_no_environment(text: str, problem: str) -> None:
    assert _problems(text) == (f"environments/dev.yaml:{problem}",)


def test_a_file_that_is_not_utf_8() -> None:
    path = _write("")
    path.write_bytes(_GOOD.replace("Example Labs", "Bücher").encode("latin-1"))

    with pytest.raises(EnvironmentFileError) as raised:
        load(path)

    assert str(raised.value) == (
        "environments/dev.yaml:7: expected UTF-8, got the byte 0xfc; save the file as UTF-8"
    )


def test_a_missing_file_is_answered_with_the_environments_there_are() -> None:
    _write(_GOOD, "prod")
    _write(_GOOD, "dev")

    with pytest.raises(EnvironmentFileError) as raised:
        load(Path("environments/stage.yaml"))

    assert str(raised.value) == (
        "environments/stage.yaml: expected one of the environments there are (dev, prod),"
        " got 'stage'"
    )


def test_a_file_s_name_must_do_as_an_environment_s() -> None:
    (problem,) = _problems(_GOOD, "my-aws")

    assert problem == (
        "environments/my-aws.yaml: expected a name without 'aws', because Cognito allows it in no"
        " domain prefix, got 'my-aws'; rename the file"
    )


def test_all_faults_of_a_file_are_named_at_once_in_the_order_of_its_lines() -> None:
    problems = _problems(
        _GOOD.replace("us-east-1", "eu-west-3")
        .replace("bo@example.com", "bo")
        .replace("[Even, Odd]", "[Even]")
        .replace("team: number-readers", "team: readers")
    )

    assert [problem.split(": ")[:2] for problem in problems] == [
        ["environments/dev.yaml:1", "region"],
        ["environments/dev.yaml:13", "workforce.teams.number-readers.workers[1]"],
        ["environments/dev.yaml:18", "jobs.even-odd.labels"],
        ["environments/dev.yaml:23", "jobs.even-odd.team"],
    ]


def test_the_faults_of_all_files_are_named_at_once() -> None:
    _write(_GOOD.replace("us-east-1", "eu-west-3"), "dev")
    _write(_GOOD.replace("false", "perhaps"), "prod")

    with pytest.raises(EnvironmentFileError) as raised:
        load_all(Path("environments"))

    assert [problem.split(": ")[0] for problem in raised.value.problems] == [
        "environments/dev.yaml:1",
        "environments/prod.yaml:2",
    ]


def test_a_folder_without_environments_is_an_error() -> None:
    with pytest.raises(EnvironmentFileError, match=r"environments: expected .* got no file"):
        load_all(Path("environments"))


def test_more_teams_than_the_quota_are_counted() -> None:
    team = "{description: d, workers: [ana@example.com]}"
    teams = "".join(f"    team-{number}: {team}\n" for number in range(25))

    problems = _problems(_GOOD.replace("  teams:\n", f"  teams:\n{teams}"))

    assert problems == (
        "environments/dev.yaml:10: workforce.teams: expected at most 25 teams, the quota of an"
        " account and Region, got 26",
    )


def test_an_item_of_a_list_is_named_with_its_own_line() -> None:
    problems = _problems(
        _GOOD.replace("[Even, Odd]", "\n      - Even\n      - Odd\n      - Even").replace(
            "[ana@example.com, bo@example.com]",
            "\n        - ana@example.com\n        - Ana@example.com",
        )
    )

    assert [problem.split(": ")[:2] for problem in problems] == [
        ["environments/dev.yaml:15", "workforce.teams.number-readers.workers[1]"],
        ["environments/dev.yaml:23", "jobs.even-odd.labels[2]"],
    ]


def test_more_jobs_than_a_stack_has_outputs_for_are_counted() -> None:
    job = _GOOD.partition("  even-odd:\n")[2]
    jobs = "".join(f"  job{number}:\n{job}" for number in range(34))

    problems = _problems(_GOOD.partition("  even-odd:\n")[0] + jobs)

    assert problems == (
        "environments/dev.yaml:14: jobs: expected at most 33 jobs, whose outputs one stack can"
        " hold, got 34; put some of them into another environment",
    )


def test_job_keys_differ_in_more_than_hyphens() -> None:
    job = _GOOD.partition("  even-odd:\n")[2]

    problems = _problems(f"{_GOOD}  evenodd:\n{job}")

    assert problems == (
        "environments/dev.yaml:14: jobs: expected job keys that differ in more than hyphens, which"
        " the names of outputs leave out, got 'even-odd' and 'evenodd'",
    )


def test_tags_of_environment_and_job_are_counted_together() -> None:
    tags = ", ".join(f"k{number}: v" for number in range(45))

    problems = _problems(_GOOD.replace("    team:", f"    tags: {{{tags}}}\n    team:"))

    assert problems == (
        "environments/dev.yaml:23: jobs.even-odd.tags: expected at most 45 tags in all, got 46",
    )


@settings(max_examples=300, deadline=None)
@given(label=st.text(st.characters(), max_size=300))
def test_any_text_is_a_label_as_it_is_or_an_error(label: str) -> None:
    written = yaml.safe_dump(label, default_style='"', width=1_000_000).strip()
    path = _write(_GOOD.replace("[Even, Odd]", f"[{written}, Odd]"))

    outcome = _outcome(path)

    if isinstance(outcome, EnvironmentFileError):
        assert str(outcome).startswith("environments/dev.yaml:18: ")
    else:
        assert [each.name for each in outcome.jobs["even-odd"].labels] == [label, "Odd"]


@settings(max_examples=300, deadline=None)
@given(
    value=st.recursive(
        st.text(max_size=10),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=5,
    ),
    line=st.sampled_from([line for line in _GOOD.splitlines() if not line.endswith(":")]),
)
def test_any_value_of_any_key_loads_or_is_an_error_with_a_line(value: object, line: str) -> None:
    written = yaml.safe_dump(value, default_flow_style=True, default_style='"', width=1_000_000)
    key = line.partition(":")[0]
    path = _write(_GOOD.replace(line, f"{key}: {written.strip()}", 1))

    outcome = _outcome(path)

    if isinstance(outcome, EnvironmentFileError):
        assert all(problem.startswith("environments/dev.yaml:") for problem in outcome.problems)
    else:
        assert outcome.name == "dev"
