"""Each permission of each role is needed: without it, what the role is for fails, on local AWS.

The permissions are those that the deployed roles have. What is asked for while all of them are
there says which run has to fail without one. What local AWS can't show stands with its reason in
tests/data/least-privilege/only-on-aws.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Final

import pytest
import yaml

from local.aws import ROOT, LocalAws
from tests.e2e.all_permissions import Account, deploy_main, deploy_provider
from tests.e2e.permissions import Permission, Proof, prove

_ONLY_ON_AWS: Final = ROOT / "tests" / "data" / "least-privilege" / "only-on-aws.yaml"
#: Whose refusal is no reason to give up what it is for, so that only its lack is noticed.
_UNNAMED: Final = {
    ("Labeling/JobEvents", "sns:Publish"),
    ("Labeling/JobEvents", "kms:Decrypt"),
    ("Labeling/JobEvents", "kms:GenerateDataKey"),
    # Counts are shown only, and a refusal of what can't be done is the better reason.
    ("Labeling/LabelingJobFunction", "s3:GetObject"),
    ("Workforce/WorkforceFunction", "cloudformation:DescribeStacks"),
    ("Data/Custom::S3AutoDeleteObjectsCustomResourceProvider", "s3:PutBucketPolicy"),
    # Ground Truth says that a function has raised, and only the function's log says why.
    ("Labeling/Jobs/receipts-PostAnnotation", "kms:Decrypt"),
    ("Labeling/Jobs/receipts-PostAnnotation", "s3:GetObject"),
}


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """Permissions that nothing on local AWS needs."""

    roles: list[str]
    actions: list[str]
    #: A pattern.
    resource: str = "*"
    #: How many permissions these are.
    number: int
    reason: str

    def covers(self, permission: Permission) -> bool:
        """Say whether a permission is one of these."""
        return (
            permission.role in self.roles
            and permission.action in self.actions
            and fnmatchcase(permission.resource, self.resource)
        )


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    folder = tmp_path_factory.mktemp("least-privilege")
    with LocalAws(folder, delay=0.05) as aws, ThreadPoolExecutor() as pool:
        account = Account(aws=aws, folder=folder)
        account.write_environments()
        provider = pool.submit(deploy_provider, account)
        *others, buckets = deploy_main(account)
        tried = list(pool.map(partial(prove, aws.call_log), [provider.result(), *others]))
        # What the others work with is gone then.
        tried.append(prove(aws.call_log, buckets))
        yield Proof.of(tried)


@pytest.fixture(scope="module")
def exemptions() -> list[Exemption]:
    return [Exemption(**entry) for entry in yaml.safe_load(_ONLY_ON_AWS.read_text())]


def test_what_roles_are_for_succeeds_before_and_after_permissions_are_taken_away(
    proof: Proof,
) -> None:
    assert proof.broken == {}


def test_without_any_one_permission_what_its_role_is_for_fails(
    proof: Proof, exemptions: list[Exemption]
) -> None:
    superfluous = [
        f"{each}; tried: {', '.join(proof.tried(each)) or 'nothing, no run asks for it'}"
        for each in proof.unproved
        if not any(exemption.covers(each) for exemption in exemptions)
    ]

    assert superfluous == []


def test_the_reason_of_the_failure_names_what_was_refused(proof: Proof) -> None:
    unnamed = {
        (outcome.permission.role, outcome.permission.action)
        for outcome in proof.outcomes
        if outcome.is_proof
        and outcome.permission.effect == "Allow"
        and not any(call.action in str(outcome.reason) for call in outcome.denied)
    }

    assert unnamed == _UNNAMED


def test_what_only_real_aws_needs_is_as_much_as_its_reasons_are_for(
    proof: Proof, exemptions: list[Exemption]
) -> None:
    covered = {
        each.reason: sum(each.covers(permission) for permission in proof.unproved)
        for each in exemptions
    }

    assert covered == {each.reason: each.number for each in exemptions}
