"""What the doctor asks IAM's simulation for is what bootstrap/policies.yaml allows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cli.aws.policy_documents import Place, documents
from cli.doctor import bootstrap_policies
from cli.doctor.account import Account
from cli.doctor.bootstrap_policies import needed
from cli.doctor.deploy_role import check
from cli.doctor.findings import State
from ground_truth.config import Environment, load
from tests.unit.cli.doctor.surroundings import (
    ACCOUNT,
    FILE,
    REGION,
    RIGHT,
    Aws,
    Refusal,
    allowed,
    stack_of,
)

_ROLE = f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-{REGION}"
#: What the environment's own key says itself, if no earlier version has made it.
_OF_KEYS = {"kms:DescribeKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"}


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    (tmp_path / "environments").mkdir()
    file = tmp_path / "environments" / "dev.yaml"
    file.write_text(FILE)
    return load(file)


def _account(answer: Any, *, of: str = "iam:SimulatePrincipalPolicy") -> Account:
    return Account(
        client=Aws(answers={**RIGHT, of: answer}),
        region=REGION,
        number=ACCOUNT,
        partition="aws",
        qualifier=lambda: "hnb659fds",
    )


def test_every_action_of_the_deploy_policies_is_asked_for(environment: Environment) -> None:
    place = Place(account=ACCOUNT, region=REGION)
    actions = [
        statement["Action"]
        for name, statements in documents({"Environment": "dev"}, place).items()
        for statement in statements
        if name != "Boundary" and statement.get("Sid") != "Keys"
    ]
    declared = {
        action for each in actions for action in ([each] if isinstance(each, str) else each)
    }

    asked = {action for need in needed(_account(allowed), environment) for action in need.actions}

    assert len(asked) > 100
    assert asked == declared
    assert asked.isdisjoint(_OF_KEYS)


def test_resources_and_circumstances_are_examples_without_places_left(
    environment: Environment,
) -> None:
    needs = list(needed(_account(allowed), environment))
    texts = [each.resource for each in needs if each.resource != "*"]
    texts += [value for each in needs for value in each.context.values()]

    assert [each for each in texts if re.search(r"[${}*?]", each)] == []
    assert f"arn:aws:iam::{ACCOUNT}:policy/GroundTruth-dev-boundary" in texts
    assert "arn:aws:s3:::dev-data-datainputc289b3f3-x" in texts


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


@pytest.mark.parametrize(
    ("outputs", "state"),
    [({"Version": "3"}, "right"), ({"Version": "2"}, "to do"), ({"Other": "x"}, "to do")],
)
def test_policies_that_are_older_than_this_checkout_s_are_found(
    environment: Environment, outputs: dict[str, str], state: str
) -> None:
    stacks = {"Stacks": [stack_of("GroundTruth-dev", **outputs)]}
    account = _account(stacks, of="cloudformation:DescribeStacks")

    assert bootstrap_policies.check(account, environment, 3).state == state


@pytest.mark.parametrize(
    "answer", [Refusal(code="ValidationError"), {"Stacks": [stack_of("GroundTruth-dev")]}]
)
def test_an_environment_without_policies_of_ours_is_none_with_old_ones(
    environment: Environment, answer: Any
) -> None:
    account = _account(answer, of="cloudformation:DescribeStacks")

    assert bootstrap_policies.check(account, environment, 3).state is State.RIGHT
