"""What a plan calls the properties of custom resources, most of them by the keys that make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cli.plan.references import is_function
from ground_truth.config import Job
from ground_truth.config.effects import property_words
from ground_truth.config.workforce import Network, Oidc

#: What no key makes, with the reason in between.
_OF_NO_KEY: Final[Mapping[str, Mapping[str, str]]] = {
    "Custom::LabelingJob": {
        # The environment's name and the job's key.
        "NamePrefix": "name",
        # Of the stacks; a bucket may also be that of an address in the file.
        "Input.Bucket": "input bucket",
        "Files.Bucket": "output bucket",
        "Request.OutputConfig": "place of the labels",
        "Request.RoleArn": "execution role",
        # What the task, its data and its template demand.
        "Input.Kind": "kind of data",
        "Input.MinimumObjects": "fewest data objects",
        "Input.MaximumObjects": "most data objects",
        "Input.MaximumCharacters": "most characters of a text",
        "Input.MaximumBytes": "most bytes of a data object",
        "Input.MaximumFrames": "most frames of a sequence",
        "Input.RequiredNames": "names that the template shows",
        "Request.HumanTaskConfig.UiConfig": "user interface",
        "Files.LabelCategories.document-version": "dialect of the label file",
        "Files.LabelCategories.documentVersion": "dialect of the label file",
        # Said in the label file once more.
        "Files.LabelCategories.auditLabelAttributeName": "label attribute of the reviewed labels",
    },
    "Custom::OidcWorkforce": {
        # The environment's name.
        "WorkforceName": "name",
        # Of the environment.
        "Tags": "tags",
    },
    # The others stand for what several keys and resources make together.
    "Custom::PortalLogin": {
        "ClientId": "portal client",
        "ClientSettings": "settings of the portal client",
        "Invitation": "invitation",
        "Keep": "keep addresses",
        "PoolSettings": "settings of the user pool",
        "SubDomain": "host of the portal",
        "Teams": "teams",
        "UserPoolId": "user pool",
        "WorkforceName": "workforce",
    },
    "Custom::PortalNetwork": {"WorkforceName": "workforce"},
    "Custom::PoolProtection": {"UserPoolId": "user pool"},
    "Custom::Subscriptions": {
        "DeadLetters": "queue of what could not be delivered",
        "Topics": "addresses of the topics",
        "Revision": "version of the list of people",
        "UserPoolId": "user pool",
    },
    "Custom::WorkerAccess": {
        "Descriptions": "descriptions of the teams",
        "SourceIp": "address of the internet",
        "Teams": "teams",
        "VpcSourceIp": "address of the VPC",
    },
    "Custom::Workers": {
        "Environment": "environment",
        "From": "list of people",
        "KeepAccounts": "keep accounts",
        "MarkerGroup": "group of the accounts that are made here",
        "Members": "people",
        "Revision": "version of the list of people",
        "Teams": "teams of the list of people",
        "UserPoolId": "user pool",
    },
    "Custom::WorkforceCheck": {
        "ClientId": "portal client",
        "EmailFrom": "sender",
        "EmailIdentities": "identities of the sender",
        "Environment": "environment",
        "Mode": "where the workforce comes from",
        "UserPoolId": "user pool",
        "WorkforceName": "workforce",
    },
    # CDK's own.
    "Custom::S3AutoDeleteObjects": {"BucketName": "bucket"},
}
_OF_ALL: Final = {
    "ServiceToken": "function of the deployment",
    "ServiceTimeout": "time-out of the deployment",
}
_OF_KEYS: Final = {
    "Custom::LabelingJob": dict(property_words(Job)),
    "Custom::OidcWorkforce": dict(property_words(Oidc, ("Oidc",))),
    "Custom::PortalNetwork": dict(property_words(Network)),
}
_WORDS: Final = {
    kind: _OF_KEYS.get(kind, {})
    | {tuple(place.split(".")): words for place, words in {**of_kind, **_OF_ALL}.items()}
    for kind, of_kind in _OF_NO_KEY.items()
}


def words_of(kind: str, path: tuple[str, ...]) -> str | None:
    """Return the words for a property of a type of resource, None where there are none.

    The longest beginning of its path that has words counts.
    """
    words = _WORDS.get(kind, {})
    beginnings = (path[:length] for length in range(len(path), 0, -1))
    return next((words[each] for each in beginnings if each in words), None)


def leaves(
    old: Any, new: Any, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield what differs: the deepest members, but lists and functions of CloudFormation whole."""
    if old == new:
        return
    if not (_is_data(old) and _is_data(new)):
        yield path, old, new
        return
    for name in dict.fromkeys([*old, *new]):
        yield from leaves(old.get(name), new.get(name), (*path, name))


def _is_data(value: Any) -> bool:
    return isinstance(value, Mapping) and not is_function(value)
