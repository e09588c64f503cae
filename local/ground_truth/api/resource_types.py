"""The CloudFormation resource types of Ground Truth, on top of its operations.

Properties and what replaces a resource:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_SageMaker.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

from local.ground_truth.api.service import GroundTruth
from local.ground_truth.api.tags import tag_list
from local.ground_truth.cloud import Scope
from local.ground_truth.errors import invalid

Properties = Mapping[str, Any]
Tags = Mapping[str, str]
#: Of the type's schema, OidcConfig.ClientId and ClientSecret.
_OIDC_CLIENT: Final = re.compile(r"[\w+]+", re.ASCII)
#: What CloudFormation puts before the API's names of a member's definition.
_PREFIXES: Final = {"CognitoMemberDefinition": "Cognito", "OidcMemberDefinition": "Oidc"}
#: Physical id and the attributes for Fn::GetAtt.
Made = tuple[str, dict[str, str]]


class Resource(Protocol):
    """How CloudFormation makes, changes and deletes resources of a type."""

    #: Properties whose change replaces the resource.
    create_only: tuple[str, ...]
    #: Whether a replaced resource is deleted before the new one is made.
    delete_first: bool

    def create(self, scope: Scope, generated_name: str, properties: Properties, tags: Tags) -> Made:
        """Make one; it has the generated name if the properties have none."""

    def update(
        self, scope: Scope, physical_id: str, properties: Properties, old: Tags, new: Tags
    ) -> Made:
        """Change one in place."""

    def delete(self, scope: Scope, physical_id: str) -> None:
        """Delete one; an absent one is no error."""

    def read(self, scope: Scope, physical_id: str) -> Properties | None:
        """Return the properties that one has; None if it is gone."""


class Workforces:
    """`AWS::SageMaker::Workforce`; Ref is the ARN."""

    create_only: tuple[str, ...] = ("WorkforceName", "CognitoConfig")
    delete_first = True
    _network = ("SourceIpConfig", "WorkforceVpcConfig", "IpAddressType")

    def __init__(self, ground_truth: GroundTruth) -> None:
        self._ground_truth = ground_truth

    def create(self, scope: Scope, generated_name: str, properties: Properties, tags: Tags) -> Made:
        name = properties.get("WorkforceName", generated_name)
        _check_oidc(properties)
        names = ("CognitoConfig", "OidcConfig", *self._network)
        request = {each: properties[each] for each in names if each in properties}
        self._ground_truth.call(scope, "CreateWorkforce", {"WorkforceName": name, **request})
        return self._made(scope, name, {}, tags)

    def update(
        self, scope: Scope, physical_id: str, properties: Properties, old: Tags, new: Tags
    ) -> Made:
        _check_oidc(properties)
        name = physical_id.rsplit("/", 1)[-1]
        # What a template has no more is left out, and stays as it is: no document says otherwise.
        request = {each: properties[each] for each in self._network if each in properties}
        workforce = self._ground_truth.account(scope).workforces[name]
        current = {**(workforce.oidc or {}), "ClientSecret": workforce.client_secret}
        if "OidcConfig" in properties and properties["OidcConfig"] != current:
            request["OidcConfig"] = properties["OidcConfig"]
        self._ground_truth.call(scope, "UpdateWorkforce", {"WorkforceName": name, **request})
        return self._made(scope, name, old, new)

    def delete(self, scope: Scope, physical_id: str) -> None:
        name = physical_id.rsplit("/", 1)[-1]
        if name in self._ground_truth.account(scope).workforces:
            self._ground_truth.call(scope, "DeleteWorkforce", {"WorkforceName": name})

    def read(self, scope: Scope, physical_id: str) -> Properties | None:
        name = physical_id.rsplit("/", 1)[-1]
        account = self._ground_truth.account(scope)
        if name not in account.workforces:
            return None
        request = {"WorkforceName": name}
        found = self._ground_truth.call(scope, "DescribeWorkforce", request)["Workforce"]
        return {**found, "Tags": tag_list(account.tags.get(physical_id, {}))}

    def _made(self, scope: Scope, name: str, old: Tags, new: Tags) -> Made:
        request = {"WorkforceName": name}
        workforce = self._ground_truth.call(scope, "DescribeWorkforce", request)["Workforce"]
        _tag(self._ground_truth, scope, workforce["WorkforceArn"], old, new)
        attributes = {each: workforce[each] for each in ("WorkforceArn", "SubDomain")}
        return workforce["WorkforceArn"], attributes


class Workteams:
    """`AWS::SageMaker::Workteam`; Ref is the ARN."""

    create_only: tuple[str, ...] = ("WorkteamName", "WorkforceName")
    delete_first = False

    def __init__(self, ground_truth: GroundTruth) -> None:
        self._ground_truth = ground_truth

    def create(self, scope: Scope, generated_name: str, properties: Properties, tags: Tags) -> Made:
        name = properties.get("WorkteamName", generated_name)
        request = {"WorkteamName": name, **_workteam_request(properties)}
        if "WorkforceName" in properties:
            request["WorkforceName"] = properties["WorkforceName"]
        self._ground_truth.call(scope, "CreateWorkteam", request)
        return self._made(scope, name, {}, tags)

    def update(
        self, scope: Scope, physical_id: str, properties: Properties, old: Tags, new: Tags
    ) -> Made:
        name = physical_id.rsplit("/", 1)[-1]
        request = {"WorkteamName": name, **_workteam_request(properties)}
        request.setdefault("NotificationConfiguration", {})
        self._ground_truth.call(scope, "UpdateWorkteam", request)
        return self._made(scope, name, old, new)

    def delete(self, scope: Scope, physical_id: str) -> None:
        name = physical_id.rsplit("/", 1)[-1]
        if name in self._ground_truth.account(scope).workteams:
            self._ground_truth.call(scope, "DeleteWorkteam", {"WorkteamName": name})

    def read(self, scope: Scope, physical_id: str) -> Properties | None:
        name = physical_id.rsplit("/", 1)[-1]
        account = self._ground_truth.account(scope)
        if name not in account.workteams:
            return None
        request = {"WorkteamName": name}
        found = self._ground_truth.call(scope, "DescribeWorkteam", request)["Workteam"]
        members = [
            {
                kind: {f"{_PREFIXES[kind]}{each}": value for each, value in definition.items()}
                for kind, definition in member.items()
            }
            for member in found["MemberDefinitions"]
        ]
        tags = tag_list(account.tags.get(physical_id, {}))
        return {**found, "MemberDefinitions": members, "Tags": tags}

    def _made(self, scope: Scope, name: str, old: Tags, new: Tags) -> Made:
        request = {"WorkteamName": name}
        team = self._ground_truth.call(scope, "DescribeWorkteam", request)["Workteam"]
        _tag(self._ground_truth, scope, team["WorkteamArn"], old, new)
        return team["WorkteamArn"], {each: team[each] for each in ("WorkteamArn", "WorkteamName")}


def _workteam_request(properties: Properties) -> dict[str, Any]:
    names = ("Description", "NotificationConfiguration")
    request = {name: properties[name] for name in names if name in properties}
    members = []
    for member in properties.get("MemberDefinitions", ()):
        members.append(
            {
                kind: {
                    name.removeprefix(_PREFIXES.get(kind, "")): value
                    for name, value in definition.items()
                }
                for kind, definition in member.items()
            }
        )
    return {**request, "MemberDefinitions": members}


def _check_oidc(properties: Properties) -> None:
    """Refuse ids and secrets that CloudFormation's schema does not know, though the API does."""
    for name in ("ClientId", "ClientSecret"):
        value = properties.get("OidcConfig", {}).get(name)
        if value is not None and not _OIDC_CLIENT.fullmatch(value):
            shown = value if name == "ClientId" else "the secret"
            raise invalid(
                f"Model validation failed (#/OidcConfig/{name}: failed validation constraint for"
                f" keyword [pattern], {shown} does not match {_OIDC_CLIENT.pattern})"
            )


def _tag(ground_truth: GroundTruth, scope: Scope, arn: str, old: Tags, new: Tags) -> None:
    gone = sorted(old.keys() - new.keys())
    if gone:
        ground_truth.call(scope, "DeleteTags", {"ResourceArn": arn, "TagKeys": gone})
    if new:
        ground_truth.call(scope, "AddTags", {"ResourceArn": arn, "Tags": tag_list(new)})
