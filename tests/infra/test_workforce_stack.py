"""A workforce that is made here, as CloudFormation will get it."""

import json
from collections.abc import Callable
from typing import Any

from cli.plan.create_only import changed_create_only
from ground_truth.config import Environment, load
from tests.environments import SHIPPED, shipped
from tests.infra.synthesis import Synthesis
from workforce.groups import marker_description, marker_of


def test_nobody_can_sign_up(local: Synthesis) -> None:
    pool = local.properties("Workforce", "AWS::Cognito::UserPool")

    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["UsernameAttributes"] == ["email"]


def test_the_client_has_a_secret_and_the_code_grant_only(local: Synthesis) -> None:
    client = local.properties("Workforce", "AWS::Cognito::UserPoolClient")

    assert client["GenerateSecret"] is True
    assert client["AllowedOAuthFlows"] == ["code"]


def test_the_domain_is_made_of_the_stack_s_own_id(local: Synthesis) -> None:
    domain = local.properties("Workforce", "AWS::Cognito::UserPoolDomain")["Domain"]

    assert "AWS::StackId" in json.dumps(domain)
    assert "AWS::AccountId" not in json.dumps(domain)


def test_everything_waits_for_the_check(local: Synthesis) -> None:
    check = local.id_of("Workforce", "Custom::WorkforceCheck")

    for kind in (
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolGroup",
        "AWS::KMS::Key",
        "AWS::SNS::Topic",
    ):
        for resource in local.resources("Workforce", kind):
            assert check in resource["DependsOn"], kind


def test_destroy_runs_from_workers_to_team_to_workforce_to_groups_and_domain(
    local: Synthesis,
) -> None:
    before = {
        kind: local.after("Workforce", kind)
        for kind in (
            "Custom::Workers",
            "Custom::PortalLogin",
            "AWS::SageMaker::Workteam",
            "AWS::SageMaker::Workforce",
        )
    }

    assert {"Custom::PortalLogin", "AWS::SageMaker::Workteam"} <= before["Custom::Workers"]
    assert "AWS::SageMaker::Workteam" in before["Custom::PortalLogin"]
    assert "AWS::SageMaker::Workforce" in before["AWS::SageMaker::Workteam"]
    assert {
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::UserPoolDomain",
        "AWS::Cognito::UserPoolGroup",
    } <= before["AWS::SageMaker::Workforce"]


def test_a_team_is_its_group_and_its_topic(local: Synthesis) -> None:
    team = local.properties("Workforce", "AWS::SageMaker::Workteam")
    (topic,) = (
        name
        for name, each in local.templates["Workforce"].find_resources("AWS::SNS::Topic").items()
        if each["Properties"]["DisplayName"] == "Labeling work for local-number-readers"
    )

    (member,) = team["MemberDefinitions"]
    assert team["WorkteamName"] == "local-number-readers"
    assert member["CognitoMemberDefinition"]["CognitoUserGroup"] == team["WorkteamName"]
    assert team["NotificationConfiguration"] == {"NotificationTopicArn": {"Ref": topic}}


def test_workers_are_invited_when_all_else_is_there(local: Synthesis) -> None:
    workers = local.properties("Workforce", "Custom::Workers")

    assert workers["Members"] == [
        {"Email": "ana@example.com", "Teams": ["local-number-readers"]},
        {"Email": "bo@example.com", "Teams": ["local-number-readers"]},
    ]
    assert workers["MarkerGroup"] == "local-workers"
    assert workers["KeepAccounts"] is False


def test_the_invitation_has_a_place_for_the_portal(local: Synthesis) -> None:
    invitation = local.properties("Workforce", "Custom::PortalLogin")["Invitation"]

    assert invitation["Subject"] == "Label data for Example Labs"
    assert '<a href="{portal}"' in invitation["Body"]
    assert "labeling@example.com" in invitation["Body"]
    assert "{username}" in invitation["Body"]
    assert "{####}" in invitation["Body"]


def test_workers_and_those_to_notify_are_subscribed(prod: Synthesis) -> None:
    subscribed = {
        (each["Properties"]["TopicArn"]["Ref"].split("Notifications")[1][:4], name)
        for each in prod.resources("Workforce", "AWS::SNS::Subscription")
        for name in [each["Properties"]["Endpoint"]]
    }

    workers = ("ana@example.com", "bo@example.com", "cleo@example.com")
    assert subscribed == {
        ("Jobs", "lead@example.com"),
        *(("numb", name) for name in (*workers, "lead@example.com")),
    }


def test_what_can_t_be_delivered_is_kept(prod: Synthesis) -> None:
    queue = prod.id_of("Workforce", "AWS::SQS::Queue")

    for each in prod.resources("Workforce", "AWS::SNS::Subscription"):
        policy = each["Properties"]["RedrivePolicy"]
        assert policy == {"deadLetterTargetArn": {"Fn::GetAtt": [queue, "Arn"]}}


def test_topics_are_under_a_customer_key_that_ground_truth_may_use_whatever_it_says_of_itself(
    local: Synthesis,
) -> None:
    key = local.id_of("Workforce", "AWS::KMS::Key")
    policy = local.properties("Workforce", "AWS::KMS::Key")["KeyPolicy"]["Statement"]

    (statement,) = (each for each in policy if "Service" in each["Principal"])
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert "Condition" not in statement
    for topic in local.resources("Workforce", "AWS::SNS::Topic"):
        assert topic["Properties"]["KmsMasterKeyId"] == {"Fn::GetAtt": [key, "Arn"]}


