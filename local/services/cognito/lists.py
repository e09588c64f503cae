"""Lists of users that are behind, as those of Cognito are now and then.

A new user is shown late, one that is deleted for a while longer, and who has joined a group late
too (https://github.com/aws/aws-sdk-js-v3/issues/3825). What is asked of a user by name is as it is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from local.services.cognito.answers import Answer
from local.services.internals import module


class LateLists:
    """Lists that are `seconds` behind; none for 0."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.time) -> None:
        self._cognito = module("services.cognito")
        self._seconds = seconds
        self._now = now
        #: Pool and username, and group or an empty text → since when they are shown.
        self._shown_from: dict[tuple[str, str, str], float] = {}
        #: Pool → deleted users as lists show them, their groups, and until when.
        self._ghosts: dict[str, list[tuple[Any, frozenset[str], float]]] = {}

    def install(self) -> None:
        """Patch what makes, joins and deletes users, and what lists them."""
        if not self._seconds:
            return
        cognito = self._cognito
        create, join, delete = (
            cognito._admin_create_user,
            cognito._admin_add_user_to_group,
            cognito._admin_delete_user,
        )
        listed, listed_group = cognito._list_users, cognito._list_users_in_group

        def create_and_hide(data: Any) -> Answer:
            answer: Answer = create(data)
            if answer[0] == 200 and data.get("MessageAction") != "RESEND":
                self._hide(data["UserPoolId"], json.loads(answer[2])["User"]["Username"])
            return answer

        def join_and_hide(data: Any) -> Answer:
            user = self._user(data)
            is_new = user is not None and data["GroupName"] not in user.get("_groups", ())
            answer: Answer = join(data)
            if answer[0] == 200 and user is not None and is_new:
                self._hide(data["UserPoolId"], user["Username"], data["GroupName"])
            return answer

        def delete_and_show(data: Any) -> Answer:
            user = self._user(data)
            ghost = None if user is None else (cognito._user_out(user), frozenset(user["_groups"]))
            answer: Answer = delete(data)
            if answer[0] == 200 and ghost is not None:
                until = self._now() + self._seconds
                self._ghosts.setdefault(data["UserPoolId"], []).append((*ghost, until))
            return answer

        cognito._admin_create_user = create_and_hide
        cognito._admin_add_user_to_group = join_and_hide
        cognito._admin_delete_user = delete_and_show
        # Which users a filter finds is not asked of ghosts.
        cognito._list_users = lambda data: self._late(
            listed(data), data, has_ghosts="Filter" not in data
        )
        cognito._list_users_in_group = lambda data: self._late(
            listed_group(data), data, has_ghosts=True
        )

    def _user(self, data: Any) -> Any:
        pool = self._cognito._user_pools.get(data.get("UserPoolId"))
        return self._cognito._resolve_user(pool, data.get("Username"))[0] if pool else None

    def _hide(self, pool: str, username: str, group: str = "") -> None:
        self._shown_from[pool, username, group] = self._now() + self._seconds

    def _late(self, answer: Answer, data: Any, *, has_ghosts: bool) -> Answer:
        if answer[0] != 200:
            return answer
        content, pool, now = json.loads(answer[2]), data["UserPoolId"], self._now()
        group = data.get("GroupName", "")
        content["Users"] = [
            user
            for user in content["Users"]
            if max(self._since(pool, user["Username"], each) for each in ("", group)) <= now
        ]
        if has_ghosts and not content.keys() & {"NextToken", "PaginationToken"}:
            content["Users"] += [
                ghost
                for ghost, groups, until in self._ghosts.get(pool, ())
                if until > now and (not group or group in groups)
            ]
        return answer[0], answer[1], json.dumps(content).encode()

    def _since(self, pool: str, username: str, group: str) -> float:
        return self._shown_from.get((pool, username, group), 0.0)
