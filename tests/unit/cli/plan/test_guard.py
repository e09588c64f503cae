"""What the guard finds, and what an approval changes about it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from cli.plan.approvals import Approval
from cli.plan.assembly import AssembledEnvironment
from cli.plan.counts import Counts
from cli.plan.environment_plan import EnvironmentPlan, plan_environment
from cli.plan.kinds import GUARDED
from cli.plan.plan import Plan, Verdict
from tests.unit.cli.plan.plan_templates import environment, job, resource

_TODAY = date(2026, 12, 1)
#: For each guarded kind, two states between which there is no update in place.
_FIXED: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "AWS::S3::Bucket": ({"BucketName": "a"}, {"BucketName": "b"}),
    "AWS::KMS::Key": ({"KeySpec": "SYMMETRIC_DEFAULT"}, {"KeySpec": "HMAC_256"}),
    "AWS::Cognito::UserPool": ({"UsernameAttributes": ["email"]}, {}),
    "AWS::Cognito::UserPoolClient": ({"GenerateSecret": True}, {"GenerateSecret": False}),
    "AWS::Cognito::UserPoolDomain": ({"Domain": "a"}, {"Domain": "b"}),
    "AWS::SageMaker::Workforce": ({"WorkforceName": "a"}, {"WorkforceName": "b"}),
    "Custom::OidcWorkforce": ({"WorkforceName": "a"}, {"WorkforceName": "b"}),
    "AWS::SageMaker::Workteam": ({"WorkteamName": "a"}, {"WorkteamName": "b"}),
}


def _plan(
    before: AssembledEnvironment,
    after: AssembledEnvironment,
    approvals: Mapping[str, Approval] | None = None,
) -> EnvironmentPlan:
    return plan_environment(
        before,
        after,
        counts=Counts(),
        approvals=approvals or {},
        today=_TODAY,
        differences={},
    )


def _found(before: AssembledEnvironment, after: AssembledEnvironment) -> list[str]:
    return [finding.change for finding in _plan(before, after).findings]


def _verdict(plan: EnvironmentPlan) -> Verdict:
    return Plan(base="main", environments=(plan,)).verdict


def test_each_guarded_kind_is_tried() -> None:
    assert set(_FIXED) == GUARDED


@pytest.mark.parametrize("type_", _FIXED)
def test_a_deletion_is_found(type_: str) -> None:
    before = environment(Data={"It": resource(type_, "Data/It")})

    plan = _plan(before, environment(Data={}))

    assert [finding.change for finding in plan.findings] == ["delete Data/It"]
    assert _verdict(plan) is Verdict.DESTRUCTIVE


@pytest.mark.parametrize("type_", _FIXED)
def test_a_replacement_is_found(type_: str) -> None:
    before, after = (
        environment(Data={"It": resource(type_, "Data/It", **properties)})
        for properties in _FIXED[type_]
    )

    plan = _plan(before, after)

    assert [finding.change for finding in plan.findings] == ["replace Data/It"]
    assert _verdict(plan) is Verdict.DESTRUCTIVE


@pytest.mark.parametrize("type_", _FIXED)
def test_another_logical_id_is_a_deletion(type_: str) -> None:
    before = environment(Data={"It": resource(type_, "Data/It")})
    after = environment(Data={"Other": resource(type_, "Data/Other")})

    assert _found(before, after) == ["delete Data/It"]


@pytest.mark.parametrize("type_", _FIXED)
def test_a_creation_and_a_change_in_place_are_nothing_to_guard(type_: str) -> None:
    nothing = environment(Data={})
    before = environment(Data={"It": resource(type_, "Data/It")})
    after = environment(Data={"It": resource(type_, "Data/It", Tags=[])})

    assert _found(nothing, before) == []
    assert _found(before, after) == []


def test_a_deletion_of_what_is_kept_is_found_as_well() -> None:
    bucket = resource("AWS::S3::Bucket", "Data/It") | {"DeletionPolicy": "Retain"}

    plan = _plan(environment(Data={"It": bucket}), environment(Data={}))

    assert "stays in the account, unused" in plan.findings[0].why


def test_other_kinds_may_go() -> None:
    before = environment(Data={"It": resource("AWS::Logs::LogGroup", "Data/It")})

    assert _found(before, environment(Data={})) == []


_KEPT = resource("AWS::KMS::Key")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({}, None, id="removed"),
        pytest.param({}, {"Revision": 2}, id="new run that replaces"),
        pytest.param({"OnChange": "fail"}, {"Revision": 2}, id="new run that replaces from now on"),
    ],
)
def test_a_stopped_job_is_found_where_it_is_protected(
    before: Mapping[str, Any], after: Mapping[str, Any] | None
) -> None:
    labeling = {} if after is None else {"Job": job(**after)}
    protected, unprotected = (
        (
            environment(is_protected=flag, Data={"Key": _KEPT}, Labeling={"Job": job(**before)}),
            environment(is_protected=flag, Data={"Key": _KEPT}, Labeling=labeling),
        )
        for flag in (True, False)
    )

    assert _found(*protected) == ["stop even-odd"]
    assert _found(*unprotected) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"StopOnDelete": False}, None, id="a removal that fails while it runs"),
        pytest.param({}, {"Revision": 2, "OnChange": "fail"}, id="a refused change"),
        pytest.param({}, {"Tags": [{"Key": "a", "Value": "b"}]}, id="a tag"),
    ],
)
def test_what_stops_no_job_is_nothing_to_guard(
    before: Mapping[str, Any], after: Mapping[str, Any] | None
) -> None:
    labeling = {} if after is None else {"Job": job(**after)}

    assert (
        _found(
            environment(is_protected=True, Data={}, Labeling={"Job": job(**before)}),
            environment(is_protected=True, Data={}, Labeling=labeling),
        )
        == []
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"DeletionPolicy": "RetainExceptOnCreate"}, {}, id="deletion policy"),
        pytest.param(
            {"Properties": {"DeletionProtection": "ACTIVE"}},
            {"Properties": {"DeletionProtection": "INACTIVE"}},
            id="deletion protection",
        ),
    ],
)
def test_a_weaker_protection_is_found(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    pool = resource("AWS::Cognito::UserPool")

    assert _found(
        environment(Workforce={"Pool": {**pool, **before}}),
        environment(Workforce={"Pool": {**pool, **after}}),
    ) == ["unprotect"]


def test_a_stack_without_termination_protection_is_found_and_one_with_it_is_not() -> None:
    before, after = environment(is_protected=True, Data={}), environment(Data={})

    assert _found(before, after) == ["unprotect"]
    assert _found(after, before) == []


def test_a_protected_environment_that_is_described_no_more_is_found() -> None:
    before = environment(is_protected=True, Data={"Key": _KEPT}, Labeling={"Job": job()})

    assert _found(before, environment()) == ["leave Data"]


@pytest.mark.parametrize(
    ("expires", "verdict"),
    [
        (date(2026, 12, 2), Verdict.CHANGES),
        (date(2026, 12, 1), Verdict.CHANGES),
        (date(2026, 11, 30), Verdict.DESTRUCTIVE),
    ],
)
def test_an_approval_counts_through_its_last_day(expires: date, verdict: Verdict) -> None:
    before = environment(Data={"It": resource("AWS::S3::Bucket", "Data/It")})
    approvals = {"delete Data/It": Approval(reason="moved", expires=expires.isoformat())}

    plan = _plan(before, environment(Data={}), approvals)

    assert _verdict(plan) is verdict
    assert plan.findings[0].approval is approvals["delete Data/It"]
    assert [each.state for each in plan.idle_approvals] == (
        ["expired"] if verdict is Verdict.DESTRUCTIVE else []
    )


def test_an_approval_of_something_else_approves_nothing_and_is_said_to_be_unneeded() -> None:
    before = environment(Data={"It": resource("AWS::S3::Bucket", "Data/It")})
    approvals = {"replace Data/It": Approval(reason="moved", expires="2027-01-01")}

    plan = _plan(before, environment(Data={}), approvals)

    assert _verdict(plan) is Verdict.DESTRUCTIVE
    assert [(each.change, each.state) for each in plan.idle_approvals] == [
        ("replace Data/It", "unneeded")
    ]
