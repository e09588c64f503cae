"""People of an own identity provider, invitations by SES, and a team that gets its topic later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.aws import LocalAws
from local.worker import Worker, WorkerError
from tests.e2e.changes import soon_refused, without_topic
from tests.e2e.identity_provider import IdentityProvider, identity_provider
from tests.e2e.project import CREATE, Project, team_of


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("elsewhere")
    with LocalAws(folder) as aws:
        project = Project(aws=aws, folder=folder)
        project.write("dev", {"create": CREATE, "teams": {"readers": team_of("ana")}})
        project.cdk("dev").bootstrap(aws.account, aws.region)
        yield project


@pytest.fixture(scope="module")
def provider(project: Project) -> Iterator[IdentityProvider]:
    with identity_provider(project.aws.state) as provider:
        provider.passwords = {"ana": "Ana's password"}
        provider.claims = {
            "ana": {
                "sagemaker:groups": ["labelers"],
                "sagemaker:sub": "sub-of-ana",
                "sagemaker:client_id": provider.client_id,
                "sagemaker:name": "Ana",
            }
        }
        yield provider


def _oidc(project: Project, provider: IdentityProvider) -> dict[str, Any]:
    secret = project.aws.client("secretsmanager").create_secret(
        Name="provider", SecretString=provider.client_secret
    )
    return {
        "client_id": provider.client_id,
        "client_secret": secret["ARN"],
        "issuer": provider.endpoint,
        "authorization_endpoint": f"{provider.endpoint}/authorize",
        "token_endpoint": f"{provider.endpoint}/token",
        "user_info_endpoint": f"{provider.endpoint}/userinfo",
        "logout_endpoint": f"{provider.endpoint}/logout",
        "jwks_uri": f"{provider.endpoint}/keys",
    }


def _ana(project: Project) -> Worker:
    return Worker(project.aws.mailbox, "ana", project.aws.ca_bundle, password="Ana's password")  # noqa: S106  # of tests only


def test_people_of_an_own_identity_provider_log_in_after_one_deployment(
    project: Project, provider: IdentityProvider
) -> None:
    team = {"description": "Reads numbers", "groups": ["labelers"]}
    oidc = _oidc(project, provider)

    outputs = project.deploy("dev", {"oidc": oidc, "teams": {"readers": team}})

    with pytest.raises(WorkerError, match="not registered"):
        _ana(project).sign_in()
    provider.redirect_uris = {outputs["CallbackUrl"]}
    assert _ana(project).sign_in().url == f"{outputs['PortalUrl']}/"
    template = project.aws.client("cloudformation").get_template(StackName="dev-Workforce")
    assert provider.client_secret not in str(template)

    printed = project.refusal(
        "dev", {"oidc": {**oidc, "client_id": "another"}, "teams": {"readers": team}}
    )

    assert "dev-readers" in printed
    assert provider.client_secret not in printed
    assert _ana(project).sign_in().url == f"{outputs['PortalUrl']}/"

    project.destroy("dev")

    assert project.aws.client("sagemaker").list_workforces()["Workforces"] == []


def test_nobody_is_invited_before_the_sender_is_confirmed(project: Project) -> None:
    workforce = {
        "create": {**CREATE, "email_from": "labeling@example.com"},
        "teams": {"readers": team_of("ana")},
    }
    project.write("dev", workforce)
    project.cdk("dev").deploy("Data")

    unconfirmed = project.refusal("dev", workforce)
    project.follow_links("labeling")
    in_sandbox = project.refusal("dev", workforce)
    project.aws.client("sesv2").put_account_details(
        MailType="TRANSACTIONAL", WebsiteURL="https://example.com", ProductionAccessEnabled=True
    )
    project.deploy("dev")

    assert "labeling@example.com" in unconfirmed
    assert "sandbox" in in_sandbox
    (mail,) = project.invitations("ana")
    assert "labeling@example.com" in mail["sender"]
    assert "ana@example.com" in project.worker("ana").sign_in().text


def test_a_team_that_gets_its_topic_later_tells_its_workers(project: Project) -> None:
    project.changes = (soon_refused, without_topic)
    project.deploy("dev")
    sagemaker = project.aws.client("sagemaker")
    before = sagemaker.describe_workteam(WorkteamName="dev-readers")["Workteam"]

    project.changes = (soon_refused,)
    project.deploy("dev")

    after = sagemaker.describe_workteam(WorkteamName="dev-readers")["Workteam"]
    assert "NotificationTopicArn" not in before["NotificationConfiguration"]
    topic = after["NotificationConfiguration"]["NotificationTopicArn"]
    (subscription,) = project.aws.client("sns").list_subscriptions_by_topic(TopicArn=topic)[
        "Subscriptions"
    ]
    assert subscription["Endpoint"] == "ana@example.com"
    assert "ana@example.com" in project.worker("ana").sign_in().text
    project.destroy("dev")
