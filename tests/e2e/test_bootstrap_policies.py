"""bootstrap/policies.yaml is what deploying needs: enough of it, and no line too much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
import yaml

from local.aws import ROOT, LocalAws
from tests.e2e.deployer import Deployer
from tests.e2e.one_of_each import resources

_ENVIRONMENT: Final = "local"
_NEEDED: Final[Mapping[str, Mapping[str, Any]]] = yaml.safe_load(
    (ROOT / "local" / "deployment_permissions.yaml").read_text()
)
_OPERATIONS: Final = {"create": ("create", "read"), "update": ("update",), "delete": ("delete",)}


def _lines() -> Iterator[tuple[str, str, str]]:
    """Yield each action once, with the first type and operation that needs it."""
    seen: set[str] = set()
    for kind, entry in _NEEDED.items():
        for operation, parts in _OPERATIONS.items():
            for line in (line for part in parts for line in entry.get(part, ())):
                action = line.split()[0]
                if action not in seen:
                    seen.add(action)
                    yield kind, operation, action


_LINES: Final = list(_lines())
_TYPES: Final = {"every-stack": "AWS::SQS::Queue", "custom": "Custom::Answer"}


@pytest.fixture(scope="module")
def deployer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployer]:
    with LocalAws(tmp_path_factory.mktemp("policies")) as aws:
        yield Deployer(aws, _ENVIRONMENT)


def _resources(deployer: Deployer, kind: str, *, changed: bool = False) -> dict[str, Any]:
    return resources(
        _TYPES.get(kind, kind),
        environment=_ENVIRONMENT,
        boundary=deployer.boundary,
        changed=changed,
    )


@pytest.mark.parametrize("kind", _NEEDED)
def test_with_all_lines_a_resource_can_be_made_changed_and_deleted(
    deployer: Deployer, kind: str
) -> None:
    assert deployer.create("whole", _resources(deployer, kind)) == ""
    assert deployer.update("whole", _resources(deployer, kind, changed=True)) == ""
    assert deployer.delete("whole") == ""


@pytest.mark.parametrize(("kind", "operation", "action"), _LINES)
def test_without_a_line_something_can_not_be_made_changed_or_deleted(
    deployer: Deployer, kind: str, operation: str, action: str
) -> None:
    before, after = (_resources(deployer, kind, changed=changed) for changed in (False, True))
    if operation != "create":
        deployer.create("less", before)

    with deployer.without(action):
        if operation == "create":
            reason = deployer.create("less", before)
        elif operation == "update":
            reason = deployer.update("less", after)
        else:
            reason = deployer.delete("less")

    deployer.delete("less")
    assert f"is not authorized to perform: {action} on resource" in reason


def test_every_line_has_been_taken_out_once(deployer: Deployer) -> None:
    assert deployer.actions == {action for _, _, action in _LINES}


def test_a_role_without_the_boundary_can_not_be_made(deployer: Deployer) -> None:
    unbounded = _resources(deployer, "AWS::IAM::Role")
    del unbounded["Role"]["Properties"]["PermissionsBoundary"]

    reason = deployer.create("unbounded", unbounded)

    deployer.delete("unbounded")
    assert "is not authorized to perform: iam:CreateRole" in reason


def test_a_role_can_not_be_given_the_rights_of_an_administrator(deployer: Deployer) -> None:
    mighty = _resources(deployer, "AWS::IAM::Role")
    mighty["Role"]["Properties"]["ManagedPolicyArns"] = [
        "arn:aws:iam::aws:policy/AdministratorAccess"
    ]

    reason = deployer.create("mighty", mighty)

    deployer.delete("mighty")
    assert "is not authorized to perform: iam:AttachRolePolicy" in reason
