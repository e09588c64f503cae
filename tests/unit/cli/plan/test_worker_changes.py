"""Who is invited, removed or moved, and who gets and loses which permission."""

from typing import Any

import pytest

from cli.plan.assembly import AssembledEnvironment
from cli.plan.permissions import Permission, permissions
from cli.plan.worker_changes import WorkerChange, worker_changes
from tests.unit.cli.plan.plan_templates import environment, resource


def _workers(**teams: list[Any]) -> AssembledEnvironment:
    members = [{"Email": f"{name}@example.com", "Teams": listed} for name, listed in teams.items()]
    return environment(
        Workforce={
            "Group": resource("AWS::Cognito::UserPoolGroup", "Workforce/b/Group"),
            "Workers": resource("Custom::Workers", Members=members, AssembledEnvironment="dev"),
        }
    )


def test_a_new_line_invites_and_a_missing_one_removes() -> None:
    found = worker_changes(
        _workers(ana=["dev-a"], bo=["dev-a"]), _workers(ana=["dev-a"], cy=["dev-b"])
    )

    assert found.invited == (WorkerChange(who="cy@example.com", joins=("b",)),)
    assert found.removed == (WorkerChange(who="bo@example.com", leaves=("a",)),)
    assert found.moved == ()


@pytest.mark.parametrize(
    ("check", "number", "said"),
    [
        ({"Mode": "create"}, 50, ""),
        (
            {"Mode": "create"},
            51,
            "Cognito itself sends 50 mails a day: 50 invitations go on the day",
        ),
        ({"Mode": "adopt"}, 51, "unless SES sends them, Cognito itself sends 50 mails a day"),
        ({"Mode": "shared"}, 51, "unless SES sends them, Cognito itself sends 50 mails a day"),
        ({"Mode": "create", "EmailFrom": "lead@example.com"}, 51, ""),
    ],
)
def test_more_invitations_than_a_day_has_are_told(
    check: dict[str, str], number: int, said: str
) -> None:
    members = [{"Email": f"w{each}@example.com", "Teams": ["dev-a"]} for each in range(number)]
    after = environment(
        Workforce={
            "Check": resource("Custom::WorkforceCheck", **check),
            "Workers": resource("Custom::Workers", Members=members),
        }
    )

    mails = worker_changes(environment(Workforce={}), after).mails

    assert mails[: len(said) or None] == said


def test_another_team_moves() -> None:
    found = worker_changes(_workers(ana=["dev-a", "dev-b"]), _workers(ana=["dev-b", "dev-c"]))

    assert found.moved == (WorkerChange(who="ana@example.com", joins=("c",), leaves=("a",)),)
    assert not found.invited
    assert not found.removed


def _until(day: str | None) -> AssembledEnvironment:
    member = {"Email": "bo@example.com", "Teams": ["dev-a"]}
    days = {} if day is None else {"Until": day}
    return environment(Workforce={"Workers": resource("Custom::Workers", Members=[member | days])})


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, "2027-01-31"), ("2026-12-31", "2027-01-31"), ("2027-01-31", None)],
)
def test_another_last_day_is_told(before: str | None, after: str | None) -> None:
    found = worker_changes(_until(before), _until(after))

    change = WorkerChange(who="bo@example.com", was_until=before or "", until=after or "")
    assert found.moved == (change,)
    assert not worker_changes(_until(after), _until(after))


def test_a_new_worker_may_have_a_last_day() -> None:
    found = worker_changes(environment(Workforce={}), _until("2027-01-31"))

    change = WorkerChange(who="bo@example.com", joins=("a",), until="2027-01-31")
    assert found.invited == (change,)


def test_a_team_may_be_a_reference() -> None:
    found = worker_changes(environment(Workforce={}), _workers(ana=[{"Ref": "Group"}]))

    assert found.invited == (WorkerChange(who="ana@example.com", joins=("<Workforce/b/Group>",)),)


@pytest.mark.parametrize("written", ["Ana@Example.com", "ana@example.com"])
def test_nobody_is_moved_by_an_order_or_by_capitals(written: str) -> None:
    def workers(email: str, *teams: str) -> AssembledEnvironment:
        members = [{"Email": email, "Teams": list(teams)}]
        return environment(Workforce={"Workers": resource("Custom::Workers", Members=members)})

    assert not worker_changes(
        workers("ana@example.com", "dev-a", "dev-b"), workers(written, "dev-b", "dev-a")
    )


