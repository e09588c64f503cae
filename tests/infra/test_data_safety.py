"""What `protected` decides, in the templates of every way to come by a workforce."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, get_args

import aws_cdk as cdk
import pytest
from aws_cdk import cx_api

from ground_truth.config import Environment, load
from ground_truth.config.workforce import Mode
from stacks.environment_stage import EnvironmentStage
from tests.environments import FILES
from tests.infra.synthesis import before, feature_flags

#: What holds data objects, labels or people's accounts, by stack: it outlives a protected one.
_KEPT: Final = {
    ("Data", "AWS::S3::Bucket"),
    # Without it the buckets are there, but nobody can read them.
    ("Data", "AWS::KMS::Key"),
    ("Workforce", "AWS::Cognito::UserPool"),
}
#: What can be made again from the environment file and the code, with nothing lost.
_MADE_AGAIN: Final = {
    *(
        (stack, kind)
        for stack in ("Workforce", "Labeling")
        for kind in (
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::Role",
            "AWS::Lambda::EventInvokeConfig",
            "AWS::Lambda::Function",
            # What the functions have said of themselves.
            "AWS::Logs::LogGroup",
            # Events that a function could not handle.
            "AWS::SQS::Queue",
            "AWS::SQS::QueuePolicy",
        )
    ),
    # The bucket goes on refusing the public, by its own property.
    ("Data", "AWS::S3::BucketPolicy"),
    # Whoever reads its mail confirms it once more.
    ("Data", "AWS::SES::EmailIdentity"),
    ("Workforce", "AWS::Cognito::UserPoolClient"),
    ("Workforce", "AWS::Cognito::UserPoolDomain"),
    # Who is in which team stands in the environment file.
    ("Workforce", "AWS::Cognito::UserPoolGroup"),
    # Only messages on their way are encrypted with it.
    ("Workforce", "AWS::KMS::Key"),
    # Whoever gets mails confirms them once more.
    ("Workforce", "AWS::SNS::Subscription"),
    ("Workforce", "Custom::Subscriptions"),
    # What calls the function of people once an hour.
    ("Workforce", "AWS::Events::Rule"),
    ("Workforce", "AWS::Lambda::Permission"),
    ("Workforce", "AWS::SNS::Topic"),
    ("Workforce", "AWS::SNS::TopicPolicy"),
    # Neither holds people: those are in the pool, or with the identity provider.
    ("Workforce", "AWS::SageMaker::Workforce"),
    ("Workforce", "Custom::OidcWorkforce"),
    ("Workforce", "AWS::SageMaker::Workteam"),
    # Holds nothing, and lifts the pool's protection only where nobody was in it yet.
    ("Workforce", "Custom::PoolProtection"),
    # Holds nothing, and lifts a restriction that no template has any more.
    ("Workforce", "Custom::PortalNetwork"),
    ("Workforce", "Custom::PortalLogin"),
    ("Workforce", "Custom::WorkerAccess"),
    # Deletes accounts, unless it keeps them; see below.
    ("Workforce", "Custom::Workers"),
    ("Workforce", "Custom::WorkforceCheck"),
    ("Labeling", "AWS::Events::Rule"),
    # Its labels are in the output bucket, and Ground Truth keeps the job.
    ("Labeling", "Custom::LabelingJob"),
}
#: What empties buckets, and has no place where data is kept.
_EMPTYING: Final = {
    ("Data", "AWS::IAM::Role"),
    ("Data", "AWS::Lambda::Function"),
    ("Data", "AWS::Logs::LogGroup"),
    ("Data", "Custom::S3AutoDeleteObjects"),
}
#: A file for each way to come by a workforce, and one with everything else that a file can say.
_FILES: Final = {
    "create": "prod",
    "adopt": "adopting",
    "oidc": "oidc",
    "shared": "sharing",
    "everything else": "catalogue",
}
each_mode = pytest.mark.parametrize("mode", _FILES)


@dataclass(frozen=True, kw_only=True)
class _Stacks:
    """An environment's stacks as CloudFormation gets them, by name."""

    environment: Environment
    artifacts: dict[str, cx_api.CloudFormationStackArtifact]

    def resources(self) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
        """Yield each resource with its stack and type."""
        for stack, artifact in self.artifacts.items():
            for resource in artifact.template["Resources"].values():
                yield (stack, resource["Type"]), resource

    def properties(self, kind: str) -> list[dict[str, Any]]:
        """Return the properties of all resources of a type."""
        return [each["Properties"] for (_, type_), each in self.resources() if type_ == kind]


Synthesised = Callable[..., _Stacks]


@pytest.fixture(scope="module")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """Give a function that synthesises a mode's file with `protected` as asked."""
    files = {file.stem: file for file in FILES}

    @cache
    def synthesise(mode: str, *, protected: bool) -> _Stacks:
        name = _FILES[mode]
        environment = load(files[name]).model_copy(update={"protected": protected})
        app = cdk.App(context=feature_flags(), outdir=str(tmp_path_factory.mktemp(name)))
        stage = EnvironmentStage(app, environment)
        assembly = app.synth().get_nested_assembly(stage.artifact_id)
        artifacts = {each.stack_name.removeprefix(f"{name}-"): each for each in assembly.stacks}
        return _Stacks(environment=environment, artifacts=artifacts)

    return synthesise