def test_what_functions_may_do_to_teams_names_each_of_them(
    synthesise: Callable[[Environment], Synthesis],
) -> None:
    adopting = synthesise(load(SHIPPED.with_name("environments") / "adopting.yaml"))

    arns = {
        json.dumps(resource)
        for policy in adopting.resources("Workforce", "AWS::IAM::ManagedPolicy")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for resource in _listed(statement["Resource"])
        if ":workteam/" in json.dumps(resource)
    }

    assert arns
    assert [each for each in arns if "*" in each] == []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_a_team_s_topic_takes_messages_of_that_team_only(local: Synthesis) -> None:
    allowed = [
        statement
        for each in local.resources("Workforce", "AWS::SNS::TopicPolicy")
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]

    (statement,) = allowed
    assert statement["Sid"] == "AwsSagemaker_SnsAccessPolicy"
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    sources = json.dumps(statement["Condition"]["ArnLike"])
    assert ":workteam/local-number-readers" in sources
    assert ":workteam/private-crowd/local-number-readers" in sources
    assert "*" not in sources
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": {"Ref": "AWS::AccountId"}
    }


def test_what_opens_a_portal_again_is_made_before_its_restriction(prod: Synthesis) -> None:
    # So there is something to delete as soon as there is something to lift.
    network = prod.properties("Workforce", "Custom::PortalNetwork")
    workforce = prod.properties("Workforce", "AWS::SageMaker::Workforce")

    assert network["WorkforceName"] == workforce["WorkforceName"]
    assert network["Cidrs"] == workforce["SourceIpConfig"]["Cidrs"]
    assert "Custom::PortalNetwork" in prod.after("Workforce", "AWS::SageMaker::Workforce")


def test_a_portal_that_opens_everywhere_has_nothing_to_open_it_again(local: Synthesis) -> None:
    assert local.resources("Workforce", "Custom::PortalNetwork") == []


def _policies(synthesis: Synthesis) -> dict[str, str]:
    """Return the policies of the function by their ids, as text."""
    found = synthesis.templates["Workforce"].find_resources("AWS::IAM::ManagedPolicy")
    return {name: json.dumps(each["Properties"]) for name, each in found.items()}


def test_the_right_to_open_a_portal_is_there_as_long_as_what_does_it(
    local: Synthesis, prod: Synthesis
) -> None:
    (name,) = (
        name for name, text in _policies(prod).items() if "sagemaker:UpdateWorkforce" in text
    )

    assert "NetworkPolicy" in name
    assert "workforce/prod" in _policies(prod)[name]
    assert name in prod.resources("Workforce", "Custom::PortalNetwork")[0]["DependsOn"]
    assert "NetworkPolicy" not in "".join(_policies(local))
    assert "sagemaker:UpdateWorkforce" not in "".join(_policies(local).values())


def test_without_a_second_factor_a_pool_is_as_it_always_was(
    local: Synthesis, prod: Synthesis
) -> None:
    for each in (local, prod):
        pool = each.properties("Workforce", "AWS::Cognito::UserPool")
        assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == (
            "OPTIONAL",
            ["SOFTWARE_TOKEN_MFA"],
        )


def test_a_pool_can_be_without_a_schema_and_is_no_other_one(
    local: Synthesis, synthesise: Callable[[Environment], Synthesis]
) -> None:
    environment = shipped("local")
    create = environment.workforce.create
    assert create is not None
    without = create.model_copy(update={"pool_schema": False})
    workforce = environment.workforce.model_copy(update={"create": without})
    changed = synthesise(environment.model_copy(update={"workforce": workforce}))

    before, after = (
        each.properties("Workforce", "AWS::Cognito::UserPool") for each in (local, changed)
    )

    assert before == {
        **after,
        "Schema": [{"Mutable": True, "Name": "email", "Required": True}],
    }
    assert changed_create_only("AWS::Cognito::UserPool", "us-east-1", before, after) == []


def test_all_but_the_workforce_has_the_environment_s_tags(prod: Synthesis) -> None:
    tag = {"Key": "cost-center", "Value": "labeling"}

    assert "Tags" not in prod.properties("Workforce", "AWS::SageMaker::Workforce")
    for kind in ("AWS::KMS::Key", "AWS::SageMaker::Workteam", "AWS::SNS::Topic"):
        for resource in prod.resources("Workforce", kind):
            assert tag in resource["Properties"]["Tags"]


def test_what_others_need_is_an_output(local: Synthesis) -> None:
    outputs = local.templates["Workforce"].find_outputs("*")

    assert "PortalUrl" in json.dumps(outputs["PortalUrl"]["Value"])
    assert {
        name: outputs[name]["Export"]["Name"]
        for name in ("UserPoolId", "ClientId", "WorkforceName")
    } == {
        "UserPoolId": "local-UserPoolId",
        "ClientId": "local-ClientId",
        "WorkforceName": "local-WorkforceName",
    }


def test_the_function_knows_the_marker_group_by_the_words_of_the_template(
    local: Synthesis,
) -> None:
    groups = local.resources("Workforce", "AWS::Cognito::UserPoolGroup")
    words = {each["Properties"]["GroupName"]: each["Properties"]["Description"] for each in groups}

    assert words[marker_of("local")] == marker_description("local")
