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

import pytest
import yaml

from local.aws import LocalAws
from local.cdk_cli import ROOT
from tests.e2e.all_permissions import WEST, Account, deploy_main, deploy_provider
from tests.e2e.deployed import Answers
from tests.e2e.permissions import Permission, Proof, prove

_ONLY_ON_AWS = ROOT / "tests" / "data" / "least-privilege" / "only-on-aws.yaml"


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """Permissions that nothing on local AWS needs."""

    role: str
    action: str
    #: A pattern.
    resource: str

    def covers(self, permission: Permission) -> bool:
        """Say whether a permission is one of these."""
        return (permission.role, permission.action) == (self.role, self.action) and fnmatchcase(
            permission.resource, self.resource
        )


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    folder = tmp_path_factory.mktemp("least-privilege")
    with (
        LocalAws(folder, delay=0.05) as aws,
        Answers.listen(folder / "server.pem", folder / "server.key") as answers,
        ThreadPoolExecutor() as pool,
    ):
        account = Account(aws=aws, folder=folder, answers=answers)
        account.write_environments()
        regions = (f"aws://{aws.account}/{region}" for region in (aws.region, WEST))
        account.cdk("main").run("bootstrap", *regions)
        provider = pool.submit(deploy_provider, account)
        roles = [*deploy_main(account), provider.result()]
        proofs = pool.map(
            lambda each: prove(aws.call_log, each.client, each.permissions, each.runs), roles
        )
        yield Proof.of(proofs)


@pytest.fixture(scope="module")
def exemptions() -> list[Exemption]:
    entries = yaml.safe_load(_ONLY_ON_AWS.read_text())
    assert all(entry["reason"] for entry in entries)
    return [
        Exemption(role=role, action=action, resource=entry.get("resource", "*"))
        for entry in entries
        for role in entry["roles"]
        for action in entry["actions"]
    ]


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


def test_what_is_refused_is_named(proof: Proof) -> None:
    for outcome in proof.outcomes:
        if outcome.reason is not None and outcome.permission.effect == "Allow":
            assert any(call.action in outcome.reason for call in outcome.denied), outcome


def test_whatever_is_needed_only_on_real_aws_is_there_and_needed_by_nothing_here(
    proof: Proof, exemptions: list[Exemption]
) -> None:
    stale = [
        exemption for exemption in exemptions if not any(map(exemption.covers, proof.unproved))
    ]

    assert stale == []
