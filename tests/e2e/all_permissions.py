"""An account in which something needs each permission that environments can ask for."""

from __future__ import annotations

import base64
import json
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ground_truth.config import load_all
from local.aws import ROOT, LocalAws
from local.browser import Browser
from local.ground_truth.answers import png
from local.mailbox import as_json
from local.worker import Task, Worker
from tests.assembly import synthesise
from tests.e2e.changes import telling_events
from tests.e2e.deployed import Answers, CustomResource
from tests.e2e.permissions import Roles, Run, permissions
from tests.e2e.role_runs import Bucket, Jobs, People, Provider
from tests.e2e.warm_cdk import WarmCdk

ENVIRONMENTS = ROOT / "tests" / "data" / "least-privilege" / "environments"
#: Where the workforce of an identity provider is, since a Region has one workforce.
WEST = "us-west-2"
_OTHER = "another-bucket"
_PICTURE = png.write(4, 3, bytes(12), [(255, 0, 0)])


def _color(_task: Task) -> dict[str, Any]:
    return {
        "crowd-semantic-segmentation": {
            "labeledImage": {"pngImageData": base64.b64encode(_PICTURE).decode()},
            "labelMappings": {"Road": {"color": "#ff0000"}},
            "inputImageProperties": {"width": 4, "height": 3},
        }
    }


def _classify(_task: Task) -> dict[str, Any]:
    return {"crowd-classifier": {"label": "Even"}}


def _read(_task: Task) -> dict[str, Any]:
    return {"total": "12.30", "date": "2026-10-31", "currency": "EUR"}


_REPLIES: Mapping[str, Callable[[Task], dict[str, Any]]] = {
    "texts": _classify,
    "streets": _color,
    "receipts": _read,
}


