"""What our functions write over the template on purpose, compared with what they would write.

CloudFormation takes it for a change by hand, for ever: `Custom::PortalLogin` writes the portal's
addresses into the client, and the invitation into the pool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
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

#: The path of a property to what our functions would write there, and what is there.
Written = Mapping[str, tuple[Any, Any]]


def without_own(
    found: Sequence[Drifted], stack: Stack, cognito: CognitoIdentityProviderClient
) -> list[Drifted]:
    """Return what differs, less what is as our functions have written it, more what is not.

    `found` is what CloudFormation says of the stack. Raises botocore's ClientError.
    """
    written = dict(_written(stack, cognito))
    left = {each.resource: _less(each, written.get(each.resource, {})) for each in found}
    for resource, values in written.items():
        before = left.get(resource) or _unchanged(stack, resource)
        if before.status == "MODIFIED":
            more = tuple(_differences(values))
            left[resource] = replace(before, differences=(*before.differences, *more))
    return [each for each in left.values() if each.differences or each.status == "DELETED"]


def _written(stack: Stack, cognito: CognitoIdentityProviderClient) -> Iterator[tuple[str, Written]]:
    """Yield the resources that our functions write into, with what they write."""
    login = next(stack.of_kind(_LOGIN), None)
    if login is None or "PortalUrl" not in stack.outputs:
        return
    name, properties = login
    portal = stack.outputs["PortalUrl"]
    pool = {"UserPoolId": stack.outputs["UserPoolId"]}
    ids = {**pool, "ClientId": stack.outputs["ClientId"]}
    client = _described(partial(cognito.describe_user_pool_client, **ids), "UserPoolClient")
    own_client = next((each for each, _ in stack.of_kind(_CLIENT)), None)
    # Somebody else's client has addresses of its own, and CloudFormation doesn't look at it.
    yield own_client or name, _addresses(client, portal, is_own=own_client is not None)
    own_pool = next((each for each, _ in stack.of_kind(_POOL)), None)
    invitation = properties.get("Invitation")
    if own_pool is not None and isinstance(invitation, Mapping):
        described = _described(partial(cognito.describe_user_pool, **pool), "UserPool")
        yield own_pool, _invitation(described, invitation, portal)


def _addresses(client: Mapping[str, Any], portal: str, *, is_own: bool) -> Written:
    urls = {"CallbackURLs": call_back_url(portal), "LogoutURLs": sign_out_url(portal)}
    return {
        f"/{name}": ([url], [each for each in client.get(name, []) if is_own or each == url])
        for name, url in urls.items()
    }


def _invitation(pool: Mapping[str, Any], wanted: Mapping[str, str], portal: str) -> Written:
    there = pool.get("AdminCreateUserConfig", {}).get("InviteMessageTemplate", {})
    mail = {
        "EmailSubject": wanted["Subject"],
        "EmailMessage": wanted["Body"].replace("{portal}", portal),
    }
    actual = {name: there.get(name) for name in mail}
    return {"/AdminCreateUserConfig/InviteMessageTemplate": (mail, actual)}


def _described(ask: Callable[[], Any], member: str) -> Mapping[str, Any]:
    """Return what is described, or nothing of what is gone."""
    try:
        described: Mapping[str, Any] = ask()[member]
    except ClientError as error:
        if error.response["Error"].get("Code") != "ResourceNotFoundException":
            raise
        return {}
    return described


def _unchanged(stack: Stack, resource: str) -> Drifted:
    return Drifted(
        stack=stack.name,
        resource=resource,
        kind=stack.template["Resources"][resource]["Type"],
        physical_id=stack.ids.get(resource, ""),
        status="MODIFIED",
    )


def _less(drifted: Drifted, written: Written) -> Drifted:
    kept = tuple(
        each
        for each in drifted.differences
        if not any(f"{each.path}/".startswith(f"{path}/") for path in written)
    )
    return replace(drifted, differences=kept)


def _differences(written: Written) -> Iterator[Difference]:
    for path, (expected, actual) in written.items():
        # Lists are sets here, as for CloudFormation.
        if expected != (sorted(actual) if isinstance(actual, list) else actual):
            yield Difference(path=path, expected=expected, actual=actual)
