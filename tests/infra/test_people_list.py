"""People whom no template names, and more than a stack has room for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.people.revision import PARAMETER
from ground_truth.config import Environment, load
from tests.infra.synthesis import Synthesis

_KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:people-a1B2c3"  # noqa: S105
_ADOPT = {
    "workforce_name": "default",
    "user_pool_id": "us-east-1_AbC123",
    "client_id": "1h57kf5cpq",
}

Synthesise = Callable[[Environment], Synthesis]


def _environment(folder: Path, teams: dict[str, Any], **workforce: str) -> Environment:
    file = folder / "dev.yaml"
    content = {"adopt": _ADOPT, "teams": teams, **workforce}
    file.write_text(
        yaml.safe_dump({"region": "us-east-1", "protected": "false", "workforce": content})
    )
    return load(file)


def _listed(synthesise: Synthesise, folder: Path, source: str, **more: str) -> Synthesis:
    teams = {"readers": {"description": "Reads"}, "writers": {"description": "Writes"}}
    return synthesise(_environment(folder, teams, workers_from=source, **more))


@pytest.fixture(scope="module")
def listed(synthesise: Synthesise, tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    folder = tmp_path_factory.mktemp("listed")
    return _listed(synthesise, folder, "s3://lists/people/dev.csv", workers_from_key=_KEY)


def _allowed(made: Synthesis, *actions: str) -> list[Any]:
    """Return on what the function may do this."""
    statements = [
        statement
        for policy in made.resources("Workforce", "AWS::IAM::ManagedPolicy")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    return [statement["Resource"] for statement in statements if statement["Action"] in (*actions,)]


def test_the_template_says_where_the_list_is_and_nothing_of_it(listed: Synthesis) -> None:
    workers = listed.properties("Workforce", "Custom::Workers")

    assert workers["Members"] == []
    assert workers["From"] == "s3://lists/people/dev.csv"
    assert workers["Teams"] == [
        {"Key": "readers", "Name": "dev-readers"},
        {"Key": "writers", "Name": "dev-writers"},
    ]
    assert listed.resources("Workforce", "AWS::SNS::Subscription") == []


def test_the_function_may_read_this_list_and_no_other(listed: Synthesis) -> None:
    assert _allowed(listed, "s3:GetObject") == ["arn:aws:s3:::lists/people/dev.csv"]
    assert _allowed(listed, "kms:Decrypt") == [_KEY]
    assert _allowed(listed, "secretsmanager:GetSecretValue") == []


def test_a_secret_is_read_by_its_arn(synthesise: Synthesise, tmp_path: Path) -> None:
    made = _listed(synthesise, tmp_path, _SECRET)

    assert _allowed(made, "secretsmanager:GetSecretValue") == [_SECRET]
    assert _allowed(made, "s3:GetObject", "kms:Decrypt") == []


def test_the_version_of_the_list_is_a_parameter_that_stands_where_nobody_gives_it(
    listed: Synthesis,
) -> None:
    template = listed.templates["Workforce"].to_json()

    assert template["Parameters"][PARAMETER]["Default"] == ""
    for kind in ("Custom::Workers", "Custom::Subscriptions"):
        assert listed.properties("Workforce", kind)["Revision"] == {"Ref": PARAMETER}


def test_who_is_told_of_work_is_known_when_people_are_in_their_teams(listed: Synthesis) -> None:
    assert "Custom::Workers" in listed.after("Workforce", "Custom::Subscriptions")
    assert [
        topic.get("Group")
        for topic in listed.properties("Workforce", "Custom::Subscriptions")["Topics"]
    ] == [None, "dev-readers", "dev-writers"]


def test_what_can_t_be_delivered_to_people_of_a_list_is_kept(listed: Synthesis) -> None:
    (policy,) = listed.resources("Workforce", "AWS::SQS::QueuePolicy")

    topics = json.dumps(policy["Properties"]["PolicyDocument"])
    assert "Notificationsreaders" in topics
    assert "Notificationswriters" in topics


def test_two_hundred_people_in_three_teams_are_in_one_stack(
    synthesise: Synthesise, tmp_path: Path
) -> None:
    people = [f"w{number:03}@example.com" for number in range(200)]
    teams = {key: {"description": "Reads", "workers": people} for key in ("a", "b", "c")}

    made = synthesise(_environment(tmp_path, teams))

    resources = made.templates["Workforce"].to_json()["Resources"]
    told = made.properties("Workforce", "Custom::Subscriptions")["Topics"]
    pairs = [(len(topic["Addresses"]), len(topic.get("More", ()))) for topic in told]
    assert len(resources) < 500
    assert pairs == [(0, 0), (200, 0), (100, 100), (0, 200)]
    assert len(made.resources("Workforce", "AWS::SNS::Subscription")) == 300
