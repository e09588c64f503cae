"""Environment files in a folder of their own, deployed to a local AWS by the CDK command."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ground_truth.config import load_all
from local.aws import LocalAws
from local.browser import Browser
from local.cdk_cli import CdkError
from local.mailbox import as_json
from local.worker import Worker
from tests.assembly import Change, synthesise
from tests.e2e.changes import soon_refused
from tests.e2e.warm_cdk import WarmCdk

CREATE = {"organization": "Example Labs", "support_email": "labeling@example.com"}


@dataclass(kw_only=True)
class Project:
    """Environment files in a folder of their own, and the CDK command that deploys them."""

    aws: LocalAws
    folder: Path
    #: Environment → what its file says of the workforce.
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: What is done to the stacks besides.
    changes: tuple[Change, ...] = (soon_refused,)
    _with_data: set[str] = field(default_factory=set)
    #: Environment, all files and changes → the assembly, which is made once.
    _assemblies: dict[tuple[object, ...], Path] = field(default_factory=dict)

    @property
    def cognito(self) -> Any:
        """A client for Cognito."""
        return self.aws.client("cognito-idp")

    def write(self, name: str, workforce: dict[str, Any]) -> None:
        """Write an environment file."""
        self.files[name] = workforce
        content = {"region": self.aws.region, "protected": "false", "workforce": workforce}
        folder = self.folder / "environments"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False))

    def deploy(self, name: str, workforce: dict[str, Any] | None = None) -> dict[str, str]:
        """Deploy the people of an environment; return the outputs."""
        if workforce is not None:
            self.write(name, workforce)
        self.deploy_data(name)
        return self.cdk(name).deploy("Workforce", exclusively=True)

    def refusal(self, name: str, workforce: dict[str, Any]) -> str:
        """Deploy what must fail; return what the command printed of it, in one line."""
        self.write(name, workforce)
        cdk = self.cdk(name)
        start = cdk.log.stat().st_size if cdk.log.exists() else 0
        with pytest.raises(CdkError):
            self.deploy(name)
        return " ".join(cdk.log.read_bytes()[start:].decode().split())

    def deploy_data(self, name: str) -> None:
        """Deploy the data side once, whose key encrypts logs and to which SES's sender belongs."""
        if name not in self._with_data:
            self.cdk(name).deploy("Data")
            self._with_data.add(name)

    def destroy(self, name: str) -> None:
        """Destroy the people of an environment, and take its file away."""
        self.cdk(name).destroy("Workforce")
        (self.folder / "environments" / f"{name}.yaml").unlink()

    def worker(self, name: str) -> Worker:
        """Return `<name>@example.com` as a program."""
        return Worker(self.aws.mailbox, f"{name}@example.com", self.aws.ca_bundle)

    def mails(self, name: str) -> list[dict[str, Any]]:
        """Return all mails to `<name>@example.com`, the newest first."""
        box = Browser(self.aws.ca_bundle).open(as_json(self.aws.mailbox))
        mails: list[dict[str, Any]] = json.loads(box.content)["mails"]
        return [mail for mail in mails if mail["to"] == f"{name}@example.com"]

    def invitations(self, name: str) -> list[dict[str, Any]]:
        """Return the invitations of `<name>@example.com`."""
        return [mail for mail in self.mails(name) if "sns." not in mail["sender"]]

    def follow_links(self, name: str) -> None:
        """Do what the mails to `<name>@example.com` ask for."""
        for mail in self.mails(name):
            for link in re.findall(r"https://[^\s\"<]+", mail["body"]):
                Browser(self.aws.ca_bundle).open(link)

    def account(self, pool: str, name: str) -> dict[str, Any]:
        """Return the account of `<name>@example.com`; with its groups."""
        found = self.cognito.list_users(UserPoolId=pool, Filter=f'email = "{name}@example.com"')[
            "Users"
        ]
        if not found:
            return {}
        groups = self.cognito.admin_list_groups_for_user(
            UserPoolId=pool, Username=found[0]["Username"]
        )["Groups"]
        return {**found[0], "Groups": {group["GroupName"] for group in groups}}

    def cdk(self, name: str) -> WarmCdk:
        """Return the CDK command for an environment."""
        return WarmCdk(
            environment=name,
            variables=self.aws.environment,
            folder=self.folder,
            app=str(self.assembly(name)),
        )

    def assembly(self, name: str) -> Path:
        """Return the cloud assembly of an environment as its file is now."""
        files = sorted((self.folder / "environments").glob("*.yaml"))
        key = (name, self.changes, *((file.name, file.read_text()) for file in files))
        if key not in self._assemblies:
            folder = self.folder / "assemblies" / str(len(self._assemblies))
            chosen = [each for each in load_all(files[0].parent) if each.name == name]
            self._assemblies[key] = synthesise(chosen, folder, *self.changes)
        return self._assemblies[key]


def team_of(*workers: str, **more: Any) -> dict[str, Any]:
    """Return a team as an environment file says it, with `<name>@example.com` as workers."""
    addresses = [f"{name}@example.com" for name in workers]
    return {"description": "Reads numbers", "workers": addresses, **more}
