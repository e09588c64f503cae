"""Where the end-to-end test deploys to: local AWS, or a real account after a question."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from ground_truth.config import Environment, EnvironmentFileError, load
from local.aws import LocalAws
from local.browser import Browser
from local.cdk_cli import CdkCli, CdkError
from local.mailbox import as_json
from local.walkthrough import label_all, wait_for_end
from local.worker import Worker
from tests.assembly import synthesise
from tests.e2e.warm_cdk import WarmCdk

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Target:
    """An AWS to deploy to, and someone who labels there."""

    name: str
    environment: Environment
    client: Callable[[str], Any]
    cdk: CdkCli
    #: Lets workers confirm that they want mails, before there is work.
    confirm_mails: Callable[[], None]
    #: Waits until the job has been labeled; returns its last status.
    label: Callable[[str], str]
    #: Says whether a worker has got the team's mail, that there is work.
    heard_of_work: Callable[[], bool]
    #: Seconds from one look at a job to the next.
    pause: float
    #: What synthesises the environment anew, if `cdk` has an assembly of it.
    app: str | None = None
    #: All calls of AWS, as JSON Lines; a real account has no such file.
    call_log: Path | None = None
    #: Simulated workers; a real account has people.
    workers: tuple[Worker, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A local AWS to which `Data` and `Workforce` are deployed."""

    target: Target
    outputs: dict[str, str]

    def refusal(self) -> str:
        """Deploy `Labeling`, which must fail; return what the CDK command printed of it."""
        cdk = self.target.cdk
        start = cdk.log.stat().st_size
        with pytest.raises(CdkError):
            cdk.deploy("Labeling")
        printed = cdk.log.read_bytes()[start:].decode()
        cdk.destroy("Labeling")
        return " ".join(printed.split())

    def running_jobs(self) -> list[str]:
        """Return the names of the labeling jobs that have not ended."""
        jobs = self.target.client("sagemaker").list_labeling_jobs()["LabelingJobSummaryList"]
        ended = ("Completed", "Failed", "Stopped")
        return [job["LabelingJobName"] for job in jobs if job["LabelingJobStatus"] not in ended]

    @contextmanager
    def objects(self, contents: Mapping[str, bytes]) -> Iterator[None]:
        """Have these objects, by key, in the input bucket, and none afterwards."""
        s3, bucket = self.target.client("s3"), self.outputs["InputBucketName"]
        for key, content in contents.items():
            s3.put_object(Bucket=bucket, Key=key, Body=content)
        try:
            yield
        finally:
            for key in contents:
                s3.delete_object(Bucket=bucket, Key=key)


@contextmanager
def local_target(
    folder: Path,
    environment: Environment,
    *,
    app: str | None = None,
    unkindness: int | None = None,
) -> Iterator[Target]:
    """Start local AWS, bootstrapped, with simulated workers; end it afterwards.

    The environment is synthesised here, or by the CDK command if there is an `app`.
    """
    with LocalAws(folder, region=environment.region, unkindness=unkindness) as aws:
        where: Any = {
            "environment": environment.name,
            "variables": aws.environment,
            "folder": folder,
        }
        cdk = (
            CdkCli(**where, app=app).synthesised()
            if app
            else WarmCdk(**where, app=_assembly(environment, folder))
        )
        cdk.bootstrap(aws.account, aws.region)

        workers = tuple(
            Worker(aws.mailbox, email, aws.ca_bundle)
            for email in ("ana@example.com", "bo@example.com")
        )

        def label(job_name: str) -> str:
            label_all(workers[0])
            return wait_for_end(aws.client("sagemaker"), job_name, seconds=60)

        mails = _Mails(aws, "ana@example.com")
        yield Target(
            name="local",
            environment=environment,
            client=aws.client,
            cdk=cdk,
            app=app,
            confirm_mails=mails.follow_links,
            label=label,
            heard_of_work=mails.tell_of_work,
            pause=0.1,
            call_log=aws.call_log,
            workers=workers,
        )