def test_each_way_to_come_by_a_workforce_is_looked_at(synthesised: Synthesised) -> None:
    modes = {synthesised(mode, protected=True).environment.workforce.mode for mode in _FILES}

    assert modes == set(get_args(Mode))


def test_of_each_type_it_is_decided_whether_it_is_kept(synthesised: Synthesised) -> None:
    found = {
        where
        for mode in _FILES
        for protected in (True, False)
        for where, _ in synthesised(mode, protected=protected).resources()
    }

    assert found == _KEPT | _MADE_AGAIN | _EMPTYING


@each_mode
def test_a_protected_environment_keeps_what_can_t_be_made_again(
    synthesised: Synthesised, mode: str
) -> None:
    for where, resource in synthesised(mode, protected=True).resources():
        policies = (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        assert (policies == ("RetainExceptOnCreate", "Retain")) == (where in _KEPT), where


@each_mode
def test_a_protected_environment_has_its_data_and_its_own_pool(
    synthesised: Synthesised, mode: str
) -> None:
    stacks = synthesised(mode, protected=True)

    found = Counter(where for where, _ in stacks.resources() if where in _KEPT)
    makes_pool = stacks.environment.workforce.create is not None
    assert found == {
        ("Data", "AWS::S3::Bucket"): 3,
        ("Data", "AWS::KMS::Key"): 1,
        **({("Workforce", "AWS::Cognito::UserPool"): 1} if makes_pool else {}),
    }


@each_mode
def test_a_protected_environment_has_nothing_that_empties_buckets(
    synthesised: Synthesised, mode: str
) -> None:
    found = {where for where, _ in synthesised(mode, protected=True).resources()}

    assert found.isdisjoint(_EMPTYING)


@each_mode
@pytest.mark.parametrize("protected", [True, False])
def test_stacks_with_data_or_people_are_deleted_only_where_unprotected(
    synthesised: Synthesised, mode: str, *, protected: bool
) -> None:
    artifacts = synthesised(mode, protected=protected).artifacts

    secured = {name for name, each in artifacts.items() if each.termination_protection}
    assert secured == ({"Data", "Workforce"} if protected else set())


@each_mode
@pytest.mark.parametrize("protected", [True, False])
def test_a_pool_and_its_accounts_are_deleted_only_where_unprotected(
    synthesised: Synthesised, mode: str, *, protected: bool
) -> None:
    stacks = synthesised(mode, protected=protected)

    pools = [
        pool.get("DeletionProtection") == "ACTIVE"
        for pool in stacks.properties("AWS::Cognito::UserPool")
    ]
    workers = [each["KeepAccounts"] for each in stacks.properties("Custom::Workers")]
    assert {*pools, *workers} <= {protected}
    assert len(pools) == (stacks.environment.workforce.create is not None)
    assert len(workers) == (stacks.environment.workforce.oidc is None)


def test_between_a_protected_pool_and_its_protection_is_only_the_policy_that_names_the_pool(
    synthesised: Synthesised,
) -> None:
    resources = synthesised("create", protected=True).artifacts["Workforce"].template["Resources"]
    ids = {each["Type"]: name for name, each in resources.items()}
    pool, protection = ids["AWS::Cognito::UserPool"], ids["Custom::PoolProtection"]

    (policy,) = before(protection, resources) - before(pool, resources) - {pool}
    assert policy.startswith("WorkforceFunctionMorePolicy")
    assert pool in before(policy, resources)


def test_all_else_is_made_before_a_protected_pool_or_after_its_protection(
    synthesised: Synthesised,
) -> None:
    resources = synthesised("create", protected=True).artifacts["Workforce"].template["Resources"]
    ids = {each["Type"]: name for name, each in resources.items()}
    protection = ids["Custom::PoolProtection"]

    assert [
        name
        for name in resources.keys() - before(protection, resources) - {protection}
        if protection not in before(name, resources)
    ] == []


@each_mode
@pytest.mark.parametrize("protected", [True, False])
def test_only_a_protected_pool_of_its_own_needs_a_way_back(
    synthesised: Synthesised, mode: str, *, protected: bool
) -> None:
    stacks = synthesised(mode, protected=protected)

    pools = len(stacks.properties("AWS::Cognito::UserPool"))
    assert len(stacks.properties("Custom::PoolProtection")) == (pools if protected else 0)


@each_mode
def test_of_an_unprotected_environment_nothing_is_retained(
    synthesised: Synthesised, mode: str
) -> None:
    for where, resource in synthesised(mode, protected=False).resources():
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            assert resource.get(policy, "Delete") == "Delete", where


@each_mode
def test_each_bucket_of_an_unprotected_environment_is_emptied(
    synthesised: Synthesised, mode: str
) -> None:
    stacks = synthesised(mode, protected=False)

    emptied = [
        each["BucketName"]["Ref"] for each in stacks.properties("Custom::S3AutoDeleteObjects")
    ]
    template = stacks.artifacts["Data"].template["Resources"]
    buckets = [name for name, each in template.items() if each["Type"] == "AWS::S3::Bucket"]
    assert sorted(emptied) == sorted(buckets)
