"""What auditing tools find is in the reviewed list, and nothing else is."""

import shutil
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from app import findings
from audit.report import Report, audit, unused
from audit.reviewed import Finding, Line, lines
from audit.synthesis import INVARIANTS, cfn_guard, check
from ground_truth.config.yaml_file import environment_files
from tests.edits import edit
from tests.environments import FILES, SHIPPED, YOURS

_YOURS = environment_files(YOURS)


def _name(file: Path) -> str:
    return file.stem


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Give the shipped files after the first edits of a user."""
    folder = tmp_path_factory.mktemp("edited") / "environments"
    shutil.copytree(SHIPPED, folder)
    edit(folder)
    return environment_files(folder)


class Reports:
    """What the tools find in files: of two that say the same, once."""

    def __init__(self, files: list[Path], folder: Path) -> None:
        different = {_content(file): file for file in files}
        self._reports = dict(zip(different, audit(folder, different.values()), strict=True))

    def __getitem__(self, file: Path) -> Report:
        return self._reports[_content(file)]


def _content(file: Path) -> tuple[str, str]:
    return file.name, file.read_text()


@pytest.fixture(scope="module")
def reports(edited: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Give the reports of cdk-nag's packs, cfn-guard, cfn-lint and checkov."""
    return Reports([*FILES, *_YOURS, *edited], tmp_path_factory.mktemp("audit"))


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_every_finding_is_in_the_reviewed_list(reports: Reports, file: Path) -> None:
    assert reports[file].unlisted == []


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_the_reviewed_list_names_nothing_that_is_not_found(reports: Reports, file: Path) -> None:
    assert reports[file].stale == []


@pytest.mark.parametrize("file", _YOURS, ids=_name)
def test_every_finding_in_your_environment_is_reviewed(reports: Reports, file: Path) -> None:
    """Holds what the tools find in a user's file against the list, which is the user's too."""
    problems = _what_to_do(file, reports[file])

    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def test_the_first_edits_of_a_user_bring_no_finding(reports: Reports, edited: list[Path]) -> None:
    assert [file.stem for file in edited] == ["dev", "local", "stage"]
    assert [line for file in edited for line in _what_to_do(file, reports[file])] == []


def test_a_finding_in_your_environment_says_what_to_do() -> None:
    report = Report(environment="dev", found=frozenset({_FOUND}), reviewed={})

    assert _what_to_do(Path("environments/dev.yaml"), report) == [
        "environments/dev.yaml: W1 on Data/Data/Input: fix it, or add a line with a reason to"
        " audit/findings.yaml"
    ]


def _what_to_do(file: Path, report: Report) -> list[str]:
    return [
        f"environments/{file.name}: {finding.rule} on {finding.construct}: fix it, or add a line"
        " with a reason to audit/findings.yaml"
        for finding in report.unlisted
    ]


def test_every_line_of_the_reviewed_list_covers_a_finding(reports: Reports) -> None:
    assert unused([reports[file] for file in FILES], lines()) == []


def test_no_line_is_in_the_reviewed_list_twice() -> None:
    written = [(line.rule, line.construct) for line in lines()]

    assert sorted(written) == sorted(set(written))


@pytest.mark.parametrize("reason", sorted({line.reason for line in lines()}))
def test_a_line_of_the_reviewed_list_is_explained(reason: str) -> None:
    assert len(reason.split()) > 8
    assert reason.endswith(".")


@pytest.mark.parametrize("tool", ["AwsSolutions-", "CT.", "W3005", "CKV_AWS_"])
def test_no_tool_is_blind(reports: Reports, tool: str) -> None:
    for file in FILES:
        assert any(finding.rule.startswith(tool) for finding in reports[file].found)


_FOUND = Finding(rule="W1", construct="Data/Data/Input")
_LINE = Line(rule="W1", construct="Data/Data/Input", reason="")
_ANYWHERE = Finding(rule="W1", construct="*")


def test_a_finding_that_is_not_in_the_list_is_reported() -> None:
    report = Report(environment="dev", found=frozenset({_FOUND}), reviewed={})

    assert report.unlisted == [_FOUND]


@pytest.mark.parametrize("listed", [_FOUND, _ANYWHERE])
def test_a_line_that_nothing_matches_is_reported(listed: Finding) -> None:
    report = Report(environment="dev", found=frozenset(), reviewed={listed: _LINE})

    assert report.stale == [listed]
    assert unused([report], [_LINE]) == [_LINE]


@pytest.mark.parametrize("listed", [_FOUND, _ANYWHERE])
def test_a_finding_and_its_line_are_not_reported(listed: Finding) -> None:
    report = Report(environment="dev", found=frozenset({_FOUND}), reviewed={listed: _LINE})

    assert (report.unlisted, report.stale) == ([], [])
    assert unused([report], [_LINE]) == []


def _statement(**parts: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn", **parts}
    return {"Type": "AWS::IAM::ManagedPolicy", "PolicyDocument": {"Statement": [statement]}}


#: One resource that breaks each invariant, by the invariant's name.
_BREAKING: dict[str, dict[str, Any]] = {
    "policies_name_each_action": _statement(Action=["s3:GetObject", "s3:Put*"]),
    "few_actions_are_allowed_on_all_resources": _statement(Resource=["arn", "*"]),
    "roles_are_passed_to_sagemaker_only": _statement(Action=["iam:PassRole"]),
    "jobs_are_started_for_private_teams_only": _statement(Action="sagemaker:CreateLabelingJob"),
    "services_publish_for_this_account_only": {
        "Type": "AWS::SNS::TopicPolicy",
        "PolicyDocument": {
            "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}]
        },
    },
    "templates_make_no_users_and_no_addresses": {"Type": "AWS::Lambda::Url"},
    "accounts_are_made_by_administrators": {"Type": "AWS::Cognito::UserPool"},
    "portal_client_has_a_secret_and_the_code_flow": {
        "Type": "AWS::Cognito::UserPoolClient",
        "GenerateSecret": True,
        "AllowedOAuthFlows": ["code", "implicit"],
        "PreventUserExistenceErrors": "ENABLED",
    },
    "buckets_are_closed_encrypted_and_versioned": {"Type": "AWS::S3::Bucket"},
    "keys_rotate": {"Type": "AWS::KMS::Key", "EnableKeyRotation": False},
    "what_holds_data_is_kept_or_deleted_on_purpose": {"Type": "AWS::KMS::Key"},
    "logs_end": {"Type": "AWS::Logs::LogGroup"},
    "functions_log_to_a_group_of_their_stack": {"Type": "AWS::Lambda::Function"},
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give what cfn-guard says of a stack that breaks every invariant."""
    folder = tmp_path_factory.mktemp("broken")
    app = cdk.App(outdir=str(folder))
    stack = cdk.Stack(app, "Stack")
    for name, properties in _BREAKING.items():
        kind = properties["Type"]
        rest = {key: value for key, value in properties.items() if key != "Type"}
        cdk.CfnResource(stack, name.replace("_", ""), type=kind, properties=rest)
    cdk.Validations.of(app).add_plugins(cfn_guard(control_tower=False))
    check(app)
    return findings(folder)


@pytest.mark.parametrize("name", sorted(_BREAKING))
def test_an_invariant_that_is_broken_is_found(broken: list[str], name: str) -> None:
    construct = f"Stack/{name.replace('_', '')}"

    assert any(line.startswith(f"{construct}: {name}: ") for line in broken)


def test_every_invariant_is_broken_once_above() -> None:
    written = INVARIANTS.read_text().splitlines()

    assert {line.split()[1] for line in written if line.startswith("rule ")} == set(_BREAKING)
