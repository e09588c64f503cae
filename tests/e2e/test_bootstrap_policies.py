"""bootstrap/policies.yaml is what deploying needs: enough of it, and no action too much.

What is needed is what AWS declares, which tests/infra/test_declared_permissions.py holds against
its schemas; local AWS asks for each of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
import yaml

from cli.aws.policies import deployed_version, expected_version
from constructs.ground_truth.data.key_grants import ADMINISTRATION
from local.aws import ROOT, LocalAws
from tests.e2e.deployer import Deployer
from tests.e2e.one_of_each import resources, stack_of
from tests.environments import shipped

_ENVIRONMENT: Final = "local"
_NEEDED: Final[Mapping[str, Mapping[str, Any]]] = yaml.safe_load(
    (ROOT / "bootstrap" / "permissions.yaml").read_text(encoding="utf-8")
)["types"]
#: By what is done to a stack, the handlers that come to work first.
_OPERATIONS: Final = {
    "create": {"create", "read", "tagging"},
    "update": {"update"},
    "delete": {"delete"},
}


def _needs() -> Iterator[tuple[str, str, str]]:
    """Yield each action once, with the first type and operation that needs it."""
    seen: set[str] = set()
    for kind, entry in _NEEDED.items():
        called = [each for actions in entry["actions"].values() for each in actions.items()]
        for operation, handlers in _OPERATIONS.items():
            for action, callers in called:
                if action not in seen and handlers & set(callers.split()):
                    seen.add(action)
                    yield kind, operation, action


_NEEDS: Final = list(_needs())
_TYPES: Final = {"every stack": "AWS::SQS::Queue", "custom": "Custom::Answer"}


@pytest.fixture(scope="module")
def deployer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployer]:
    with LocalAws(tmp_path_factory.mktemp("policies")) as aws:
        yield Deployer(aws, _ENVIRONMENT)


def _resources(
    deployer: Deployer, kind: str, *, changed: bool = False, without: str = ""
) -> dict[str, Any]:
    return resources(
        _TYPES.get(kind, kind),
        environment=_ENVIRONMENT,
        boundary=deployer.boundary,
        key_policy=deployer.key_policy(without=without),
        changed=changed,
    )


def _stack(kind: str) -> str:
    return stack_of(_TYPES.get(kind, kind))


@pytest.mark.parametrize("kind", _NEEDED)
def test_with_all_actions_a_resource_can_be_made_changed_and_deleted(
    deployer: Deployer, kind: str
) -> None:
    stack = _stack(kind)

    assert deployer.create(stack, _resources(deployer, kind)) == ""
    assert deployer.update(stack, _resources(deployer, kind, changed=True)) == ""
    assert deployer.delete(stack) == ""


@pytest.mark.parametrize(("kind", "operation", "action"), _NEEDS)
def test_without_an_action_something_can_not_be_made_changed_or_deleted(
    deployer: Deployer, kind: str, operation: str, action: str
) -> None:
    stack = _stack(kind)
    # A key has this from its own policy.
    lacking = action if action in ADMINISTRATION else ""
    before, after = (
        _resources(deployer, kind, changed=changed, without=lacking) for changed in (False, True)
    )
    if operation != "create":
        deployer.create(stack, before)

    with deployer.without(action):
        if operation == "create":
            reason = deployer.create(stack, before)
        elif operation == "update":
            reason = deployer.update(stack, after)
        else:
            reason = deployer.delete(stack)

    deployer.clear(stack)
    assert f"is not authorized to perform: {action} on resource" in reason


def test_every_action_has_been_taken_out_once(deployer: Deployer) -> None:
    assert deployer.actions == {action for _, _, action in _NEEDS}


@pytest.mark.parametrize("form", ["workteam", "workteam/private-crowd"])
def test_without_either_form_of_its_arn_a_team_can_not_be_made(
    deployer: Deployer, form: str
) -> None:
    kind, place = "AWS::SageMaker::Workteam", f"{form}/{_ENVIRONMENT}-"

    with deployer.without("sagemaker:CreateWorkteam", place=place):
        reason = deployer.create(_stack(kind), _resources(deployer, kind))

    deployer.clear(_stack(kind))
    assert "is not authorized to perform: sagemaker:CreateWorkteam on resource" in reason
    assert place in reason


def test_the_version_of_the_deployed_policies_is_read(
    deployer: Deployer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in deployer.variables.items():
        monkeypatch.setenv(name, value)

    assert deployed_version(shipped(_ENVIRONMENT)) == expected_version()
    assert deployed_version(shipped("prod")) is None


def test_a_role_without_the_boundary_can_not_be_made(deployer: Deployer) -> None:
    unbounded = _resources(deployer, "AWS::IAM::Role")
    del unbounded["Role"]["Properties"]["PermissionsBoundary"]

    reason = deployer.create("Labeling", unbounded)

    deployer.clear("Labeling")
    assert "is not authorized to perform: iam:CreateRole" in reason


def test_a_role_can_not_be_given_the_rights_of_an_administrator(deployer: Deployer) -> None:
    mighty = _resources(deployer, "AWS::IAM::Role")
    mighty["Role"]["Properties"]["ManagedPolicyArns"] = [
        "arn:aws:iam::aws:policy/AdministratorAccess"
    ]

    reason = deployer.create("Labeling", mighty)

    deployer.clear("Labeling")
    assert "is not authorized to perform: iam:AttachRolePolicy" in reason
