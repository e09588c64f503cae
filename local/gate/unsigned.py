"""What local AWS serves to whoever has not signed, because AWS does: a list, and nothing besides.

Hosted sign-in and the worker portals have hosts of their own. Here is what is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from local.gate.request import AMZ, Request

#: Operations of Cognito that its users' own programs call: `authtype` is `none` in botocore's
#: model, and each asks for a password or a token. Left out is what MiniStack gives to whoever knows
#: names: what goes by a mailed code, which is the same for everybody, and the steps of a sign-in
#: after its first, whose session it does not compare.
COGNITO: Final = (
    "ChangePassword",
    "DeleteUser",
    "DeleteUserAttributes",
    "GetTokensFromRefreshToken",
    "GetUser",
    "GetUserAuthFactors",
    "GlobalSignOut",
    "InitiateAuth",
    "RevokeToken",
    "SetUserMFAPreference",
    "UpdateUserAttributes",
)
_COGNITO_TARGET: Final = "AWSCognitoIdentityProviderService"
_JSON: Final = "application/x-amz-json-1.1"
#: The link of SNS's mail that asks for a confirmation; its token is the proof.
#: https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
_CONFIRMATION: Final = ("Action", "Token", "TopicArn")
#: Where a custom resource answers, which is a presigned URL of S3's on AWS: a random UUID here.
#: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
_RESPONSE: Final = re.compile(r"/_ministack/cfn-response/[0-9a-f-]{36}")
#: The public keys of a user pool, and where its endpoints are.
#: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
_OPENID: Final = re.compile(r"/([\w-]+)/\.well-known/(?:jwks\.json|openid-configuration)")
#: Headers that say what is asked and what comes along; no others reach whoever answers.
_KEPT: Final = frozenset(
    {"accept", "accept-encoding", "content-length", "content-type", "host", "transfer-encoding"}
)


@dataclass(frozen=True, kw_only=True)
class Door:
    """A kind of request that needs no signature; `is_link` if it is opened from a mail."""

    name: str
    is_link: bool = False


def door(request: Request, has_pool: Callable[[str], bool]) -> Door | None:
    """Return by which door an unsigned request comes in, if there is one."""
    if request.claims_credentials:
        return None
    if request.query:
        names = sorted(name for name, _ in request.query)
        is_confirmation = (
            request.method == "GET"
            and request.raw_path == "/"
            and names == sorted(_CONFIRMATION)
            and request.parameter("Action") == "ConfirmSubscription"
        )
        return Door(name="confirmation", is_link=True) if is_confirmation else None
    if request.method == "GET" and (found := _OPENID.fullmatch(request.raw_path)):
        return Door(name="openid") if has_pool(found[1]) else None
    if request.method == "PUT" and _RESPONSE.fullmatch(request.raw_path):
        return Door(name="response")
    service, _, operation = request.headers.get(f"{AMZ}target", "").partition(".")
    is_cognito = (
        request.method == "POST"
        and request.raw_path == "/"
        and request.headers.get("content-type") == _JSON
        and (service, operation in COGNITO) == (_COGNITO_TARGET, True)
    )
    return Door(name="cognito") if is_cognito else None


def without_credentials(scope: Any, *also: str) -> Any:
    """Return an ASGI scope without any header that says who asks, or that is not needed.

    `also` are names of headers that stay.
    """
    kept = _KEPT.union(also)
    headers = [(name, value) for name, value in scope["headers"] if name.decode().lower() in kept]
    return {**scope, "headers": headers}
