"""Users of local Cognito whose mails are refused, and addresses that are aliases or capitals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws import LocalAws

_NOWHERE = "fay@example.invalid"


@pytest.fixture(scope="module")
def cognito(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with LocalAws(tmp_path_factory.mktemp("local-aws")) as aws:
        yield aws.client("cognito-idp")


def _pool(cognito: Any, **settings: Any) -> str:
    pool: str = cognito.create_user_pool(PoolName="people", **settings)["UserPool"]["Id"]
    return pool


def _attributes(email: str) -> list[dict[str, str]]:
    return [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]


def test_a_mail_that_can_not_be_delivered_has_made_its_user(cognito: Any) -> None:
    pool = _pool(cognito, UsernameAttributes=["email"])

    with pytest.raises(ClientError, match="CodeDeliveryFailureException"):
        cognito.admin_create_user(
            UserPoolId=pool, Username=_NOWHERE, UserAttributes=_attributes(_NOWHERE)
        )

    assert cognito.admin_get_user(UserPoolId=pool, Username=_NOWHERE)["Enabled"]


def test_a_user_without_a_mail_is_made_and_the_mail_refused_later(cognito: Any) -> None:
    pool = _pool(cognito, UsernameAttributes=["email"])
    user = {"UserPoolId": pool, "Username": _NOWHERE}
    cognito.admin_create_user(
        **user, UserAttributes=_attributes(_NOWHERE), MessageAction="SUPPRESS"
    )

    with pytest.raises(ClientError, match="CodeDeliveryFailureException"):
        cognito.admin_create_user(**user, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])


def test_where_addresses_are_aliases_no_username_is_like_one_and_none_is_there_twice(
    cognito: Any,
) -> None:
    pool = _pool(cognito, AliasAttributes=["email"])
    more = {"UserAttributes": _attributes("ana@example.com"), "MessageAction": "SUPPRESS"}

    with pytest.raises(ClientError, match="Username cannot be of email format"):
        cognito.admin_create_user(UserPoolId=pool, Username="ana@example.com", **more)
    cognito.admin_create_user(UserPoolId=pool, Username="ana-1", **more)
    with pytest.raises(ClientError, match="AliasExistsException"):
        cognito.admin_create_user(UserPoolId=pool, Username="ana-2", **more)


@pytest.mark.parametrize("is_sensitive", [True, False])
def test_lists_compare_addresses_as_the_pool_does(cognito: Any, *, is_sensitive: bool) -> None:
    pool = _pool(cognito, UsernameConfiguration={"CaseSensitive": is_sensitive})
    cognito.admin_create_user(
        UserPoolId=pool, Username="ana-1", UserAttributes=_attributes("Ana@example.com")
    )

    found = {
        wanted: len(cognito.list_users(UserPoolId=pool, Filter=wanted)["Users"])
        for wanted in ('email = "ana@example.com"', 'email ^= "ana"', 'email ^= "Ana"')
    }

    others = 0 if is_sensitive else 1
    assert list(found.values()) == [others, others, 1]