@dataclass(frozen=True)
class _Mails:
    """What a worker gets from SNS at local AWS."""

    aws: LocalAws
    address: str

    def follow_links(self) -> None:
        """Confirm each subscription that a mail asks about."""
        for body in self._bodies():
            for link in re.findall(r"https://127\S+ConfirmSubscription\S+", body):
                Browser(self.aws.ca_bundle).open(link)

    def tell_of_work(self) -> bool:
        """Say whether there is a mail besides those that ask."""
        return any("ConfirmSubscription" not in body for body in self._bodies())

    def _bodies(self) -> list[str]:
        box = Browser(self.aws.ca_bundle).open(as_json(self.aws.mailbox))
        return [
            mail["body"]
            for mail in json.loads(box.content)["mails"]
            if mail["to"] == self.address and "sns." in mail["sender"]
        ]


@contextmanager
def real_target(folder: Path, environment_name: str, region: str | None) -> Iterator[Target]:
    """Give the account of the shell's credentials, once its owner has said yes.

    With `region`, the environment is deployed there instead of where its file says.
    """
    if not environment_name:
        pytest.exit("expected the environment's name, as in `ground-truth test-aws dev`, got none")
    try:
        environment = load(ROOT / "environments" / f"{environment_name}.yaml", region=region)
        session: Any = boto3.Session(region_name=environment.region)
        identity = session.client("sts").get_caller_identity()
    except (EnvironmentFileError, BotoCoreError, ClientError) as error:
        pytest.exit(f"nothing was deployed: {error}")
    _refuse_what_is_not_for_tests(session, environment)
    print(  # noqa: T201  # the owner must read it before anything is made
        f"""
This deploys environment {environment.name!r} to account {identity["Account"]}, {environment.region}
as {identity["Arn"]}, and destroys it afterwards:

  3 buckets, 2 KMS keys (deleted 7 days later), 1 private workforce with its user pool, or teams in
  the one that the file names, accounts for the addresses in {environment.name}.yaml, who get an
  invitation and requests to confirm mails, topics, 2 queues, 3 functions, some roles, and 1
  labeling job over 4 data objects.

Ground Truth bills the 4 objects (https://aws.amazon.com/sagemaker/groundtruth/pricing/), a key
costs about 1 USD a month until it is deleted. A person must label the 4 objects in the portal.
The labeling job stays listed for ever."""
    )
    if input("Type the account's number to go on: ").strip() != identity["Account"]:
        pytest.exit("nothing was deployed")

    def confirm_mails() -> None:
        input(
            "\nLet the workers open the links in SNS's mails now, so that the team's mail can come;"
            " then press Enter: "
        )

    def heard_of_work() -> bool:
        return input("Has a worker got the team's mail, that there is work? (y/n) ").startswith("y")

    def label(job_name: str) -> str:
        portal = session.client("sagemaker").list_workforces()["Workforces"][0]["SubDomain"]
        print(f"\nLabel the 4 data objects at https://{portal}; waiting for an hour at most")  # noqa: T201  # as above
        return wait_for_end(session.client("sagemaker"), job_name, seconds=3600)

    cdk = CdkCli(environment=environment.name, variables=os.environ, folder=folder)
    yield Target(
        name="aws",
        environment=environment,
        client=session.client,
        cdk=cdk if region is None else replace(cdk, app=_assembly(environment, folder)),
        confirm_mails=confirm_mails,
        label=label,
        heard_of_work=heard_of_work,
        pause=1.0,
    )


def _assembly(environment: Environment, folder: Path) -> str:
    return str(synthesise([environment], folder / "assembly"))


def _refuse_what_is_not_for_tests(session: Any, environment: Environment) -> None:
    """End the run if it would touch something that is in use."""
    if environment.protected:
        pytest.exit(
            f"{environment.name}.yaml has `protected: true`; the test destroys all it makes"
        )
    if (
        environment.account
        and environment.account != session.client("sts").get_caller_identity()["Account"]
    ):
        pytest.exit(
            f"{environment.name}.yaml is for account {environment.account}, the credentials are"
            " for another"
        )
    pages = session.client("cloudformation").get_paginator("describe_stacks").paginate()
    for page in pages:
        for stack in page["Stacks"]:
            if stack["StackName"].startswith(f"{environment.name}-"):
                pytest.exit(
                    f"stack {stack['StackName']} is there already; the test destroys all it finds"
                )
