"""Looks at a user pool that is adopted, and says what can't work there before anything is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError, code_of
from workforce.record import ATTRIBUTE

if TYPE_CHECKING:
    from workforce.clients import Clients


def check_pool(pool_id: str, client_id: str, aws: Clients) -> None:
    """Raise CustomResourceError that names all that keeps people of a pool from being invited."""
    try:
        pool = aws.cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
        client = aws.cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)
    except ClientError as error:
        if code_of(error) == "ResourceNotFoundException":
            return  # that a workforce has outlived them is said elsewhere
        raise
    problems = [*_of_pool(pool), *_of_client(client["UserPoolClient"])]
    if problems:
        raise CustomResourceError(
            f"people can't be invited into user pool {pool_id} with client {client_id}: "
            f"{'; '.join(problems)}. Change that in the pool, or use another workforce"
        )


def _of_pool(pool: Mapping[str, Any]) -> Iterator[str]:
    if pool.get("UsernameAttributes") == ["phone_number"]:
        yield "its people sign in by phone number, expected e-mail addresses or usernames"
    for attribute in pool.get("SchemaAttributes", ()):
        if attribute.get("Name") == ATTRIBUTE and attribute.get("Mutable") is False:
            yield (
                f"its attribute {ATTRIBUTE} can't be changed, where this project notes whose an "
                "account is"
            )


def _of_client(client: Mapping[str, Any]) -> Iterator[str]:
    flows = client.get("AllowedOAuthFlows", [])
    is_open = client.get("AllowedOAuthFlowsUserPoolClient", False)
    if not is_open or "code" not in flows:
        yield (
            "the client allows no authorization code grant, with which the portal signs people in "
            f"(AllowedOAuthFlowsUserPoolClient {is_open}, AllowedOAuthFlows {flows})"
        )
