"""The people's side, as CloudFormation will get it."""

import json

from tests.infra.synthesis import Synthesis


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


def test_the_workforce_waits_for_the_domain(local: Synthesis) -> None:
    (workforce,) = local.resources("Workforce", "AWS::SageMaker::Workforce")
    (domain,) = local.templates["Workforce"].find_resources("AWS::Cognito::UserPoolDomain")

    assert domain in workforce["DependsOn"]


def test_a_team_is_its_group_and_its_topic(local: Synthesis) -> None:
    team = local.properties("Workforce", "AWS::SageMaker::Workteam")
    group = local.properties("Workforce", "AWS::Cognito::UserPoolGroup")
    (topic,) = local.templates["Workforce"].find_resources("AWS::SNS::Topic")

    (member,) = team["MemberDefinitions"]
    assert team["WorkteamName"] == "local-number-readers" == group["GroupName"]
    assert member["CognitoMemberDefinition"]["CognitoUserGroup"] == group["GroupName"]
    assert team["NotificationConfiguration"] == {"NotificationTopicArn": {"Ref": topic}}


def test_workers_are_invited_by_mail_after_their_team_exists(local: Synthesis) -> None:
    (team,) = local.templates["Workforce"].find_resources("AWS::SageMaker::Workteam")
    users = local.resources("Workforce", "AWS::Cognito::UserPoolUser")

    assert [user["Properties"]["Username"] for user in users] == [
        "ana@example.com",
        "bo@example.com",
    ]
    for user in users:
        assert user["Properties"]["DesiredDeliveryMediums"] == ["EMAIL"]
        assert team in user["DependsOn"]


def test_the_topic_takes_messages_of_our_teams_and_rules_only(local: Synthesis) -> None:
    policy = local.properties("Workforce", "AWS::SNS::TopicPolicy")["PolicyDocument"]
    allowed = {
        statement["Principal"]["Service"]: statement["Condition"]
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
    }

    account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert {name: condition["StringEquals"] for name, condition in allowed.items()} == {
        "sagemaker.amazonaws.com": account["StringEquals"],
        "events.amazonaws.com": account["StringEquals"],
    }
    source = json.dumps(allowed["sagemaker.amazonaws.com"]["ArnLike"])
    assert ":workteam/*" in source


def test_the_portal_s_address_is_an_output(local: Synthesis) -> None:
    outputs = local.templates["Workforce"].find_outputs("PortalUrl")

    assert "SubDomain" in json.dumps(outputs)


def test_a_protected_environment_keeps_its_workers(prod: Synthesis) -> None:
    (pool,) = prod.resources("Workforce", "AWS::Cognito::UserPool")

    assert pool["DeletionPolicy"] == "RetainExceptOnCreate"
    assert pool["Properties"]["DeletionProtection"] == "ACTIVE"
