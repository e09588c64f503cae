"""The doctor says in a line each what is right, and what to do where something is not."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from rich.console import Console

from cli.aws.qualifier import qualifier_of
from cli.commands.doctor import show
from cli.doctor.account import Account
from cli.doctor.buckets import key
from cli.doctor.diagnosis import diagnose
from cli.doctor.findings import Finding, State, find, right
from ground_truth.config import Environment, load
from tests.unit.cli.doctor.cases import CASES, Case, labeling_job
from tests.unit.cli.doctor.surroundings import (
    ACCOUNT,
    FILE,
    REGION,
    RIGHT,
    Aws,
    Refusal,
    computer,
    stack_of,
)

_GOLDEN: Final = Path(__file__).parents[3] / "data" / "doctor"


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    (tmp_path / "environments").mkdir()
    file = tmp_path / "environments" / "dev.yaml"
    file.write_text(FILE)
    return load(file)


def _diagnosed(case: Case, folder: Path, environment: Environment) -> tuple[list[Finding], Aws]:
    aws = Aws(answers={**RIGHT, **case.answers})
    found = diagnose(
        computer(folder, **case.computer),
        aws,
        region=REGION,
        qualifier=lambda: "hnb659fds",
        environment=environment if case.has_environment else None,
    )
    return list(found), aws


def _file(name: str) -> Path:
    return _GOLDEN / f"{name.replace(',', '').replace(' ', '-')}.txt"


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_is_what_the_golden_file_shows(
    name: str, tmp_path: Path, environment: Environment, request: pytest.FixtureRequest
) -> None:
    found, _ = _diagnosed(CASES[name], tmp_path, environment)
    printed = io.StringIO()

    show(found, Console(file=printed, width=1000))
    lines = [line.rstrip() for line in printed.getvalue().splitlines()]
    shown = "\n".join([*lines, ""]).replace(str(tmp_path), "<folder>")

    if request.config.getoption("--update-golden-files"):
        _file(name).write_text(shown, encoding="utf-8")
    assert shown == _file(name).read_text(encoding="utf-8")
    assert any(each.state is State.TO_DO for each in found) == (CASES[name].status == 1)


@pytest.mark.parametrize("width", [40, 80])
def test_in_a_narrow_terminal_no_word_of_a_finding_is_cut(
    tmp_path: Path, environment: Environment, width: int
) -> None:
    found, _ = _diagnosed(CASES["buckets and keys"], tmp_path, environment)
    printed = io.StringIO()

    show(found, Console(file=printed, width=width, soft_wrap=True))

    words = [word for line in printed.getvalue().splitlines() for word in line.split()]
    expected = " ".join(f"{each.state} {each.subject} {each.text}" for each in found)
    assert words == expected.split()
    assert [
        line
        for line in printed.getvalue().splitlines()
        if len(line) > width and "`" not in line and len(line.split()) > 2
    ] == []


def test_no_golden_file_is_of_surroundings_that_are_gone() -> None:
    assert set(_GOLDEN.iterdir()) == {_file(name) for name in CASES}


@pytest.mark.parametrize("name", CASES)
def test_nobody_s_address_is_told(name: str, tmp_path: Path, environment: Environment) -> None:
    found, _ = _diagnosed(CASES[name], tmp_path, environment)

    assert [each for each in found if "@" in each.text] == []


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_asked_that_needs_more_than_rights_to_read(
    name: str, tmp_path: Path, environment: Environment
) -> None:
    _, aws = _diagnosed(CASES[name], tmp_path, environment)

    reading = ("Describe", "Get", "Head", "List", "Simulate")
    operations = [call.partition(":")[2] for call in aws.calls]
    assert [each for each in operations if not each.startswith(reading)] == []


def test_what_can_t_be_looked_at_is_neither_right_nor_wrong(
    tmp_path: Path, environment: Environment
) -> None:
    found, _ = _diagnosed(CASES["nothing may be looked at"], tmp_path, environment)
    of_account = [each for each in found if each.text.startswith("not allowed to look (")]

    assert {each.state for each in of_account} == {State.UNKNOWN}
    assert len(of_account) > 8


@pytest.mark.parametrize(
    "message",
    [
        "Amazon SageMaker Ground Truth is not accepting new customers. This command is therefore no"
        " longer supported.",
        "This service is no longer available to new customers.",
        "words that nobody knows yet",
    ],
)
@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_a_closed_account_is_known_whatever_aws_calls_it(
    tmp_path: Path, environment: Environment, code: str, message: str
) -> None:
    case = Case(answers={"sagemaker:ListLabelingJobs": Refusal(code=code, message=message)})

    found, _ = _diagnosed(case, tmp_path, environment)

    (service,) = (each for each in found if each.subject == "Ground Truth")
    assert service.state is State.TO_DO
    assert service.text.startswith("take an account that used Ground Truth before 2026-07-30")


def test_the_bootstrap_s_stack_says_its_version_where_the_parameter_may_not_be_read(
    tmp_path: Path, environment: Environment
) -> None:
    stack = stack_of("CDKToolkit", BootstrapVersion="28")
    case = Case(
        answers={
            "ssm:GetParameter": Refusal(code="AccessDeniedException"),
            "cloudformation:DescribeStacks": {"Stacks": [stack]},
        }
    )

    found, _ = _diagnosed(case, tmp_path, environment)

    (bootstrap,) = (each for each in found if each.subject == "CDK bootstrap")
    assert (bootstrap.state, bootstrap.text) == (
        State.RIGHT,
        "version 28; the templates need 6",
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', '{"context": []}'])
def test_a_cdk_json_that_cdk_can_t_read_either_is_something_to_do(
    tmp_path: Path, environment: Environment, text: str
) -> None:
    (tmp_path / "cdk.json").write_text(text)

    found = diagnose(
        computer(tmp_path),
        Aws(answers=RIGHT),
        region=REGION,
        qualifier=partial(qualifier_of, tmp_path),
        environment=environment,
    )

    there = {each.subject: each for each in found}
    assert there["CDK bootstrap"].state is State.TO_DO
    assert there["CDK bootstrap"].text.startswith(f"mend {tmp_path / 'cdk.json'}, or take it from")
    assert there["Ground Truth"].state is State.RIGHT


@pytest.mark.parametrize("text", ["{}", '{"context": null}', '{"context": {}}'])
def test_a_cdk_json_without_a_qualifier_has_cdk_s_own(tmp_path: Path, text: str) -> None:
    (tmp_path / "cdk.json").write_text(text)

    assert qualifier_of(tmp_path) == "hnb659fds"


def test_an_answer_that_nobody_expects_ends_one_look_only(
    tmp_path: Path, environment: Environment
) -> None:
    stacks = {"Stacks": [stack_of("GroundTruth-dev", Version="2.1")]}
    rules: dict[str, Any] = {"ServerSideEncryptionConfiguration": {"Rules": []}}
    case = Case(
        answers={
            "cloudformation:DescribeStacks": stacks,
            "ssm:GetParameter": {"Parameter": {"Value": "many"}},
            "s3:GetBucketEncryption": rules,
        }
    )

    found, _ = _diagnosed(case, tmp_path, environment)

    there = {each.subject: (each.state, each.text) for each in found}
    assert there["policies"] == (
        State.UNKNOWN,
        "could not look, got UnreadableError: expected a whole number in the output Version, got"
        " '2.1'",
    )
    assert there["CDK bootstrap"][0] is State.UNKNOWN
    assert there["bucket letters"] == (State.RIGHT, f"in {REGION}")


def test_a_key_of_another_region_is_told_with_its_region() -> None:
    arn = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    account = Account(
        client=Aws(answers={}), region=REGION, number=ACCOUNT, partition="aws", qualifier=str
    )

    found = key(account, arn)

    assert (found.state, found.text) == (
        State.TO_DO,
        f"use a key in {REGION}: {arn} is in eu-west-1",
    )


@pytest.mark.parametrize(
    ("runs", "wanted"),
    [
        ([], 2),
        ([("dev-mood-0a1b2c3d4e", "Completed")], 1),
        ([("dev-mood-0a1b2c3d4e", "Stopped"), ("dev-mood-0a1b2c3d4e-2", "Failed")], 1),
        ([("dev-mood-0a1b2c3d4e", "Stopped"), ("dev-mood-0a1b2c3d4e-2", "InProgress")], 2),
        # Of a job key that the file has no more.
        ([("dev-mood-more-0a1b2c3d4e", "InProgress")], 3),
        ([("dev-mood-more-0a1b2c3d4e", "Completed")], 2),
    ],
)
def test_jobs_of_the_file_that_have_ended_need_no_quota(
    tmp_path: Path, environment: Environment, runs: list[tuple[str, str]], wanted: int
) -> None:
    def listed(parameters: Mapping[str, Any]) -> dict[str, Any]:
        only = parameters.get("StatusEquals")
        jobs = [labeling_job(name, status) for name, status in runs if only in (None, status)]
        return {"LabelingJobSummaryList": jobs}

    found, _ = _diagnosed(
        Case(answers={"sagemaker:ListLabelingJobs": listed}), tmp_path, environment
    )

    (quota,) = (each for each in found if each.subject == "quota of jobs")
    assert quota.text == f"at most 20 at work at once, {wanted} with those of the file"


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.com",
        "o'brien@example.com",
        "a=b,c@example.com",
        "ana+tag@sub.example.co.uk",
        "ana!x@example.com",
        "ana@localhost",
        "\xfcn\xef@ex\xe4mple.de",
        "ana@[10.0.0.1]",
    ],
)
@pytest.mark.parametrize(
    "said", ["user {}", "<{}>", "arn:aws:sts::1:assumed-role/Reader/{} may not", "{}.", 'of "{}"']
)
def test_any_address_is_left_out_and_nothing_else(address: str, said: str) -> None:
    assert find("x", lambda: right(said.format(address))).text == said.format("<address>")


@pytest.mark.parametrize("text", ["arn:aws:iam::111122223333:user/ana", "a role for all @ work"])
def test_what_is_no_address_stays(text: str) -> None:
    assert find("x", lambda: right(text)).text == text


def test_another_qualifier_of_cdk_s_bootstrap_is_read_from_cdk_json(tmp_path: Path) -> None:
    file = tmp_path / "cdk.json"
    file.write_text('{"context": {"@aws-cdk/core:bootstrapQualifier": "ours"}}')

    assert qualifier_of(tmp_path) == "ours"
