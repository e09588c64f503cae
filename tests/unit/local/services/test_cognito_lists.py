"""Lists of users that are behind, in MiniStack's own Cognito."""

import json
from typing import Any

import pytest

from local.services.cognito.lists import LateLists
from local.services.internals import module

_PATCHED = (
    *("_admin_add_user_to_group", "_admin_create_user", "_admin_delete_user"),
    *("_list_users", "_list_users_in_group"),
)


class _Pool:
    """A pool with one group, whose lists are ten seconds behind."""

    def __init__(self) -> None:
        self.time = 1000.0
        self._cognito = module("services.cognito")
        LateLists(10.0, now=lambda: self.time).install()
        made = self._cognito._create_user_pool({"PoolName": "people"})
        self._id = json.loads(made[2])["UserPool"]["Id"]
        self.do("create_group", GroupName="readers")

    def do(self, operation: str, **request: Any) -> Any:
        status, _, body = getattr(self._cognito, f"_{operation}")(
            {"UserPoolId": self._id, **request}
        )
        assert status == 200, body
        return json.loads(body) if body else {}

    def listed(self, group: str = "") -> list[str]:
        operation = "list_users_in_group" if group else "list_users"
        found = self.do(operation, **({"GroupName": group} if group else {}))
        return [user["Username"] for user in found["Users"]]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> _Pool:
    cognito = module("services.cognito")
    for name in _PATCHED:
        monkeypatch.setattr(cognito, name, getattr(cognito, name))
    return _Pool()


def test_a_new_user_is_listed_late_and_known_by_name_at_once(pool: _Pool) -> None:
    pool.do("admin_create_user", Username="ana", MessageAction="SUPPRESS")

    assert pool.listed() == []
    assert pool.do("admin_get_user", Username="ana")["Username"] == "ana"
    pool.time += 10.0
    assert pool.listed() == ["ana"]


def test_who_has_joined_a_group_is_listed_in_it_late(pool: _Pool) -> None:
    pool.do("admin_create_user", Username="ana", MessageAction="SUPPRESS")
    pool.time += 10.0
    pool.do("admin_add_user_to_group", Username="ana", GroupName="readers")

    assert (pool.listed(), pool.listed("readers")) == (["ana"], [])
    pool.time += 10.0
    assert pool.listed("readers") == ["ana"]


def test_who_joins_again_is_listed_all_the_time(pool: _Pool) -> None:
    pool.do("admin_create_user", Username="ana", MessageAction="SUPPRESS")
    pool.do("admin_add_user_to_group", Username="ana", GroupName="readers")
    pool.time += 10.0

    pool.do("admin_add_user_to_group", Username="ana", GroupName="readers")

    assert pool.listed("readers") == ["ana"]


def test_a_user_who_is_deleted_is_a_ghost_in_the_lists_for_a_while(pool: _Pool) -> None:
    pool.do("admin_create_user", Username="ana", MessageAction="SUPPRESS")
    pool.do("admin_add_user_to_group", Username="ana", GroupName="readers")
    pool.time += 10.0
    pool.do("admin_delete_user", Username="ana")

    assert (pool.listed(), pool.listed("readers")) == (["ana"], ["ana"])
    pool.time += 10.0
    assert (pool.listed(), pool.listed("readers")) == ([], [])
