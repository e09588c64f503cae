"""The groups of a user pool, as a function and as whoever looks at people reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from custom_resource.errors import code_of

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient
    from types_boto3_cognito_idp.type_defs import UserTypeTypeDef


def users_in(
    cognito: CognitoIdentityProviderClient, pool_id: str, group: str
) -> Iterator[UserTypeTypeDef]:
    """Yield the users of a group; a group that does not exist has none."""
    pages = cognito.get_paginator("list_users_in_group").paginate(
        UserPoolId=pool_id, GroupName=group
    )
    try:
        for page in pages:
            yield from page["Users"]
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
