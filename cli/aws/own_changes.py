"""What our functions write over the template on purpose, compared with what they would write.

CloudFormation takes it for a change by hand, for ever: `Custom::PortalLogin` writes the portal's
addresses into the client, and the invitation into the pool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from cli.aws.drift import Difference, Drifted, Stack
from cli.aws.portal import call_back_url, sign_out_url

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

_LOGIN: Final = "Custom::PortalLogin"
_POOL: Final = "AWS::Cognito::UserPool"
_CLIENT: Final = "AWS::Cognito::UserPoolClient"
_SUBSCRIPTION: Final = "AWS::SNS::Subscription"
_REDIRECT: Final = "DefaultRedirectURI"
_TEMPLATE: Final = "/AdminCreateUserConfig/InviteMessageTemplate"
#: What CloudFormation shows of a property that is not there.
_NONE: Final = "null"

#: The path of a property to what our functions would write there, and what is there.
Written = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A resource that our functions write into, as it is in AWS."""

    #: The name in the template under which it is told.
    resource: str
    kind: str
    physical_id: str
    #: None where the resource is gone.
    written: Written | None


def without_own(
    found: Sequence[Drifted], stack: Stack, cognito: CognitoIdentityProviderClient
) -> list[Drifted]:
    """Return what differs, less what is as our functions have written it, more what is not.

    `found` is what CloudFormation says of the stack. Raises botocore's ClientError.
    """
    places = {each.resource: each for each in _places(stack, cognito)}
    left = {each.resource: each for each in found}
    for resource, place in places.items():
        before = left.get(resource) or _drifted(stack, place)
        if before.status == "DELETED":
            continue
        if place.written is None:
            left[resource] = replace(_drifted(stack, place), status="DELETED")
            continue
        differences = (*_less(before.differences, place.written), *_differences(place.written))
        left[resource] = replace(before, differences=differences)
    return [
        each
        for each in left.values()
        # Who was asked again has another subscription by now, and who should be is found among
        # people, whose addresses are compared (`cli/aws/repairs.py`).
        if each.differences or (each.status == "DELETED" and each.kind != _SUBSCRIPTION)
    ]


def _places(stack: Stack, cognito: CognitoIdentityProviderClient) -> Iterator[_Place]:
    login = next(stack.of_kind(_LOGIN), None)
    if login is None or "PortalUrl" not in stack.outputs:
        return
    name, properties = login
    portal = stack.outputs["PortalUrl"]
    pool = {"UserPoolId": stack.outputs["UserPoolId"]}
    ids = {**pool, "ClientId": stack.outputs["ClientId"]}
    client = _described(partial(cognito.describe_user_pool_client, **ids), "UserPoolClient")
    own_client = next((each for each, _ in stack.of_kind(_CLIENT)), None)
    is_own, is_gone = own_client is not None, client is None
    yield _Place(
        # Somebody else's client has addresses of its own, and CloudFormation doesn't look at it.
        resource=own_client or name,
        kind=_CLIENT if is_own or is_gone else _LOGIN,
        physical_id=ids["ClientId"],
        written=None if client is None else _addresses(client, portal, is_own=is_own),
    )
    own_pool = next((each for each, _ in stack.of_kind(_POOL)), None)
    invitation = properties.get("Invitation")
    if own_pool is not None and isinstance(invitation, Mapping):
        described = _described(partial(cognito.describe_user_pool, **pool), "UserPool")
        yield _Place(
            resource=own_pool,
            kind=_POOL,
            physical_id=pool["UserPoolId"],
            written=None if described is None else _invitation(described, invitation, portal),
        )


def _addresses(client: Mapping[str, Any], portal: str, *, is_own: bool) -> Written:
    urls = {"CallbackURLs": call_back_url(portal), "LogoutURLs": sign_out_url(portal)}
    lists = {
        f"/{name}": ([url], [each for each in client.get(name, []) if is_own or each == url])
        for name, url in urls.items()
    }
    if not is_own or _REDIRECT not in client:
        return lists
    return {**lists, f"/{_REDIRECT}": (call_back_url(portal), client[_REDIRECT])}


def _invitation(pool: Mapping[str, Any], wanted: Mapping[str, str], portal: str) -> Written:
    there = pool.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {})
    mail = {
        "EmailSubject": wanted["Subject"],
        "EmailMessage": wanted["Body"].replace("{portal}", portal),
    }
    return {f"{_TEMPLATE}/{name}": (text, there.get(name)) for name, text in mail.items()}


def _described(ask: Callable[[], Any], member: str) -> Mapping[str, Any] | None:
    """Return what is described, or None of what is gone."""
    try:
        described: Mapping[str, Any] = ask()[member]
    except ClientError as error:
        if error.response["Error"].get("Code") != "ResourceNotFoundException":
            raise
        return None
    return described


def _drifted(stack: Stack, place: _Place) -> Drifted:
    return Drifted(
        stack=stack.name,
        resource=place.resource,
        kind=place.kind,
        physical_id=place.physical_id,
        status="MODIFIED",
    )


def _less(differences: Sequence[Difference], written: Written) -> Iterator[Difference]:
    """Yield differences without what our functions write, be it all of one or members of it."""
    for each in differences:
        if any(f"{each.path}/".startswith(f"{path}/") for path in written):
            continue
        inner = [
            path.removeprefix(f"{each.path}/").split("/")
            for path in written
            if path.startswith(f"{each.path}/")
        ]
        expected, actual = (_without(value, inner) for value in (each.expected, each.actual))
        if not inner or expected != actual:
            yield replace(each, expected=expected, actual=actual) if inner else each


def _without(value: Any, inner: Sequence[Sequence[str]]) -> Any:
    """Return a value less the members at these paths; an object that is empty then is none."""
    if not isinstance(value, Mapping):
        return None if value == _NONE else value
    kept = {}
    for name, member in value.items():
        below = [path[1:] for path in inner if path[0] == name]
        if [] in below:
            continue
        left = _without(member, below) if below else member
        if left is not None:
            kept[name] = left
    return kept or None


def _differences(written: Written) -> Iterator[Difference]:
    for path, (expected, actual) in written.items():
        # Lists are sets here, as for CloudFormation.
        if expected != (sorted(actual) if isinstance(actual, list) else actual):
            yield Difference(path=path, expected=expected, actual=actual)
