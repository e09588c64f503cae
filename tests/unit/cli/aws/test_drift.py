"""What CloudFormation finds is what the command finds, but for what our functions write."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from cli.aws.drift import Difference, Drifted, detect, read, stack_names
from cli.aws.own_changes import without_own
from cli.aws.portal import call_back_url, sign_out_url
from cli.errors import CommandError
from tests.unit.fake_services import FakeServices
from workforce import portal_login

_STACK: Final = "dev-Workforce"
_PORTAL: Final = "https://numbers.labeling.us-east-1.sagemaker.aws"
_POOL: Final = "us-east-1_AbC123"
_CLIENT: Final = "1h57kf5cpq17m0eml12EXAMPLE"
_PLACEHOLDER: Final = "https://127.0.0.1"
_NOW: Final = dt.datetime(2026, 11, 27, tzinfo=dt.UTC)


def _template(*, is_own: bool = True) -> dict[str, Any]:
    invitation = {"Subject": "Label data", "Body": "<a href='{portal}'>{username} {####}</a>"}
    login = {"Keep": not is_own, **({"Invitation": invitation} if is_own else {})}
    resources = {"Login": {"Type": "Custom::PortalLogin", "Properties": login}}
    if is_own:
        resources["Pool"] = {"Type": "AWS::Cognito::UserPool", "Properties": {}}
        resources["Client"] = {"Type": "AWS::Cognito::UserPoolClient", "Properties": {}}
    return {"Resources": resources}


@dataclass
class Aws(FakeServices):
    """CloudFormation with one stack, and Cognito with the pool and the client in it."""

    template: Any = field(default_factory=_template)
    outputs: dict[str, str] = field(
        default_factory=lambda: {
            "PortalUrl": _PORTAL,
            "UserPoolId": _POOL,
            "ClientId": _CLIENT,
        }
    )
    #: What the detection has come to at each look.
    course: list[str] = field(default_factory=lambda: ["DETECTION_COMPLETE"])
    #: What CloudFormation says of the resources that differ, a page each.
    pages: list[list[dict[str, Any]]] = field(default_factory=lambda: [[]])
    #: None once somebody has deleted it.
    client: dict[str, Any] | None = field(
        default_factory=lambda: {
            "CallbackURLs": [call_back_url(_PORTAL)],
            "LogoutURLs": [sign_out_url(_PORTAL)],
        }
    )
    mail: dict[str, str] = field(
        default_factory=lambda: {
            "EmailSubject": "Label data",
            "EmailMessage": f"<a href='{_PORTAL}'>{{username}} {{####}}</a>",
        }
    )

    @property
    def cloudformation(self) -> Any:
        """The client that asks it."""
        return self._client("cloudformation")

    def find(self) -> list[Drifted]:
        """Return what the command finds."""
        found = detect(_STACK, self.cloudformation, sleep=self._sleep)
        return without_own(found, read(_STACK, self.cloudformation), self._client("cognito-idp"))

    def _detect_stack_drift(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"StackDriftDetectionId": "id"}

    def _describe_stack_drift_detection_status(self, _: dict[str, Any]) -> dict[str, Any]:
        status = self.course.pop(0) if len(self.course) > 1 else self.course[0]
        reason = {"DetectionStatusReason": "Failed to detect drift on resource [Pool]"}
        return {"DetectionStatus": status, **(reason if status.endswith("FAILED") else {})}

    def _describe_stack_resource_drifts(self, parameters: dict[str, Any]) -> dict[str, Any]:
        number = int(parameters.get("NextToken", 0))
        more = {"NextToken": str(number + 1)} if number + 1 < len(self.pages) else {}
        return {"StackResourceDrifts": self.pages[number], **more}

    def _describe_stacks(self, _: dict[str, Any]) -> dict[str, Any]:
        outputs = [{"OutputKey": k, "OutputValue": v} for k, v in self.outputs.items()]
        return {"Stacks": [{"StackName": _STACK, "Outputs": outputs}]}

    def _get_template(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"TemplateBody": self.template}

    def _list_stack_resources(self, _: dict[str, Any]) -> dict[str, Any]:
        def resource(name: str, kind: str, physical_id: str, status: str) -> dict[str, Any]:
            return {
                "LogicalResourceId": name,
                "ResourceType": kind,
                "PhysicalResourceId": physical_id,
                "DriftInformation": {"StackResourceDriftStatus": status},
            }

        return {
            "StackResourceSummaries": [
                resource("Login", "Custom::PortalLogin", "login", "NOT_CHECKED"),
                resource("Pool", "AWS::Cognito::UserPool", _POOL, "IN_SYNC"),
                resource("Client", "AWS::Cognito::UserPoolClient", _CLIENT, "MODIFIED"),
            ]
        }

    def _describe_user_pool_client(self, _: dict[str, Any]) -> dict[str, Any]:
        if self.client is None:
            self.refuse("DescribeUserPoolClient", "ResourceNotFoundException", "gone")
            raise self._refusals["DescribeUserPoolClient"].pop()
        return {"UserPoolClient": self.client}

    def _describe_user_pool(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"UserPool": {"AdminCreateUserConfig": {"InviteMessageTemplate": self.mail}}}


def _drift(name: str, kind: str, *differences: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    return {
        "StackId": "id",
        "LogicalResourceId": name,
        "PhysicalResourceId": f"id-of-{name}",
        "ResourceType": kind,
        "StackResourceDriftStatus": "MODIFIED",
        "Timestamp": _NOW,
        "PropertyDifferences": [
            {
                "PropertyPath": path,
                "ExpectedValue": expected,
                "ActualValue": actual,
                "DifferenceType": "NOT_EQUAL",
            }
            for path, expected, actual in differences
        ],
        **more,
    }


def _of_client(*differences: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    return _drift("Client", "AWS::Cognito::UserPoolClient", *differences, **more)


#: How CloudFormation sees what `Custom::PortalLogin` has written over the template: always the
#: addresses, and the invitation if it looks at what the template does not name.
_WRITTEN: Final = [
    _of_client(("/CallbackURLs/0", _PLACEHOLDER, call_back_url(_PORTAL))),
    _drift(
        "Pool",
        "AWS::Cognito::UserPool",
        ("/AdminCreateUserConfig/InviteMessageTemplate", "null", json.dumps({"EmailSubject": "x"})),
    ),
]


def test_an_environment_has_three_stacks() -> None:
    assert stack_names("dev") == ["dev-Data", "dev-Workforce", "dev-Labeling"]


def test_the_addresses_of_a_portal_are_those_that_the_function_writes() -> None:
    assert (call_back_url(_PORTAL), sign_out_url(_PORTAL)) == portal_login._urls(_PORTAL)


@pytest.mark.parametrize("pages", [[[]], [_WRITTEN], [_WRITTEN[:1], _WRITTEN[1:]]])
def test_nothing_differs_after_a_deployment(pages: list[list[dict[str, Any]]]) -> None:
    assert Aws(pages=pages).find() == []


def test_a_template_may_come_as_text() -> None:
    assert Aws(template=json.dumps(_template()), pages=[_WRITTEN]).find() == []


@pytest.mark.parametrize(
    ("name", "urls"),
    [
        ("CallbackURLs", ["https://example.com/elsewhere"]),
        ("CallbackURLs", [call_back_url(_PORTAL), "https://example.com/elsewhere"]),
        ("CallbackURLs", []),
        ("LogoutURLs", ["https://example.com/elsewhere"]),
    ],
)
@pytest.mark.parametrize("pages", [[[]], [_WRITTEN]])
def test_other_addresses_in_the_client_are_found(
    name: str, urls: list[str], pages: list[list[dict[str, Any]]]
) -> None:
    aws = Aws(pages=pages)
    assert aws.client is not None
    before, aws.client[name] = aws.client[name], urls

    [found] = aws.find()

    assert (found.resource, found.kind) == ("Client", "AWS::Cognito::UserPoolClient")
    assert found.differences == (Difference(path=f"/{name}", expected=before, actual=urls),)


@pytest.mark.parametrize("name", ["EmailSubject", "EmailMessage"])
@pytest.mark.parametrize("pages", [[[]], [_WRITTEN]])
def test_another_invitation_is_found(name: str, pages: list[list[dict[str, Any]]]) -> None:
    aws = Aws(pages=pages)
    before, aws.mail = aws.mail, {**aws.mail, name: "Send us your password"}

    [found] = aws.find()

    assert (found.resource, found.kind) == ("Pool", "AWS::Cognito::UserPool")
    assert found.differences == (
        Difference(
            path=f"/AdminCreateUserConfig/InviteMessageTemplate/{name}",
            expected=before[name],
            actual="Send us your password",
        ),
    )


_TEMPLATE_PATH: Final = "/AdminCreateUserConfig/InviteMessageTemplate"
_OURS: Final = {"EmailSubject": "x", "EmailMessage": "y"}
_SMS: Final = {"SMSMessage": "Send us your password"}


@pytest.mark.parametrize(
    ("path", "actual", "left"),
    [
        (f"{_TEMPLATE_PATH}/SMSMessage", "by hand", "by hand"),
        (_TEMPLATE_PATH, json.dumps(_OURS | _SMS), _SMS),
        (
            "/AdminCreateUserConfig",
            json.dumps({"InviteMessageTemplate": _OURS | _SMS}),
            {"InviteMessageTemplate": _SMS},
        ),
        (
            "/AdminCreateUserConfig",
            json.dumps({"InviteMessageTemplate": _OURS, "AllowAdminCreateUserOnly": False}),
            {"AllowAdminCreateUserOnly": False},
        ),
    ],
)
def test_what_is_not_ours_beside_the_invitation_is_found(path: str, actual: str, left: Any) -> None:
    differs = _drift("Pool", "AWS::Cognito::UserPool", (path, "null", actual))

    [found] = Aws(pages=[[differs]]).find()

    assert [(each.path, each.actual) for each in found.differences] == [(path, left)]


@pytest.mark.parametrize(
    ("path", "actual"),
    [
        (f"{_TEMPLATE_PATH}/EmailSubject", "x"),
        (_TEMPLATE_PATH, json.dumps(_OURS)),
        ("/AdminCreateUserConfig", json.dumps({"InviteMessageTemplate": _OURS})),
    ],
)
def test_the_invitation_is_ours_wherever_cloudformation_sees_it(path: str, actual: str) -> None:
    differs = _drift("Pool", "AWS::Cognito::UserPool", (path, "null", actual))

    assert Aws(pages=[[differs]]).find() == []


def test_another_default_address_of_our_client_is_found() -> None:
    aws = Aws()
    assert aws.client is not None
    aws.client["DefaultRedirectURI"] = "https://example.com/elsewhere"

    [found] = aws.find()

    assert found.differences == (
        Difference(
            path="/DefaultRedirectURI",
            expected=call_back_url(_PORTAL),
            actual="https://example.com/elsewhere",
        ),
    )


@pytest.mark.parametrize("is_own", [True, False])
def test_the_portal_s_address_may_be_the_default_one(is_own: bool) -> None:  # noqa: FBT001
    aws = Aws(template=_template(is_own=is_own))
    assert aws.client is not None
    aws.client["DefaultRedirectURI"] = call_back_url(_PORTAL)

    assert aws.find() == []


def test_somebody_else_s_client_that_is_gone_was_deleted() -> None:
    [found] = Aws(template=_template(is_own=False), client=None).find()

    assert (found.status, found.kind, found.physical_id, found.differences) == (
        "DELETED",
        "AWS::Cognito::UserPoolClient",
        _CLIENT,
        (),
    )


def test_what_our_functions_do_not_write_stays_in_the_list() -> None:
    scopes = ("/AllowedOAuthScopes/3", "null", "phone")
    written = ("/CallbackURLs/0", _PLACEHOLDER, call_back_url(_PORTAL))
    other = _drift("Key", "AWS::KMS::Key", ("/EnableKeyRotation", "true", "false"))

    found = Aws(pages=[[_of_client(written, scopes), other]]).find()

    assert [(each.resource, [d.path for d in each.differences]) for each in found] == [
        ("Client", ["/AllowedOAuthScopes/3"]),
        ("Key", ["/EnableKeyRotation"]),
    ]


def test_a_subscription_that_is_gone_is_told_of_its_address_and_not_here() -> None:
    kind = "AWS::SNS::Subscription"
    gone = _drift("Lead", kind, StackResourceDriftStatus="DELETED")
    changed = _drift("Other", kind, ("/FilterPolicy", "null", "{}"))

    found = Aws(pages=[[gone, changed]]).find()

    assert [each.resource for each in found] == ["Other"]


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_client_that_was_deleted_is_found_once(is_seen: bool) -> None:  # noqa: FBT001
    gone = _of_client(StackResourceDriftStatus="DELETED")

    [found] = Aws(pages=[[gone]] if is_seen else [[]], client=None).find()

    assert (found.resource, found.status, found.differences) == ("Client", "DELETED", ())


def test_of_somebody_else_s_client_only_the_portal_s_addresses_count() -> None:
    aws = Aws(template=_template(is_own=False))
    assert aws.client is not None
    aws.client["CallbackURLs"].append("https://example.com/theirs")

    assert aws.find() == []


def test_the_portal_s_address_that_is_missing_in_somebody_else_s_client_is_found() -> None:
    aws = Aws(template=_template(is_own=False))
    assert aws.client is not None
    aws.client["CallbackURLs"] = ["https://example.com/theirs"]

    [found] = aws.find()

    assert (found.resource, found.kind) == ("Login", "Custom::PortalLogin")
    assert [each.path for each in found.differences] == ["/CallbackURLs"]


def test_a_stack_without_a_portal_s_login_is_as_cloudformation_sees_it() -> None:
    aws = Aws(template={"Resources": {}}, outputs={}, pages=[_WRITTEN])

    assert [each.resource for each in aws.find()] == ["Client", "Pool"]
    assert not aws.called("DescribeUserPoolClient")


def test_a_detection_is_waited_for() -> None:
    aws = Aws(course=["DETECTION_IN_PROGRESS"] * 3 + ["DETECTION_COMPLETE"])

    assert aws.find() == []
    assert aws.time > 0


@pytest.mark.parametrize(
    ("course", "message"),
    [
        ("DETECTION_FAILED", r"Failed to detect drift on resource \[Pool\]; the credentials must"),
        ("DETECTION_IN_PROGRESS", "did not compare dev-Workforce within 1200 s; try again"),
    ],
)
def test_what_can_t_be_compared_is_no_clean_result(course: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        Aws(course=[course]).find()


def test_a_stack_says_what_cloudformation_can_t_compare() -> None:
    assert read(_STACK, Aws().cloudformation).not_checked == {"Custom::PortalLogin"}
