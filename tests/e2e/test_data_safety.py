"""What is left of an environment's data when its stacks are destroyed, replaced or fail.

And whether all that reads and writes it follows to another place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from local.aws import LocalAws
from local.cdk_cli import CdkError
from local.inventory import inventory
from local.walkthrough import label_all, read_labels, upload, wait_for_end
from tests.e2e import stacks
from tests.e2e.changes import (
    again,
    elsewhere,
    failing,
    keeping_less,
    soon_refused,
    telling_jobs,
)
from tests.e2e.places import places, updates, what_names_places
from tests.e2e.project import Project
from tests.environments import SHIPPED

#: Object versions by bucket, key and id, and people by pool and `sub`.
Everything = Mapping[tuple[str, ...], object]
_OBJECTS: Final = 4
#: What the jobs' function is asked to do.
_JOB: Final = "output JobsevenOddjobEvent"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Give an account in which environments can be filled, one after the other."""
    folder = tmp_path_factory.mktemp("data-safety")
    with LocalAws(folder) as aws:
        project = Project(aws=aws, folder=folder)
        _write(project, "gone", protected=False)
        project.cdk("gone").bootstrap(aws.account, aws.region)
        yield project


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The environment `gone`, filled, and deployed once with other buckets and another topic."""

    #: What there was before it, and when it was filled.
    empty: set[str]
    full: set[str]
    #: The names of buckets and topic before and after.
    old: tuple[str, ...]
    new: tuple[str, ...]
    #: The stacks that the one deployment has updated.
    updated: set[str]


@pytest.fixture(scope="module")
def moved(project: Project) -> Moved:
    """Give `gone` after the one deployment."""
    empty = inventory(project.aws.client)
    project.changes = (soon_refused, telling_jobs)
    _fill(project, "gone")
    full, old, before = (
        inventory(project.aws.client),
        places(project.aws, "gone"),
        updates(project.aws, "gone"),
    )

    project.changes = (soon_refused, telling_jobs, elsewhere)
    project.cdk("gone").deploy("Labeling")

    after = updates(project.aws, "gone")
    updated = {stack for stack, time in after.items() if time != before[stack]}
    return Moved(empty=empty, full=full, old=old, new=places(project.aws, "gone"), updated=updated)


@pytest.fixture(scope="module")
def filled(project: Project) -> Everything:
    """Give all that the protected environment `kept` holds after its job has been labeled."""
    _write(project, "kept", protected=True)
    _fill(project, "kept")
    return _everything(project)


def test_all_that_refers_to_what_is_replaced_follows_in_one_deployment(
    project: Project, moved: Moved
) -> None:
    named = what_names_places(project.aws, "gone")

    assert moved.updated == {"Data", "Workforce", "Labeling"}
    assert set(moved.old).isdisjoint(moved.new)
    assert {place: [what for what, text in named if place in text] for place in moved.old} == {
        place: [] for place in moved.old
    }
    found = {place: {what for what, text in named if place in text} for place in moved.new}
    source, output, topic = moved.new
    assert found[source] == {_JOB, "output EvenOddSummary", "policy"}
    assert found[output] == {_JOB, "policy"}
    assert found[topic] == {"policy", "target"}


@pytest.mark.usefixtures("moved")
def test_what_changes_in_place_updates_its_own_stack_only(project: Project) -> None:
    before = updates(project.aws, "gone")
    project.changes = (soon_refused, telling_jobs, elsewhere, keeping_less)

    project.cdk("gone").deploy("Labeling")

    after = updates(project.aws, "gone")
    assert {stack for stack, time in after.items() if time != before[stack]} == {"Data"}


def test_an_unprotected_environment_leaves_only_keys_that_wait_for_their_deletion(
    project: Project, moved: Moved
) -> None:
    project.cdk("gone").destroy()

    project.changes = (soon_refused,)
    (project.folder / "environments" / "gone.yaml").unlink()
    assert moved.empty < moved.full
    assert inventory(project.aws.client) == moved.empty


def test_a_protected_environment_whose_first_deployment_fails_leaves_nothing(
    project: Project,
) -> None:
    _write(project, "kept", protected=True)
    project.cdk("kept").deploy("Data")
    before = inventory(project.aws.client)
    project.changes = (soon_refused, failing)

    with pytest.raises(CdkError, match="WaitCondition timed out"):
        project.cdk("kept").deploy("Workforce", exclusively=True)

    project.changes = (soon_refused,)
    assert _statuses(project)["Workforce"] == "ROLLBACK_COMPLETE"
    assert _left(project, "Workforce") == []
    _remove_the_empty_stack(project)
    assert inventory(project.aws.client) == before


def test_a_protected_environment_is_filled(project: Project, filled: Everything) -> None:
    bucket = _output(project, "Data", "InputBucketName")
    pool = _output(project, "Workforce", "UserPoolId")

    assert len([place for place in filled if place[0] == bucket]) == 2 * _OBJECTS
    assert len([place for place in filled if place[0] == pool]) == 3
    assert filled[pool, "protection"] == "ACTIVE"


def test_destroy_stops_the_jobs_and_is_refused_the_rest(
    project: Project, filled: Everything
) -> None:
    with pytest.raises(CdkError, match=r"kept-Workforce.* cannot be deleted while Termination"):
        project.cdk("kept").destroy()
    with pytest.raises(ClientError, match=r"kept-Data.* cannot be deleted while Termination"):
        project.aws.client("cloudformation").delete_stack(StackName="kept-Data")

    assert _statuses(project).keys() == {"Data", "Workforce"}
    assert _lost(project, filled) == {}


def test_a_failed_deployment_that_replaces_buckets_is_rolled_back(
    project: Project, filled: Everything
) -> None:
    project.changes = (soon_refused, again, failing)

    with pytest.raises(CdkError, match="WaitCondition timed out"):
        project.cdk("kept").deploy("Data", exclusively=True)

    assert _statuses(project)["Data"] == "UPDATE_ROLLBACK_COMPLETE"
    assert not any("again" in name for name in inventory(project.aws.client))
    assert _lost(project, filled) == {}


def test_buckets_that_are_replaced_stay_with_all_that_is_in_them(
    project: Project, filled: Everything
) -> None:
    project.changes = (soon_refused, again)

    outputs = project.cdk("kept").deploy("Data", exclusively=True)

    assert outputs["InputBucketName"] == "again-input"
    assert _lost(project, filled) == {}


def test_a_pool_can_t_be_replaced_and_keeps_its_people(
    project: Project, filled: Everything
) -> None:
    project.changes = (soon_refused, again)

    # The pool in its place would need its domain.
    with pytest.raises(CdkError, match="Domain already exists"):
        project.cdk("kept").deploy("Workforce", exclusively=True)

    assert _statuses(project)["Workforce"] == "UPDATE_ROLLBACK_COMPLETE"
    assert _lost(project, filled) == {}


def test_stacks_deleted_by_force_leave_objects_labels_and_people(
    project: Project, filled: Everything
) -> None:
    upload(project.aws.client("s3"), _output(project, "Data", "InputBucketName"))
    before = {**filled, **_everything(project)}

    for name in ("kept-Workforce", "kept-Data"):
        project.aws.client("cloudformation").update_termination_protection(
            StackName=name, EnableTerminationProtection=False
        )
        stacks.delete(project.aws, name)

    assert _statuses(project) == {}
    assert _lost(project, before) == {}


def _write(project: Project, name: str, *, protected: bool) -> None:
    """Write the file of an environment like `local`, which has a job over four texts."""
    text = (SHIPPED / "local.yaml").read_text()
    folder = project.folder / "environments"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(
        text.replace("protected: false", f"protected: {str(protected).lower()}")
        # Buckets that come in the place of others are empty.
        .replace("      split: file\n", "      split: file\n      when_empty: skip\n")
    )


def _fill(project: Project, name: str) -> None:
    """Deploy an environment; put objects in two versions, let people sign in and label."""
    s3, cdk = project.aws.client("s3"), project.cdk(name)
    outputs = cdk.deploy("Data", "Workforce")
    for _ in range(2):
        upload(s3, outputs["InputBucketName"])
    outputs |= cdk.deploy("Labeling")
    project.worker("bo").sign_in()
    label_all(project.worker("ana"))
    wait_for_end(project.aws.client("sagemaker"), outputs["EvenOddJobName"], seconds=60)
    labels = read_labels(s3, outputs["EvenOddOutputManifestUri"], "even-odd")
    assert sorted(str(each.label) for each in labels) == ["Even", "Even", "Odd", "Odd"]


def _everything(project: Project) -> Everything:
    return {**dict(_versions(project.aws)), **dict(_people(project.cognito))}


def _lost(project: Project, before: Everything) -> Everything:
    """Return what was there and is not, or not as it was."""
    now = _everything(project)
    return {place: each for place, each in before.items() if now.get(place) != each}


def _versions(aws: LocalAws) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield the bytes of each version of an object, and the state of the key they need."""
    s3, kms = aws.client("s3"), aws.client("kms")
    for bucket in s3.list_buckets()["Buckets"]:
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket["Name"])
        for each in (version for page in pages for version in page.get("Versions", ())):
            place = (bucket["Name"], each["Key"], each["VersionId"])
            found = s3.get_object(**dict(zip(("Bucket", "Key", "VersionId"), place, strict=True)))
            key = found.get("SSEKMSKeyId", "")
            # An alias is that of S3's own key.
            if ":key/" in key:
                key = kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
            yield place, (found["Body"].read(), key)


