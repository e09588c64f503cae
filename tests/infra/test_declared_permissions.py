"""bootstrap/permissions.yaml has all that AWS declares for our templates' types, or says why not.

What is declared stands in the resource schemas that AWS publishes and cfn-lint brings.
"""

from __future__ import annotations

import copy
from typing import Any, Final

import pytest

from local.services.cloudformation import NEVER_TAGGED, TAGGED_TOO
from tests.infra.deployment_permissions import (
    OF_NO_SCHEMA,
    PERMISSIONS,
    declared,
    problems,
    schemas,
    templates,
    used,
)

_TYPES: Final = {
    name: entry for name, entry in PERMISSIONS["types"].items() if name not in OF_NO_SCHEMA
}
_HANDLERS: Final = {"create", "read", "update", "delete", "list"}
_BUCKET: Final = "AWS::S3::Bucket"


@pytest.mark.parametrize("name", _TYPES)
def test_each_declared_action_is_allowed_or_left_out_with_a_reason(name: str) -> None:
    found = schemas(name)

    assert found
    assert [problem for schema in found for problem in problems(name, _TYPES[name], schema)] == []


def test_the_types_are_those_of_the_templates() -> None:
    of_templates = {name for name in templates() if name.startswith("AWS::")}

    assert set(_TYPES) == of_templates - {"AWS::CDK::Metadata"}


def test_what_has_no_schema_is_custom_resources_and_what_every_stack_reads() -> None:
    custom = {name for name in templates() if not name.startswith("AWS::")}

    assert custom
    assert {name for name in custom if not name.startswith("Custom::")} == set()
    assert set(OF_NO_SCHEMA) <= PERMISSIONS["types"].keys()


@pytest.mark.parametrize("name", _TYPES)
def test_no_template_has_a_property_whose_actions_are_left_out(name: str) -> None:
    assert list(used(name, _TYPES[name], templates()[name])) == []


@pytest.mark.parametrize("name", _TYPES)
def test_properties_whose_actions_are_left_out_are_those_of_the_type(name: str) -> None:
    known = set.union(*(set(schema["properties"]) for schema in schemas(name)))
    paths = [path for group in _TYPES[name].get("left out", ()) for path in group.get("for", ())]

    assert [path for path in paths if path.partition(".")[0] not in known] == []


@pytest.mark.parametrize("name", _TYPES)
def test_what_is_left_out_has_one_reason(name: str) -> None:
    for group in _TYPES[name].get("left out", ()):
        assert ("for" in group) != ("because" in group)
        reason = group.get("because", "")
        assert "for" in group or (len(reason.split()) > 4 and reason.endswith("."))


def test_handlers_that_are_left_out_are_some_of_aws_s_with_a_reason() -> None:
    for handler, reason in PERMISSIONS["left out"].items():
        assert handler in _HANDLERS
        assert len(reason.split()) > 4


def test_every_scope_of_the_types_is_one_of_a_policy_that_deploys_and_the_other_way_round() -> None:
    of_policies = {
        scope
        for name, policy in PERMISSIONS["policies"].items()
        if name != "Boundary"
        for scope, content in policy["scopes"].items()
        if "actions" not in content
    }
    of_types = {scope for entry in PERMISSIONS["types"].values() for scope in entry["actions"]}

    assert of_policies == of_types


@pytest.mark.parametrize("name", ["AWS::Cognito::UserPool", *TAGGED_TOO])
def test_what_is_known_by_cloudformation_s_own_tag_gets_it(name: str) -> None:
    """AWS says of a type whether it does."""
    assert {each["tagging"]["cloudFormationSystemTags"] for each in schemas(name)} == {True}


@pytest.mark.parametrize("name", NEVER_TAGGED)
def test_what_local_aws_gives_no_such_tag_gets_none(name: str) -> None:
    assert {each["tagging"]["cloudFormationSystemTags"] for each in schemas(name)} == {False}


# --- what a change of a schema or of a template does


def _schema(handler: str, *, more: str = "", less: str = "") -> dict[str, Any]:
    (found,) = schemas(_BUCKET)
    schema: dict[str, Any] = copy.deepcopy(dict(found))
    actions = schema["handlers"][handler]["permissions"]
    schema["handlers"][handler]["permissions"] = [
        *(each for each in actions if each != less),
        *([more] if more else []),
    ]
    return schema


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (_schema("update", more="s3:PutBucketColor"), "s3:PutBucketColor is declared for update"),
        (_schema("delete", more="s3:CreateBucket"), "s3:CreateBucket is declared for create, del"),
        (_schema("create", less="s3:CreateBucket"), "s3:CreateBucket is not declared any more"),
        (_schema("create", less="s3:DeleteObject"), "s3:DeleteObject is not declared any more"),
    ],
)
def test_another_schema_is_found(schema: dict[str, Any], words: str) -> None:
    (problem,) = problems(_BUCKET, _TYPES[_BUCKET], schema)

    assert words in problem


def test_an_action_of_a_left_out_handler_is_no_problem() -> None:
    schema = _schema("list", more="s3:ListEverything")

    assert list(problems(_BUCKET, _TYPES[_BUCKET], schema)) == []


def test_a_property_that_comes_into_a_template_is_found() -> None:
    website = {"WebsiteConfiguration": {"IndexDocument": "index.html"}}

    (problem,) = used(_BUCKET, _TYPES[_BUCKET], [{}, website])

    assert "WebsiteConfiguration is used, and s3:DeleteBucketWebsite, s3:PutBucketW" in problem


def test_a_property_inside_of_another_is_found() -> None:
    function = "AWS::Lambda::Function"

    (problem,) = used(function, _TYPES[function], [{"Code": {"S3ObjectVersion": "1"}}])

    assert "Code.S3ObjectVersion is used" in problem


def test_actions_for_tags_alone_are_declared_too() -> None:
    (function,) = schemas("AWS::Lambda::Function")

    assert declared(function)["lambda:ListTags"] == {"tagging"}