@dataclass(kw_only=True)
class Account:
    """A local AWS for the environments `main` and, elsewhere, `oidc`."""

    aws: LocalAws
    folder: Path

    @cached_property
    def answers(self) -> Answers:
        """Where functions put their answers."""
        self.client("s3").create_bucket(Bucket="answers")
        return Answers(s3=self.client("s3"), bucket="answers")

    def client(self, service: str) -> Any:
        """Return a client where `main` is."""
        return self.aws.client(service)

    def west(self, service: str) -> Any:
        """Return a client where `oidc` is."""
        return self.aws.client(service, WEST)

    @property
    def browser(self) -> Browser:
        """A browser without cookies."""
        return Browser(self.aws.ca_bundle)

    def cdk(self, environment: str) -> WarmCdk:
        """Return the CDK command for an environment."""
        folder = self.folder / environment
        folder.mkdir(exist_ok=True)
        return WarmCdk(
            environment=environment,
            variables=self.aws.environment,
            folder=folder,
            app=str(folder / "assembly"),
        )

    def write_environments(self) -> None:
        """Put what there is here into the places of ARNs that only look like some."""
        text = {path.name: path.read_text() for path in ENVIRONMENTS.iterdir()}
        secret = self.west("secretsmanager").create_secret(Name="labeling", SecretString="top~1")
        here: dict[str, str] = {}
        for arn in re.findall(r"arn:aws:(?:kms|secretsmanager):\S+", "".join(text.values())):
            client = self.west if WEST in arn else self.client
            here[arn] = (
                secret["ARN"]
                if ":secretsmanager:" in arn
                else client("kms").create_key()["KeyMetadata"]["Arn"]
            )
        # Paths stay below the folder of environments/.
        shutil.copytree(ROOT / "samples", self.folder / "samples")
        here["../../../samples"] = "samples"
        (self.folder / "environments").mkdir()
        for name, content in text.items():
            for before, after in here.items():
                content = content.replace(before, after)
            (self.folder / "environments" / name).write_text(content)
        # Here, since the environments are deployed at once, and jsii is of one thread.
        for environment in load_all(self.folder / "environments"):
            folder = self.folder / environment.name / "assembly"
            synthesise([environment], folder, telling_events)

    def open_mails(self) -> None:
        """Open the links of all mails that ask whether an address is somebody's own."""
        box = self.browser.open(as_json(self.aws.mailbox))
        for mail in json.loads(box.content)["mails"]:
            for link in re.findall(
                r"https://127\S+(?:verify|ConfirmSubscription)\S+", mail["body"]
            ):
                self.browser.open(link)

    def upload(self, bucket: str) -> None:
        """Put what is labeled into the input bucket and into another one."""
        frame = f"s3://{bucket}/Frames/"
        colors = {"0": {"class-name": "Road", "hex-color": "#ff0000"}}
        metadata = {
            "internal-color-map": colors,
            "type": "groundtruth/semantic-segmentation",
            "human-annotated": "yes",
            "creation-date": "2026-10-01T00:00:00",
            "job-name": "labeling-job/earlier",
        }
        mask = f"s3://{_OTHER}/streets/mask.png"
        street = f"s3://{_OTHER}/Streets/1.png"
        animals = [{"source-ref": f"s3://{bucket}/Animals/{n}.png"} for n in range(1250)]
        sequence = {
            "seq-no": 1,
            "prefix": f"{frame}ride/",
            "number-of-frames": 1,
            "frames": [{"frame-no": 1, "frame": "1.png"}],
        }
        labels = {"source-ref": street, "streets-ref": mask, "streets-ref-metadata": metadata}
        self.client("s3").create_bucket(Bucket=_OTHER)
        rule = {
            "AllowedMethods": ["GET"],
            "AllowedOrigins": ["*"],
            "ExposeHeaders": ["Access-Control-Allow-Origin"],
        }
        self.client("s3").put_bucket_cors(Bucket=_OTHER, CORSConfiguration={"CORSRules": [rule]})
        for place, content in {
            f"{bucket}/Texts/1.txt": b"42",
            f"{bucket}/Receipts/1.png": _PICTURE,
            f"{bucket}/Frames/ride/1.png": _PICTURE,
            f"{bucket}/Frames/ride.json": _lines(sequence),
            f"{bucket}/manifests/names.jsonl": _lines({"source": "Ana met Bo"}),
            f"{bucket}/manifests/frames.jsonl": _lines({"source-ref": f"{frame}ride.json"}),
            f"{bucket}/manifests/animals.jsonl": _lines(*animals),
            # Ground Truth looks at the first hundred.
            **{f"{bucket}/Animals/{number}.png": _PICTURE for number in range(100)},
            f"{_OTHER}/Streets/1.png": _PICTURE,
            f"{_OTHER}/streets/mask.png": _PICTURE,
            f"{_OTHER}/streets/manifests/output/output.manifest": _lines(labels),
        }.items():
            name, _, key = place.partition("/")
            self.client("s3").put_object(Bucket=name, Key=key, Body=content)

    def resources(
        self, stack: str, outputs: Mapping[str, str], client: Callable[[str], Any]
    ) -> list[CustomResource]:
        """Return the custom resources of a stack."""
        found = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        ours = {each["OutputKey"] for each in found["Outputs"]}
        return [
            CustomResource(
                stack_id=found["StackId"],
                event=json.loads(value),
                answers=self.answers,
                client=client,
            )
            for name, value in outputs.items()
            if name in ours and name.endswith("Event")
        ]


def deploy_provider(account: Account) -> Roles:
    """Deploy the workforce of an identity provider; return what it is for."""
    cdk = account.cdk("oidc")
    cdk.bootstrap(account.aws.account, WEST)
    outputs = cdk.deploy("Workforce")
    resources = account.resources("oidc-Workforce", outputs, account.west)
    (workforce,) = (each for each in resources if each.kind == "OidcWorkforce")
    # A workforce with a team can be neither deleted nor changed.
    account.west("sagemaker").delete_workteam(WorkteamName="oidc-readers")
    provider = Provider(workforce=workforce, client=account.west)
    return Roles(
        client=account.west,
        permissions=permissions(account.west, "oidc-Workforce"),
        runs={"make anew": provider.make_anew, "move": provider.move},
    )


