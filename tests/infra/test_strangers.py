"""Neither who deploys `dev` nor any of its roles reaches what is somebody else's in the account.

Every action that the policies have is asked for on every stranger of the types that the action
takes, which AWS's service authorization reference says, with all that the asker may choose. What
actions without resources reach, and what else stays open, stands here with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from tests.infra.authorization import action_resources, listed
from tests.infra.simulation import ACCOUNT, BOUNDARY, REGION, Policies, Request
from tests.infra.strangers import STRANGERS, requests

_HERE: Final = f"{REGION}:{ACCOUNT}"
_NETWORK: Final = {"ec2:vpc", "ec2:subnet", "ec2:security-group"}
#: Who asks, the action and the type of what it reaches → why.
_OPEN: Final = {
    ("deploy", "ses:CreateEmailIdentity", "ses:identity"): "what is there already SES refuses",
    **{
        (who, "ec2:CreateVpcEndpoint", kind): "the file names the network of its portal"
        for who in ("deploy", "roles")
        for kind in _NETWORK
    },
    (
        "roles",
        "sagemaker:DescribeWorkforce",
        "sagemaker:workforce",
    ): "a Region has one, of any name",
    (
        "roles",
        "sagemaker:CreateLabelingJob",
        "sagemaker:labeling-job",
    ): "a name that is taken SageMaker refuses",
}
#: Actions that know no resources → what they do.
_WITHOUT_RESOURCES: Final = {
    "make what is new": {"cognito-idp:CreateUserPool", "kms:CreateKey", "cloudwatch:PutMetricData"},
    "list and describe": {
        "cognito-idp:DescribeUserPoolDomain",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "logs:DescribeIndexPolicies",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "sagemaker:ListLabelingJobs",
        "sagemaker:ListWorkforces",
        "sagemaker:ListWorkteams",
        "ses:GetAccount",
        "sns:GetSubscriptionAttributes",
    },
    # docs/security.md says it of an account that others share.
    "reach the subscriptions of others, whose ARNs end with chance": {
        "sns:SetSubscriptionAttributes",
        "sns:Unsubscribe",
    },
}

Who = tuple[str, Callable[[Request], bool], list[str]]


def _whos(policies: Policies) -> Iterator[Who]:
    deploying = [name for name in policies.documents if name != BOUNDARY]
    for name, ask, documents in (
        ("deploy", policies.let_deploy, deploying),
        ("roles", policies.let_roles, [BOUNDARY]),
    ):
        actions = {
            action
            for document in documents
            for statement in policies.documents[document]
            for action in listed(statement["Action"])
        }
        yield name, ask, sorted(actions)


def _reached(policies: Policies) -> set[tuple[str, str, str]]:
    return {
        (who, action, kind)
        for who, ask, actions in _whos(policies)
        for action in actions
        for kind in action_resources(action) & STRANGERS.keys()
        for request in requests(action, kind)
        if ask(request)
    }


def test_no_action_reaches_a_stranger_but_for_a_reason() -> None:
    assert _reached(Policies()) == _OPEN.keys()


def test_what_a_file_names_besides_is_all_that_more_is_reached() -> None:
    named = Policies(
        Buckets=["arn:aws:s3:::letters", "arn:aws:s3:::letters/*"],
        Keys=[f"arn:aws:kms:{_HERE}:key/4e5f"],
        UserPools=[f"arn:aws:cognito-idp:{REGION}:*:userpool/{REGION}_Adopted"],
        Secrets=[f"arn:aws:secretsmanager:{_HERE}:secret:labeling-a1B2c3"],
        Functions=[f"arn:aws:lambda:{_HERE}:function:receipts"],
    )

    assert _reached(named) == _OPEN.keys()


@pytest.mark.parametrize(
    ("parameters", "action", "resource"),
    [
        ({"Buckets": ["arn:aws:s3:::b/*"]}, "s3:GetObject", "arn:aws:s3:::b/x"),
        ({"Keys": [f"arn:aws:kms:{_HERE}:key/4e"]}, "kms:Decrypt", f"arn:aws:kms:{_HERE}:key/4e"),
        (
            {"UserPools": [f"arn:aws:cognito-idp:{REGION}:*:userpool/x_A"]},
            "cognito-idp:AdminCreateUser",
            f"arn:aws:cognito-idp:{_HERE}:userpool/x_A",
        ),
        (
            {"Secrets": [f"arn:aws:secretsmanager:{_HERE}:secret:s-a1B2c3"]},
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:{_HERE}:secret:s-a1B2c3",
        ),
        (
            {"Functions": [f"arn:aws:lambda:{_HERE}:function:f"]},
            "lambda:InvokeFunction",
            f"arn:aws:lambda:{_HERE}:function:f",
        ),
    ],
)
def test_a_role_reaches_what_the_file_names_only_where_a_parameter_names_it(
    parameters: dict[str, Any], action: str, resource: str
) -> None:
    request = Request(action=action, resource=resource)

    assert Policies(**parameters).let_roles(request)
    assert not Policies().let_roles(request)


def test_the_pool_of_an_environment_that_is_shared_with_can_be_used_and_not_changed() -> None:
    pool = f"arn:aws:cognito-idp:{_HERE}:userpool/x_A"
    tag = {"aws:ResourceTag/aws:cloudformation:stack-name": "main-Workforce"}
    shared = Policies(SharedWith="main")

    def ask(action: str) -> Request:
        return Request(action=f"cognito-idp:{action}", resource=pool, context=tag)

    assert shared.let_roles(ask("AdminCreateUser"))
    assert shared.let_deploy(ask("CreateGroup"))
    assert not Policies().let_deploy(ask("CreateGroup"))
    assert not shared.let_deploy(ask("DeleteUserPool"))


@pytest.mark.parametrize(
    ("context", "is_allowed"),
    [
        ({}, False),
        # What a role calls KMS with itself, it can choose.
        ({"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::dev-data-datainputc289b3f3-0"}, False),
        (
            {
                "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::dev-webshop/x",
                "kms:ViaService": f"s3.{REGION}.amazonaws.com",
            },
            False,
        ),
        (
            {
                "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::dev-data-datainputc289b3f3-0",
                "kms:ViaService": f"s3.{REGION}.amazonaws.com",
            },
            True,
        ),
        ({"kms:ViaService": f"sns.{REGION}.amazonaws.com"}, True),
    ],
)
def test_a_key_serves_a_role_for_the_environment_s_own_buckets_and_topics_only(
    context: dict[str, str], *, is_allowed: bool
) -> None:
    key = f"arn:aws:kms:{_HERE}:key/of-anybody"
    request = Request(action="kms:Decrypt", resource=key, context=context)

    assert Policies().let_roles(request) is is_allowed


def test_what_knows_no_resources_is_listed_with_what_it_does() -> None:
    found = {
        action
        for _, _, actions in _whos(Policies())
        for action in actions
        if not action_resources(action)
    }

    assert found == set().union(*_WITHOUT_RESOURCES.values())


def test_tags_of_the_file_s_keys_and_no_others_can_be_put_on_a_key_of_others() -> None:
    """What docs/security.md says: KMS asks for the tags of a new key as for those of any key."""
    key = f"arn:aws:kms:{_HERE}:key/of-others"
    tagged = Policies(TagKeys=["aws:cloudformation:*", "cost-center"])

    def ask(*keys: str) -> Request:
        return Request(action="kms:TagResource", resource=key, context={"aws:TagKeys": [*keys]})

    assert tagged.let_deploy(ask("cost-center"))
    assert not tagged.let_deploy(ask("cost-center", "owner"))
    assert not Policies().let_deploy(ask("cost-center"))


@pytest.mark.parametrize("kind", STRANGERS)
def test_an_own_thing_of_each_kind_is_reached_so_that_the_question_is_a_question(kind: str) -> None:
    """The strangers' names and tags, made the environment's own."""
    policies = Policies(DataKey="0a1b")
    reached = {
        request.resource
        for _, ask, actions in _whos(policies)
        for action in actions
        if kind in action_resources(action)
        for request in requests(action, kind, change=_own)
        if ask(request)
    }

    assert reached or kind in _NEVER_OWN


#: Only what the file names, or the bootstrap's, is reached of these.
_NEVER_OWN: Final = {"secretsmanager:Secret"}


def _own(text: str) -> str:
    text = re.sub(r"dev-2-", "dev-", text)
    text = re.sub(r"workteam/((?:private-crowd/)?)webshop", r"workteam/\1dev-readers", text)
    text = re.sub(r"(workforce/)webshop", r"\1dev", text)
    text = text.replace("parameter/webshop/password", "parameter/cdk-bootstrap/hnb659fds/version")
    return text.replace("com.amazonaws.", "aws.sagemaker.labeling.")
