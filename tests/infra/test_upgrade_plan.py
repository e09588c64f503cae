"""What a plan says of an environment of the first house that this tree will deploy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from cli.plan.assembly import AssembledEnvironment, read_assembly
from cli.plan.counts import Counts
from cli.plan.json_output import json_output
from cli.plan.plan import Plan, Verdict, make_plan
from ground_truth.config import load
from tests.infra.contracts import ASSEMBLY, DEPLOYED, FIRST_HOUSE, synthesise

#: What may change, in place: nobody's data, people or work is touched by it. CHANGELOG.md says that
#: the workforce loses its tags, the topics' key a condition, access logs a version nobody sees, the
#: next invitation has other words, and rules and topics know an environment's own jobs and
#: teams only.
_IN_PLACE: Final = frozenset(
    {
        *("bucket", "function", "key", "policy", "portal login", "rule", "topic policy"),
        "workforce",
    }
)
#: What may be done that could not be done before, each with its line in CHANGELOG.md. The function
#: of the jobs sees more, that of people keeps a record at their accounts; Ground Truth uses the
#: topics' key whatever it says of the message that it encrypts.
_GAINED: Final = frozenset(
    {
        "cloudformation:DescribeStackResource",
        "cognito-idp:AdminUpdateUserAttributes",
        "kms:Decrypt",
        "kms:GenerateDataKey*",
        "sagemaker:ListLabelingJobs",
    }
)
#: What is allowed under a condition that it had not, or under a narrower one.
_NARROWED: Final = frozenset(
    {
        "sagemaker:AddTags",
        "sagemaker:CreateLabelingJob",
        "sagemaker:DeleteTags",
        "sagemaker:DescribeLabelingJob",
        "sagemaker:StopLabelingJob",
        "sns:Publish",
    }
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Give the plan of the upgrade."""
    after = tmp_path_factory.mktemp("upgrade")
    synthesise([load(FIRST_HOUSE / "environments" / f"{DEPLOYED}.yaml")], after)
    return make_plan(
        base="the first house",
        before=ASSEMBLY,
        after=after,
        environments=FIRST_HOUSE / "environments",
        counts=Counts({}),
        today=date(2026, 12, 1),
    )


def _shown(plan: Plan) -> Mapping[str, Any]:
    (environment,) = json.loads(json_output(plan))["environments"]
    found: Mapping[str, Any] = environment
    return found


def test_nothing_of_the_first_house_is_new_stopped_replaced_or_deleted(plan: Plan) -> None:
    changes = _shown(plan)["changes"]

    assert [each for each in changes if each["action"] != "changed in place"] == []
    assert {each["kind"] for each in changes} <= _IN_PLACE


def test_an_upgrade_allows_little_more_and_nothing_less(plan: Plan) -> None:
    permissions = _shown(plan)["permissions"]

    gained, lost = (_who_does_what(permissions[name]) for name in ("gained", "lost"))
    assert {action for *_, action in gained} == _GAINED | _NARROWED
    # What is lost is a condition, or its absence: the same is allowed.
    assert lost <= gained
    assert {action for *_, action in gained - lost} <= _GAINED
    assert all(
        each["condition"] for each in permissions["gained"] if _NARROWED & set(each["actions"])
    )


def _who_does_what(permissions: Sequence[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    return {
        (each["holder"], each["principal"], action)
        for each in permissions
        for action in each["actions"]
    }


def test_of_the_buckets_only_the_end_of_access_logs_changes(plan: Plan) -> None:
    changed = {
        each["name"]: each["changes"]
        for each in _shown(plan)["changes"]
        if each["kind"] == "bucket"
    }

    assert changed == {"Data/Data/AccessLogs": ["LifecycleConfiguration"]}


def _pool(environment: AssembledEnvironment) -> Mapping[str, Any]:
    (pool,) = environment.resources("AWS::Cognito::UserPool")
    return pool.properties


def test_an_upgrade_of_a_protected_environment_touches_no_user_pool(tmp_path: Path) -> None:
    environment = load(FIRST_HOUSE / "environments" / f"{DEPLOYED}.yaml")
    protected = environment.model_copy(update={"protected": True})
    was = _pool(read_assembly(ASSEMBLY)[DEPLOYED])

    now = _pool(synthesise([protected], tmp_path)[DEPLOYED])

    # A text, so that CloudFormation says it whatever else it does to the pool.
    assert now == {**was, "DeletionProtection": "ACTIVE"}


def test_an_upgrade_needs_no_approval(plan: Plan) -> None:
    assert plan.verdict in (Verdict.NOTHING, Verdict.CHANGES)
    assert _shown(plan)["destructive"] == []


def test_an_upgrade_invites_and_removes_nobody(plan: Plan) -> None:
    assert _shown(plan)["people"] == {"invited": [], "removed": [], "moved": []}
