"""How workers sign in: OAuth's code flow with Cognito or the workforce's own provider.

https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-create-private-oidc.html
"""

from __future__ import annotations

import base64
import binascii
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from local.ground_truth.api.state import Workforce
from local.ground_truth.cloud import Cloud, Scope

#: Which scopes Ground Truth asks of Cognito is not documented; AWS's own samples allow these.
_COGNITO_SCOPE: Final = "openid email profile"
_PATIENCE: Final = 30.0
#: Where the provider sends a worker back to, at the portal.
CALLBACK: Final = "/oauth2/idpresponse"


class SignInFailed(Exception):  # noqa: N818  # the portal's answer to a person
    """A worker can't sign in; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Where and how a workforce's workers sign in."""

    issuer: str
    authorization: str
    token: str
    #: Where claims are that the id token lacks; Cognito's token has them all.
    user_info: str | None
    logout: str
    scope: str
    client_id: str
    client_secret: str
    extra: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who has signed in, by the provider's claims."""

    sub: str
    name: str
    #: The worker's groups if only the provider knows them, as with OIDC.
    groups: frozenset[str] | None


def provider(cloud: Cloud, scope: Scope, workforce: Workforce) -> Provider:
    """Return the workforce's provider; SignInFailed if its pool or domain is gone."""
    _, issuer = workforce.provider
    client = {"client_id": workforce.client_id, "client_secret": workforce.client_secret}
    if workforce.oidc is not None:
        oidc = workforce.oidc
        return Provider(
            issuer=issuer,
            authorization=oidc["AuthorizationEndpoint"],
            token=oidc["TokenEndpoint"],
            user_info=oidc["UserInfoEndpoint"],
            logout=oidc["LogoutEndpoint"],
            scope=oidc.get("Scope", "openid"),
            extra=oidc.get("AuthenticationRequestExtraParams", {}),
            **client,
        )
    pool_id = (workforce.cognito or {})["UserPool"]
    pool = cloud.user_pool(scope, pool_id)
    if pool is None or pool.domain is None:
        gone = "does not exist" if pool is None else "has no domain"
        raise SignInFailed(f"user pool {pool_id} of workforce {workforce.name} {gone} any more")
    return Provider(
        issuer=issuer,
        authorization=f"{pool.domain}/oauth2/authorize",
        token=f"{pool.domain}/oauth2/token",
        user_info=None,
        logout=f"{pool.domain}/logout",
        scope=_COGNITO_SCOPE,
        extra={},
        **client,
    )


def callback(workforce: Workforce) -> str:
    """Return the URL to which the provider sends a worker back."""
    return f"https://{workforce.sub_domain}{CALLBACK}"


def login_url(wanted: Provider, workforce: Workforce, state: str, nonce: str) -> str:
    """Return where a browser signs in; it comes back with `state`, the token with `nonce`."""
    query = {
        **wanted.extra,
        "client_id": wanted.client_id,
        "redirect_uri": callback(workforce),
        "response_type": "code",
        "scope": wanted.scope,
        "state": state,
        "nonce": nonce,
    }
    return f"{wanted.authorization}?{urlencode(query, quote_via=quote)}"


def logout_url(wanted: Provider, workforce: Workforce) -> str:
    """Return where a browser signs out of the provider; it comes back to the portal."""
    back = f"https://{workforce.sub_domain}/logout"
    query = urlencode({"client_id": wanted.client_id, "logout_uri": back})
    return f"{wanted.logout}?{query}"


def exchange(
    opener: urllib.request.OpenerDirector,
    wanted: Provider,
    workforce: Workforce,
    code: str,
    nonce: str,
) -> Identity:
    """Exchange a code for tokens with the client's secret; SignInFailed if it can't be done.

    The id token comes from its issuer over TLS, so its signature proves nothing more:
    https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
    """
    secret = f"{quote(wanted.client_id, safe='')}:{quote(wanted.client_secret, safe='')}"
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback(workforce),
        "client_id": wanted.client_id,
    }
    request = urllib.request.Request(  # noqa: S310  # the operations take https only
        wanted.token,
        data=urlencode(form).encode(),
        headers={
            "Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    tokens = _json(opener, request)
    claims = _claims(str(tokens.get("id_token", "")))
    for name, expected in (
        ("iss", wanted.issuer),
        ("aud", wanted.client_id),
        ("nonce", nonce),
    ):
        if claims.get(name) != expected:
            raise SignInFailed(
                f"the id token's {name} should be {expected}, got {claims.get(name)}"
            )
    if wanted.user_info is None:
        if not isinstance(claims.get("sub"), str):
            raise SignInFailed("the id token should name who signs in by `sub`, got none")
        return Identity(sub=claims["sub"], name=claims.get("email", claims["sub"]), groups=None)
    if not _custom(claims, "groups"):
        token = {"Authorization": f"Bearer {tokens.get('access_token')}"}
        more = urllib.request.Request(wanted.user_info, headers=token)  # noqa: S310  # as above
        claims |= _json(opener, more)
    return _oidc_identity(claims, wanted.client_id)


def _oidc_identity(claims: Mapping[str, Any], client_id: str) -> Identity:
    groups, sub = _custom(claims, "groups"), _custom(claims, "sub")
    if not groups or not sub or _custom(claims, "client_id") != client_id:
        raise SignInFailed(
            "the identity provider should send the claims sagemaker:groups, sagemaker:sub and"
            f" sagemaker:client_id, which is {client_id}, got {sorted(claims)}"
        )
    name = _custom(claims, "name") or sub
    names = [groups] if isinstance(groups, str) else groups
    return Identity(sub=str(sub), name=str(name), groups=frozenset(map(str, names)))


def _custom(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim of Ground Truth's own, which may be spelled in two ways."""
    return claims.get(f"sagemaker:{name}", claims.get(f"sagemaker-{name}"))


def _json(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> dict[str, Any]:
    try:
        with opener.open(request, timeout=_PATIENCE) as response:
            return _mapping(json.load(response))
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode(errors="replace")
        raise SignInFailed(f"{request.full_url} answers {error.code}: {text}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise SignInFailed(f"{request.full_url} can't be asked: {error}") from error


def _claims(token: str) -> dict[str, Any]:
    try:
        payload = token.split(".")[1]
        return _mapping(json.loads(base64.urlsafe_b64decode(payload + "==")))
    except (IndexError, ValueError, RecursionError, binascii.Error) as error:
        raise SignInFailed("the provider should send an id token, got none") from error


def _mapping(content: Any) -> dict[str, Any]:
    """Return what a provider says, which is a JSON object; ValueError if it is none."""
    if not isinstance(content, dict):
        raise ValueError(f"expected a JSON object, got {str(content)[:80]!r}")
    return content
