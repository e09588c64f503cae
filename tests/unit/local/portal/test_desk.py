"""What a worker is shown by the local worker portal, and under which name answers are kept."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from local.ground_truth.answers.task_queue import Refused
from local.ground_truth.cloud import User
from local.ground_truth.portal import desk
from tests.unit.local.local_cloud import SCOPE, WORKERS, Account, classes

_ISSUER: Final = "https://idp.example.com"
_OIDC: Final = {
    "ClientId": "portal",
    "ClientSecret": "s3cret",
    "Issuer": _ISSUER,
    **{
        name: f"{_ISSUER}/{name}"
        for name in (
            "AuthorizationEndpoint",
            "TokenEndpoint",
            "UserInfoEndpoint",
            "LogoutEndpoint",
            "JwksUri",
        )
    },
}


def _member(*groups: str) -> desk.Member:
    user = User(
        username="ana", email="Ana", sub="sub-of-ana", enabled=True, groups=frozenset(groups)
    )
    return desk.Member(scope=SCOPE, user=user, address="192.0.2.1")


def _start(account: Account, task_type: str = "TextMultiClass") -> None:
    source = "source" if task_type.startswith("Text") else "source-ref"
    line = {source: "1" if source == "source" else "s3://data/a.png"}
    labels = classes("Even", "Odd")
    assert account.start(account.request(task_type, [line], labels)) == "InProgress"


def test_an_own_providers_groups_say_who_is_in_a_team() -> None:
    account = Account(_OIDC)
    _start(account)

    mine = desk.open_tasks(account.ground_truth, _member("writers", "readers"), 10)

    assert [each["jobName"] for each in mine] == ["job"]
    assert desk.open_tasks(account.ground_truth, _member("writers"), 10) == []
    with pytest.raises(Refused, match="not for Ana, who is in another team"):
        desk.accept(account.ground_truth, _member(), mine[0]["taskId"])


def test_answers_name_a_worker_of_an_own_provider_by_its_issuer() -> None:
    account = Account(_OIDC)
    _start(account)
    worker = _member("readers")
    [task] = desk.open_tasks(account.ground_truth, worker, 10)

    content = {"crowd-classifier": {"label": "Odd"}}
    desk.answer(account.ground_truth, worker, task["taskId"], content)
    account.output()

    [raw] = [body for uri, body in account.cloud.objects.items() if "worker-response" in uri]
    identity = json.loads(raw)["answers"][0]["workerMetadata"]["identityData"]
    assert (identity["issuer"], identity["sub"]) == (_ISSUER, "sub-of-ana")


@pytest.mark.parametrize(
    ("constraints", "bound"),
    [
        ({}, ""),
        ({"SourceIp": "Enabled"}, "&amp;aws:SourceIp=192.0.2.1"),
        ({"VpcSourceIp": "Enabled"}, "&amp;aws:VpcSourceIp=192.0.2.1"),
        ({"SourceIp": "Disabled", "VpcSourceIp": "Disabled"}, ""),
    ],
)
def test_urls_of_data_are_good_only_for_the_worker_they_are_shown_to(
    constraints: dict[str, Any], bound: str
) -> None:
    account = Account()
    access = {"S3Presign": {"IamPolicyConstraints": constraints}}
    account.call("UpdateWorkteam", {"WorkteamName": "readers", "WorkerAccessConfiguration": access})
    _start(account, "ImageMultiClass")

    [task] = account.tasks(WORKERS[0])

    assert f'src="https://aws/data/a.png?signed{bound}"' in task["html"]