def _people(cognito: Any) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield who each account is, whether it can sign in, and what keeps its pool."""
    for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]:
        about = cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
        yield (pool["Id"], "protection"), about.get("DeletionProtection")
        for user in cognito.list_users(UserPoolId=pool["Id"])["Users"]:
            attributes = {each["Name"]: each["Value"] for each in user["Attributes"]}
            what = {name: user[name] for name in ("Username", "UserStatus", "Enabled")}
            yield (pool["Id"], attributes["sub"]), {**what, **attributes}


def _statuses(project: Project) -> dict[str, str]:
    """Return the statuses of the protected environment's stacks that there are."""
    found = project.aws.client("cloudformation").describe_stacks()["Stacks"]
    return {
        stack["StackName"].removeprefix("kept-"): stack["StackStatus"]
        for stack in found
        if stack["StackName"].startswith("kept-")
    }


def _left(project: Project, stack: str) -> list[str]:
    """Return the resources that a stack still has."""
    found = project.aws.client("cloudformation").describe_stack_resources(
        StackName=f"kept-{stack}"
    )["StackResources"]
    return [
        each["LogicalResourceId"]
        for each in found
        if not each["ResourceStatus"].startswith("DELETE_COMPLETE")
    ]


def _remove_the_empty_stack(project: Project) -> None:
    """Do what docs/troubleshooting.md says of a stack whose first deployment was taken back."""
    formation = project.aws.client("cloudformation")
    formation.update_termination_protection(
        StackName="kept-Workforce", EnableTerminationProtection=False
    )
    stacks.delete(project.aws, "kept-Workforce")


def _output(project: Project, stack: str, name: str) -> str:
    formation = project.aws.client("cloudformation")
    outputs = formation.describe_stacks(StackName=f"kept-{stack}")["Stacks"][0]["Outputs"]
    return next(str(each["OutputValue"]) for each in outputs if each["OutputKey"] == name)
