"""What the roles of an environment are for: short runs that work if nothing is missing to them."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from local.browser import Browser
from local.mailbox import as_json
from local.worker import Task, Worker
from tests.e2e.deployed import CustomResource, RefusedError

_ENDED = ("Completed", "Failed", "Stopped")
#: Seconds for what takes fractions of one.
_PATIENCE = 20.0


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """The labeling jobs of an environment, and who labels."""

    client: Callable[[str], Any]
    worker: Worker
    browser: Browser
    mailbox: str
    #: Job key → its custom resource.
    resources: Mapping[str, CustomResource]
    #: Job key → the answer to a task of the job.
    replies: Mapping[str, Callable[[Task], dict[str, Any]]]
    environment: str
    #: Where goes what a rule can't deliver.
    dead_letters: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(2))

    def with_reviews(self, key: str, of: str) -> Jobs:
        """Finish the job `of`, so that there is something to review, and make its review."""
        name = self.resources[of].physical_id
        for each in self.resources.values():
            if each.physical_id != name:
                self._stop(each.physical_id)  # a worker sees a hundred tasks
        self._finish(name, of)
        review = self.resources[key]
        made = review.ask("Create")["PhysicalResourceId"]
        self._stop(made)
        review = replace(review, event={**review.event, "PhysicalResourceId": made})
        return replace(self, resources={**self.resources, key: review})

    def deploy_again(self, key: str) -> None:
        """Start a job with the function, change its tags, and take it back."""
        resource = self.resources[key]
        wanted = resource.properties(Revision=next(self._numbers))
        made = resource.ask("Create", wanted)
        name = made["PhysicalResourceId"]
        try:
            # Also where nobody labels what is labeled already, or there is nothing to label yet.
            if "unknown" in made["Data"]["Summary"]:
                raise RefusedError(made["Data"]["Summary"])
            tags = {**wanted, "Tags": [{"Key": "shape", "Value": "round"}]}
            changed = resource.ask("Update", tags, before=wanted, physical_id=name)
            if changed["Data"]["ObjectCount"] == "unknown":
                raise RefusedError(changed["Data"]["Summary"])
            resource.ask("Delete", tags, physical_id=name)
        finally:
            self._stop(name)

    def ask_the_public(self) -> None:
        """See that no job can be started for a public crowd."""
        resource = self.resources["texts"]
        wanted = resource.properties(Revision=next(self._numbers))
        task = dict(wanted["Request"]["HumanTaskConfig"])
        task["WorkteamArn"] = task["WorkteamArn"].replace("private-crowd", "public-crowd")
        wanted["Request"] = {**wanted["Request"], "HumanTaskConfig": task}
        try:
            resource.ask("Create", wanted)
        except RefusedError as refusal:
            if "explicit deny" not in str(refusal):
                raise

    def look_at(self, key: str) -> None:
        """Start a job as somebody who may do all, open what a worker sees, and stop it."""
        name = self._start(key)
        try:
            for task in self._tasks(name)[:1]:
                urls = re.findall(r"https://127[^\"'<>\s&]*(?:&amp;[^\"'<>\s&]*)*", task.html)
                for url in urls:
                    page = self.browser.open(url.replace("&amp;", "&"))
                    if page.status != 200:
                        raise RefusedError(page.content)
        finally:
            self._stop(name)

    def label(self, key: str) -> None:
        """Start a job as somebody who may do all, label it, and wait for its end."""
        name = self._start(key)
        try:
            self._finish(name, key)
        finally:
            self._stop(name)

    def tell_of_the_end(self) -> None:
        """Stop a job, of which people get a mail."""
        name = self._start("texts")
        self._stop(name)
        sqs, until = self.client("sqs"), time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if any(f"labeling-job/{name}" in mail["body"] for mail in self._mails()):
                return
            found = sqs.receive_message(QueueUrl=self.dead_letters).get("Messages", [])
            for message in found:
                sqs.delete_message(
                    QueueUrl=self.dead_letters, ReceiptHandle=message["ReceiptHandle"]
                )
            if any(name in message["Body"] for message in found):
                raise RefusedError(f"nobody was told of the end of {name}")
        raise TimeoutError(f"there was neither a mail nor a dead letter about {name}")

    def _finish(self, name: str, key: str) -> None:
        while tasks := self._tasks(name):
            for task in tasks:
                self.worker.answer(task, self.replies[key](task))
        job = self._wait(name, _ENDED)
        if job["LabelingJobStatus"] != "Completed":
            raise RefusedError(job.get("FailureReason", job["LabelingJobStatus"]))
        if job["LabelCounters"]["FailedNonRetryableError"]:
            raise RefusedError(f"objects of {name} have failed")

    def _start(self, key: str) -> str:
        sagemaker, name = (
            self.client("sagemaker"),
            f"{self.environment}-{key}-x{next(self._numbers)}",
        )
        model = sagemaker.describe_labeling_job(LabelingJobName=self.resources[key].physical_id)
        shape = sagemaker.meta.service_model.operation_model("CreateLabelingJob").input_shape
        request = {each: model[each] for each in shape.members if each in model}
        sagemaker.create_labeling_job(**{**request, "LabelingJobName": name})
        job = self._wait(name, ("InProgress", *_ENDED))
        if job["LabelingJobStatus"] == "Failed":
            raise RefusedError(job["FailureReason"])
        return name

    def _tasks(self, name: str) -> list[Task]:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if tasks := [task for task in self.worker.tasks() if task.job_name == name]:
                return tasks
            job = self.client("sagemaker").describe_labeling_job(LabelingJobName=name)
            if job["LabelingJobStatus"] in _ENDED or not job["LabelCounters"]["Unlabeled"]:
                return []
            time.sleep(0.05)
        raise RefusedError(f"{name} has no tasks: {job.get('FailureReason')}")

    def _wait(self, name: str, statuses: tuple[str, ...]) -> dict[str, Any]:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            job: dict[str, Any] = self.client("sagemaker").describe_labeling_job(
                LabelingJobName=name
            )
            # A job is InProgress before it has read anything.
            is_read = job["LabelingJobStatus"] != "InProgress" or any(job["LabelCounters"].values())
            if job["LabelingJobStatus"] in statuses and is_read:
                return job
            time.sleep(0.05)
        raise TimeoutError(f"{name} should be one of {statuses}, got {job['LabelingJobStatus']}")

    def _stop(self, name: str) -> None:
        with contextlib.suppress(ClientError):  # it has ended
            self.client("sagemaker").stop_labeling_job(LabelingJobName=name)
            self._wait(name, _ENDED)

    def _mails(self) -> list[dict[str, Any]]:
        box = self.browser.open(as_json(self.mailbox))
        mails: list[dict[str, Any]] = json.loads(box.content)["mails"]
        return mails


@dataclass(frozen=True, kw_only=True)
class People:
    """The workforce of an environment."""

    client: Callable[[str], Any]
    #: Kind, such as `Workers` → the custom resource.
    resources: Mapping[str, CustomResource]
    pool: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def make_a_second_workforce(self) -> None:
        """See that the account's own one is named to whoever wants another."""
        check = self.resources["WorkforceCheck"]
        other = check.properties(Environment="other", WorkforceName="other", EmailFrom=None)
        _expect(lambda: check.ask("Create", other), "one workforce per Region")

    def leave_what_is_in_use(self) -> None:
        """See that a workforce with teams can't be left, but that a deployment is taken back."""
        check = self.resources["WorkforceCheck"]
        changes = {"Mode": "adopt", "WorkforceName": "other", "EmailFrom": None}
        ids = {"UserPoolId": self.pool, "ClientId": "1h57kf5cpq"}
        check.ask("Update", check.properties(**changes, **ids), before=check.properties())

    def deploy_again(self) -> None:
        """See that invitations can be sent."""
        self.resources["WorkforceCheck"].ask("Update")

    def wire_the_portal(self) -> None:
        """Take the portal's addresses out of the client, and put them there again."""
        login = self.resources["PortalLogin"]
        login.ask("Delete")
        invitation = dict(login.properties()["Invitation"])
        invitation["Subject"] += f" {next(self._numbers)}"
        login.ask("Create", login.properties(Invitation=invitation))

    def open_the_portal(self) -> None:
        """Restrict from where the portal opens, and take the restriction away."""
        opening, sagemaker = self.resources["PortalNetwork"], self.client("sagemaker")
        name = opening.properties()["WorkforceName"]
        network = {"Cidrs": opening.properties()["Cidrs"]}
        sagemaker.update_workforce(WorkforceName=name, SourceIpConfig=network)
        opening.ask("Delete")
        found = sagemaker.describe_workforce(WorkforceName=name)["Workforce"]
        if found["SourceIpConfig"]["Cidrs"]:
            raise RefusedError(f"the portal of {name} is still restricted")

    def tie_addresses(self) -> None:
        """Tie the addresses of data objects to workers, and no longer."""
        access = self.resources["WorkerAccess"]
        access.ask("Delete")
        access.ask("Create")

    def invite_and_remove(self) -> None:
        """Make an account that nobody is told of, and delete it; invite, take out, and in again.

        The stack's last deployment was taken back, so that an Update is taken for such a one.
        """
        workers, cognito = self.resources["Workers"], self.client("cognito-idp")
        for group in ("proof-workers", "proof-readers"):
            with contextlib.suppress(cognito.exceptions.GroupExistsException):
                cognito.create_group(UserPoolId=self.pool, GroupName=group)
        with contextlib.suppress(cognito.exceptions.UserNotFoundException):
            cognito.admin_delete_user(UserPoolId=self.pool, Username="cy@example.com")
        nobody = workers.properties(Environment="proof", MarkerGroup="proof-workers", Members=[])
        member = {"Email": "cy@example.com", "Teams": ["proof-readers"]}
        somebody = {**nobody, "Members": [member]}
        workers.ask("Create", nobody)
        workers.ask("Update", somebody, before=nobody)
        workers.ask("Update", nobody, before=somebody)
        if cognito.list_users(UserPoolId=self.pool, Filter='email = "cy@example.com"')["Users"]:
            raise RefusedError("the account is still there")
        workers.ask("Create", somebody)
        workers.ask("Update", nobody, before=somebody)
        workers.ask("Update", somebody, before=nobody)
        workers.ask("Delete", somebody)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A workforce that signs in at an identity provider."""

    client: Callable[[str], Any]
    workforce: CustomResource
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def make_anew(self) -> None:
        """Delete the workforce and make it."""
        self.workforce.ask("Create")  # if it is not there
        self.workforce.ask("Delete")
        self.workforce.ask("Create")

    def move(self) -> None:
        """Put the portal into another network."""
        vpc = dict(self.workforce.properties()["Vpc"])
        vpc["Subnets"] = [f"subnet-{next(self._numbers):08x}"]
        self.workforce.ask("Create")  # if it is not there
        self.workforce.ask("Update", self.workforce.properties(Vpc=vpc))


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket that is emptied before it is deleted."""

    client: Callable[[str], Any]
    emptying: CustomResource

    def empty(self) -> None:
        """Let it be emptied of versions and markers, while nobody may write to it."""
        s3, name = self.client("s3"), str(self.emptying.properties()["BucketName"])
        policy = s3.get_bucket_policy(Bucket=name)["Policy"]
        try:
            for body in (b"1", b"2"):
                s3.put_object(Bucket=name, Key="a", Body=body)
            s3.delete_object(Bucket=name, Key="a")
            self.emptying.ask("Delete")
            left = s3.list_object_versions(Bucket=name)
            if left.get("Versions") or left.get("DeleteMarkers"):
                raise RefusedError(f"{name} is not empty")
            if s3.get_bucket_policy(Bucket=name)["Policy"] == policy:
                raise RefusedError(f"{name} can still be written to")
        finally:
            s3.put_bucket_policy(Bucket=name, Policy=policy)


def _expect(action: Callable[[], object], words: str) -> None:
    """Raise RefusedError unless the action is refused in these words."""
    try:
        action()
    except RefusedError as refusal:
        if words not in str(refusal):
            raise
        return
    raise RefusedError(f"expected a refusal with the words {words!r}")
