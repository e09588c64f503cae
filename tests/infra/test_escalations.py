"""No known way leads from the policies to more than they allow.

Each path of tests/data/escalation-paths.yaml is played by whoever deploys, and by a role whose own
policies allow everything up to its boundary. A path is open where each of its actions is allowed on
something that has more: another's, a bound, or a role or a policy without the boundary.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
import yaml

from tests.infra.authorization import action_resources, is_known
from tests.infra.simulation import ACCOUNT, REGION, Policies, Request
from tests.infra.strangers import CHOSEN, STRANGERS, requests
from tests.infra.synthesis import ROOT

_PATHS: Final[list[dict[str, Any]]] = yaml.safe_load(
    (ROOT / "tests" / "data" / "escalation-paths.yaml").read_text(encoding="utf-8")
)
_OF_RHINO: Final = 28
#: AWS has ended the service, and its reference has it no more.
_ENDED: Final = ("codestar:",)
_IAM: Final = f"arn:aws:iam::{ACCOUNT}"
_BOUNDARY: Final = {"iam:PermissionsBoundary": f"{_IAM}:policy/GroundTruth-dev-boundary"}
_OTHER_BOUNDARY: Final = {"iam:PermissionsBoundary": f"{_IAM}:policy/dev-Labeling-X-0a1b"}
_OWN_ROLE: Final = f"{_IAM}:role/dev-Labeling-LabelingJobFunctionRole02FA43AD-0a1b"
_OWN_POLICY: Final = {"iam:PolicyARN": f"{_IAM}:policy/dev-Labeling-X-0a1b"}
_ADMINISTRATOR: Final = {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}
_ATTACHING: Final = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")
_OF_A_ROLE: Final = (
    *("iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy"),
    *("iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"),
    *("iam:UpdateAssumeRolePolicy", *_ATTACHING),
)


def _tries(action: str) -> Iterator[Request]:
    """Yield the requests for an action with which somebody would have more than before."""
    for kind in action_resources(action) & STRANGERS.keys():
        yield from requests(action, kind)
    # Users, groups, machines and other things that no policy of ours is about.
    for resource in ("*", f"{_IAM}:user/dev-Data-x", f"{_IAM}:group/dev-Data-x"):
        yield Request(action=action, resource=resource, context=CHOSEN)
    if action in _OF_A_ROLE:
        # An own role that has no boundary, or gets another one.
        for bound in ({}, _OTHER_BOUNDARY):
            context = {**CHOSEN, **_OWN_POLICY, **bound}
            yield Request(action=action, resource=_OWN_ROLE, context=context)
    if action in _ATTACHING:
        context = {**CHOSEN, **_ADMINISTRATOR, **_BOUNDARY}
        yield Request(action=action, resource=_OWN_ROLE, context=context)
    if action == "iam:DeleteRolePermissionsBoundary":
        yield Request(action=action, resource=_OWN_ROLE, context=_BOUNDARY)


@pytest.mark.parametrize("path", _PATHS, ids=lambda path: str(path["name"]))
@pytest.mark.parametrize("who", ["deploy", "roles"])
def test_a_way_to_more_is_closed(path: dict[str, Any], who: str) -> None:
    policies = Policies(TagKeys=["aws:cloudformation:*", "cost-center"])
    ask = policies.let_deploy if who == "deploy" else policies.let_roles

    open_actions = [action for action in path["needs"] if any(map(ask, _tries(action)))]

    assert open_actions != path["needs"]


@pytest.mark.parametrize("path", _PATHS, ids=lambda path: str(path["name"]))
def test_a_way_is_one_through_actions_that_aws_has(path: dict[str, Any]) -> None:
    unknown = [each for each in path["needs"] if not is_known(each)]

    assert [each for each in unknown if not each.startswith(_ENDED)] == []


def test_all_of_the_public_list_are_played() -> None:
    numbers = [name.split()[0] for name in (path["name"] for path in _PATHS)]

    assert [each for each in numbers if each.isdecimal()] == [
        str(number) for number in range(1, _OF_RHINO + 1)
    ]


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", _OWN_ROLE, _BOUNDARY),
        ("iam:AttachRolePolicy", _OWN_ROLE, {**_BOUNDARY, **_OWN_POLICY}),
        ("iam:UpdateAssumeRolePolicy", _OWN_ROLE, _BOUNDARY),
        ("iam:PassRole", _OWN_ROLE, {"iam:PassedToService": "lambda.amazonaws.com"}),
        (
            "lambda:UpdateFunctionCode",
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:dev-Labeling-X-0a1b",
            {},
        ),
    ],
)
def test_the_same_actions_are_allowed_for_what_is_the_environment_s_own(
    action: str, resource: str, context: dict[str, str]
) -> None:
    assert Policies().let_deploy(Request(action=action, resource=resource, context=context))


@pytest.mark.parametrize("service", ["events", "sagemaker", "ec2", "cloudformation", "glue"])
def test_a_role_of_a_function_is_passed_to_lambda_only(service: str) -> None:
    context = {"iam:PassedToService": f"{service}.amazonaws.com"}
    request = Request(action="iam:PassRole", resource=_OWN_ROLE, context=context)

    assert not Policies().let_deploy(request)
    assert not Policies().let_roles(request)
