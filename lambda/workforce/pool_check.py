"""Looks at a user pool and a client that are adopted, and says what can't work there.

The pool is looked at before anything is made, the client before anybody is invited: until then the
function may not see its secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError, code_of
from workforce.record import ATTRIBUTE

if TYPE_CHECKING:
    from workforce.clients import Clients

#: Cognito's word for accounts of the pool itself among a client's identity providers.
_POOL_ITSELF: Final = "COGNITO"


def check_pool(pool_id: str, aws: Clients) -> None:
    """Raise CustomResourceError that names all that keeps people of a pool from being invited."""
    try:
        pool = aws.cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return  # that a workforce has outlived it is said elsewhere
        raise
    problems = [*_problems(pool)]
    if problems:
        raise CustomResourceError(
            f"people can't be invited into user pool {pool_id}: {'; '.join(problems)}. Change that "
            "in the pool, or use another workforce"
        )


def check_client(pool_id: str, client_id: str, aws: Clients) -> str:
    """Raise CustomResourceError if the portal can't sign anybody in by a client.

    Returns what to say of one that signs in only who has an account with an identity provider: it
    may be that all have one.
    """
    client: Mapping[str, Any] = aws.cognito.describe_user_pool_client(
        UserPoolId=pool_id, ClientId=client_id
    )["UserPoolClient"]
    flows = client.get("AllowedOAuthFlows", [])
    is_open = client.get("AllowedOAuthFlowsUserPoolClient", False)
    if not is_open or "code" not in flows:
        raise CustomResourceError(
            "allow the authorization code grant, with which the portal signs people in, in client "
            f"{client_id} of user pool {pool_id}, and deploy again: expected "
            f"AllowedOAuthFlowsUserPoolClient True and AllowedOAuthFlows ['code'], got {is_open} "
            f"and {flows}"
        )
    providers = client.get("SupportedIdentityProviders", [])
    if not providers or _POOL_ITSELF in providers:
        return ""
    return (
        f"client {client_id} signs in by {', '.join(providers)} only, so that nobody can sign in"
        f" who gets an account of the pool; add {_POOL_ITSELF} to its identity providers, or let"
        " people sign in there before their lines are written"
    )


def _problems(pool: Mapping[str, Any]) -> Iterator[str]:
    if pool.get("UsernameAttributes") == ["phone_number"]:
        yield "its people sign in by phone number, expected e-mail addresses or usernames"
    for attribute in pool.get("SchemaAttributes", ()):
        if attribute.get("Name") == ATTRIBUTE and attribute.get("Mutable") is False:
            yield (
                f"its attribute {ATTRIBUTE} can't be changed, where this project notes whose an "
                "account is"
            )