def _policy(*statements: dict[str, Any]) -> AssembledEnvironment:
    return environment(
        Labeling={
            "Role": resource("AWS::IAM::Role", "Labeling/Role"),
            "Bucket": resource("AWS::S3::Bucket", "Labeling/Bucket"),
            "Policy": resource(
                "AWS::IAM::ManagedPolicy",
                Roles=[{"Ref": "Role"}],
                PolicyDocument={"Statement": list(statements)},
            ),
        }
    )


_READ = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/*"]]},
}


def test_a_role_gains_an_action() -> None:
    found = permissions(_policy(), _policy(_READ))

    assert found.gained == (
        Permission(
            holder="role Labeling/Role",
            principal="",
            effect="Allow",
            actions=("s3:GetObject",),
            resource="<Labeling/Bucket.Arn>/*",
        ),
    )
    assert found.lost == ()


def test_actions_are_compared_one_by_one_and_told_together() -> None:
    more = _READ | {"Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]}

    found = permissions(_policy(_READ), _policy(more))

    assert [each.actions for each in found.gained] == [("s3:DeleteObject", "s3:PutObject")]


def test_a_lost_condition_is_a_permission_gained_and_one_lost() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": "1"}}

    found = permissions(_policy(_READ | {"Condition": condition}), _policy(_READ))

    assert [each.condition for each in found.gained] == [""]
    assert [each.condition for each in found.lost] == [
        '{"StringEquals": {"aws:SourceAccount": "1"}}'
    ]


def test_statements_in_another_order_or_split_up_are_the_same() -> None:
    both = _READ | {"Action": ["s3:GetObject", "s3:PutObject"]}

    assert not permissions(_policy(both), _policy(_READ | {"Action": ["s3:PutObject"]}, _READ))


def test_all_but_some_actions_is_said_so() -> None:
    statement = {"Effect": "Deny", "NotAction": ["s3:GetObject"], "Resource": "*"}

    (found,) = permissions(_policy(), _policy(statement)).gained

    assert (found.effect, found.actions) == ("Deny", ("all but s3:GetObject",))


_STATEMENT = {"Effect": "Allow", "Principal": {"AWS": "arn:a"}, "Action": "x:Do", "Resource": "*"}
_DOCUMENT = {"Statement": [_STATEMENT]}


@pytest.mark.parametrize(
    ("type_", "properties", "holder"),
    [
        (
            "AWS::S3::BucketPolicy",
            {"Bucket": {"Ref": "Target"}, "PolicyDocument": _DOCUMENT},
            "Data/Target",
        ),
        (
            "AWS::SNS::TopicPolicy",
            {"Topics": [{"Ref": "Target"}], "PolicyDocument": _DOCUMENT},
            "Data/Target",
        ),
        ("AWS::KMS::Key", {"KeyPolicy": _DOCUMENT}, "Data/It"),
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": _DOCUMENT}, "role Data/It"),
        (
            "AWS::Lambda::Permission",
            {"FunctionName": {"Ref": "Target"}, "Principal": "arn:a", "Action": "x:Do"},
            "Data/Target",
        ),
    ],
)
def test_policies_of_resources_count_as_well(
    type_: str, properties: dict[str, Any], holder: str
) -> None:
    target = {"Target": resource("Example::Of::Any", "Data/Target")}

    found = permissions(
        environment(Data=target),
        environment(Data=target | {"It": resource(type_, "Data/It", **properties)}),
    )

    assert [(each.holder, each.principal, each.actions) for each in found.gained] == [
        (holder, "arn:a", ("x:Do",))
    ]


def test_inline_and_managed_policies_of_a_role_are_its_permissions() -> None:
    policies = [{"PolicyName": "a", "PolicyDocument": {"Statement": _READ | {"Resource": "*"}}}]
    role = resource("AWS::IAM::Role", "Data/It", Policies=policies, ManagedPolicyArns=["arn:b"])

    found = permissions(environment(Data={}), environment(Data={"It": role}))

    assert [each.actions for each in found.gained] == [("s3:GetObject",), ("all of arn:b",)]