def deploy_main(account: Account) -> list[Roles]:
    """Deploy all the rest; return what it is for, and last what empties the buckets."""
    cdk = account.cdk("main")
    cdk.bootstrap(account.aws.account, account.aws.region)
    outputs = cdk.deploy("Data")
    account.client("sesv2").put_account_details(
        MailType="TRANSACTIONAL",
        WebsiteURL="https://example.com",
        UseCaseDescription="labeling",
        ProductionAccessEnabled=True,
    )
    account.open_mails()
    account.upload(outputs["InputBucketName"])
    outputs |= cdk.deploy("Workforce", "Labeling")
    account.open_mails()
    jobs = _jobs(account, outputs)
    people = People(
        client=account.client,
        resources={
            each.kind: each for each in account.resources("main-Workforce", outputs, account.client)
        },
        pool=outputs["UserPoolId"],
    )
    _roll_back(account, people.resources["WorkforceCheck"])
    of_jobs: dict[str, Run] = {
        **{f"deploy {key}": _bound(jobs.deploy_again, key) for key in jobs.resources},
        "ask the public": jobs.ask_the_public,
        **{f"look at {key}": _bound(jobs.look_at, key) for key in jobs.resources},
        **{f"label {key}": _bound(jobs.label, key) for key in jobs.replies},
        "tell of the end": jobs.tell_of_the_end,
    }
    of_people: dict[str, Run] = {
        "make a second workforce": people.make_a_second_workforce,
        "leave what is in use": people.leave_what_is_in_use,
        "deploy again": people.deploy_again,
        "wire the portal": people.wire_the_portal,
        "open the portal": people.open_the_portal,
        "tie addresses": people.tie_addresses,
        "invite and remove": people.invite_and_remove,
    }
    buckets: dict[str, Run] = {
        f"empty {each.event['LogicalResourceId']}": Bucket(
            client=account.client, emptying=each
        ).empty
        for each in account.resources("main-Data", outputs, account.client)
    }
    return [
        Roles(client=account.client, permissions=permissions(account.client, stack), runs=runs)
        for stack, runs in (
            ("main-Labeling", of_jobs),
            ("main-Workforce", of_people),
            ("main-Data", buckets),
        )
    ]


def _jobs(account: Account, outputs: Mapping[str, str]) -> Jobs:
    """Label the masks that another job reviews, and stop what workers would see besides."""
    resources = account.resources("main-Labeling", outputs, account.client)
    found = account.client("cloudformation").describe_stack_resources(StackName="main-Labeling")
    (queue,) = (
        each["PhysicalResourceId"]
        for each in found["StackResources"]
        if each["ResourceType"] == "AWS::SQS::Queue"
    )
    jobs = Jobs(
        client=account.client,
        worker=Worker(account.aws.mailbox, "ana@example.com", account.aws.ca_bundle),
        browser=account.browser,
        mailbox=account.aws.mailbox,
        resources={
            each.event["ResourceProperties"]["NamePrefix"].removeprefix("main-"): each
            for each in resources
        },
        replies=_REPLIES,
        environment="main",
        dead_letters=queue,
    )
    return jobs.with_reviews("streets-checked", of="streets")


def _roll_back(account: Account, check: CustomResource) -> None:
    """Let a deployment of people fail, so that it is the last of their stack and was taken back."""
    formation, name = account.client("cloudformation"), "main-Workforce"
    found = formation.get_template(StackName=name)["TemplateBody"]
    template = json.loads(found) if isinstance(found, str) else dict(found)
    properties = check.properties(Environment="second", WorkforceName="second")
    template["Resources"]["Second"] = {"Type": "Custom::WorkforceCheck", "Properties": properties}
    formation.update_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM"],
    )
    while not (status := _status(account, name)).endswith("_COMPLETE"):
        time.sleep(0.1)
    if "ROLLBACK" not in status:
        raise RuntimeError(f"stack {name} should have been taken back, it is {status}")


def _status(account: Account, name: str) -> str:
    stacks = account.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return str(stacks[0]["StackStatus"])


def _bound(run: Callable[[str], None], key: str) -> Run:
    return lambda: run(key)


def _lines(*entries: Mapping[str, Any]) -> bytes:
    return "".join(f"{json.dumps(entry)}\n" for entry in entries).encode()
