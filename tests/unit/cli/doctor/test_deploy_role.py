"""What the doctor asks IAM's simulation for is what bootstrap/policies.yaml allows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest

from cli.doctor.account import Account
from cli.doctor.deploy_role import check, needed
from cli.doctor.findings import State
from ground_truth.config import Environment, load
from tests.unit.cli.doctor.surroundings import ACCOUNT, FILE, REGION, Aws, Refusal, allowed

_POLICIES: Final = Path(__file__).parents[4] / "bootstrap" / "policies.yaml"
_ROLE: Final = f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-{REGION}"


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    (tmp_path / "environments").mkdir()
    file = tmp_path / "environments" / "dev.yaml"
    file.write_text(FILE)
    return load(file)


def _account(answer: Any) -> Account:
    return Account(
        client=Aws(answers={"iam:SimulatePrincipalPolicy": answer}),
        region=REGION,
        number=ACCOUNT,
        partition="aws",
        qualifier="hnb659fds",
    )


def test_every_action_of_the_deploy_policies_is_asked_for(environment: Environment) -> None:
    text = _POLICIES.read_text(encoding="utf-8")
    _, _, deploying = text.partition("\n  DeployData:")
    declared = set(re.findall(r"\b[a-z][a-z0-9-]*:[A-Z]\w+(?=[\],\s])", deploying))
    keys = {"iam:PermissionsBoundary", "iam:PolicyARN", "iam:PassedToService"}

    asked = {action for need in needed(_account(allowed), environment) for action in need.actions}

    assert len(asked) > 100
    assert asked == {each for each in declared if not each.startswith("AWS:")} - keys


def test_resources_and_circumstances_are_examples_without_places_left(
    environment: Environment,
) -> None:
    needs = list(needed(_account(allowed), environment))
    texts = [each.resource for each in needs if each.resource != "*"]
    texts += [value for each in needs for value in each.context.values()]

    assert [each for each in texts if re.search(r"[${}*?]", each)] == []
    assert f"arn:aws:iam::{ACCOUNT}:policy/GroundTruth-dev-boundary" in texts
    assert "arn:aws:s3:::dev-data-x" in texts


def test_the_role_that_cloudformation_deploys_with_is_asked_about(
    environment: Environment,
) -> None:
    roles: set[str] = set()

    def answer(parameters: Any) -> dict[str, Any]:
        roles.add(parameters["PolicySourceArn"])
        return allowed(parameters)

    assert check(_account(answer), environment).state is State.RIGHT
    assert roles == {f"arn:aws:iam::{ACCOUNT}:role/{_ROLE}"}


def test_a_role_without_one_action_is_found_whichever_it_is(environment: Environment) -> None:
    actions = {each for need in needed(_account(allowed), environment) for each in need.actions}

    def without(action: str) -> str:
        return check(_account(lambda sent: allowed(sent, but=(action,))), environment).text

    for action in sorted(actions)[::25]:
        assert without(action).endswith(f"{_ROLE} may not do {action}")


def test_a_role_that_is_not_there_asks_for_the_bootstrap(environment: Environment) -> None:
    answer = check(_account(Refusal(code="NoSuchEntity")), environment)

    assert answer.text == f"run `npx cdk bootstrap`: there is no role {_ROLE}"
