"""People for tests of local AWS: a user pool with workers, a workforce and its portal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.aws import LocalAws
from local.worker import Worker

OAUTH: Final[Mapping[str, Any]] = {
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthScopes": ["openid", "email", "profile"],
    "CallbackURLs": ["https://127.0.0.1"],
    "SupportedIdentityProviders": ["COGNITO"],
}


@dataclass(frozen=True, kw_only=True)
class People:
    """A user pool with one client, and the account's workforce `default` on it."""

    aws: LocalAws
    region: str
    pool: str
    client: str

    @property
    def cognito(self) -> Any:
        """A client for Cognito."""
        return self.aws.client("cognito-idp", self.region)

    @property
    def sagemaker(self) -> Any:
        """A client for SageMaker."""
        return self.aws.client("sagemaker", self.region)

    @property
    def sub_domain(self) -> str:
        """The portal's host."""
        name: str = self.sagemaker.list_workforces()["Workforces"][0]["SubDomain"]
        return name

    def invite(self, name: str, groups: list[str]) -> None:
        """Let Cognito invite `<name>@example.com`."""
        email = f"{name}@example.com"
        self.cognito.admin_create_user(
            UserPoolId=self.pool,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}],
            DesiredDeliveryMediums=["EMAIL"],
        )
        for group in groups:
            self.cognito.admin_add_user_to_group(
                UserPoolId=self.pool, Username=email, GroupName=group
            )

    def worker(self, name: str, **more: Any) -> Worker:
        """Return `<name>@example.com` as a program."""
        return Worker(self.aws.mailbox, f"{name}@example.com", self.aws.ca_bundle, **more)

    def team(self, group: str, **more: Any) -> str:
        """Make a work team of a group; return its ARN."""
        member = {"UserPool": self.pool, "ClientId": self.client, "UserGroup": group}
        arn: str = self.sagemaker.create_workteam(
            WorkteamName=group,
            WorkforceName="default",
            MemberDefinitions=[{"CognitoMemberDefinition": member}],
            Description="Reads numbers",
            **more,
        )["WorkteamArn"]
        return arn

    def open_portal(self, **changes: Any) -> None:
        """Write the portal's URLs into the client, and `changes` of its settings."""
        self.cognito.update_user_pool_client(
            UserPoolId=self.pool,
            ClientId=self.client,
            **{
                **OAUTH,
                "CallbackURLs": [f"https://{self.sub_domain}/oauth2/idpresponse"],
                "LogoutURLs": [f"https://{self.sub_domain}/logout"],
                **changes,
            },
        )


def make_people(
    aws: LocalAws, workers: Mapping[str, list[str]], region: str | None = None
) -> People:
    """Make a pool with these workers, by name with their groups, and a workforce on it.

    Without a Region, where requests go that name none.
    """
    region = region or aws.region
    cognito = aws.client("cognito-idp", region)
    pool = cognito.create_user_pool(PoolName="workers", UsernameAttributes=["email"])
    pool_id = pool["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="portal", GenerateSecret=True, **OAUTH
    )["UserPoolClient"]["ClientId"]
    cognito.create_user_pool_domain(UserPoolId=pool_id, Domain=f"d{pool_id[-9:].lower()}")
    for group in sorted({group for groups in workers.values() for group in groups}):
        cognito.create_group(UserPoolId=pool_id, GroupName=group)
    people = People(aws=aws, region=region, pool=pool_id, client=client)
    make_workforce(people)
    for name, groups in workers.items():
        people.invite(name, groups)
    return people


def make_workforce(people: People) -> None:
    """Make the account's workforce, and wait until its portal is there."""
    people.sagemaker.create_workforce(
        WorkforceName="default",
        CognitoConfig={"UserPool": people.pool, "ClientId": people.client},
    )
    wait_until_active(people.sagemaker)


def wait_until_active(sagemaker: Any) -> None:
    """Wait until the workforce `default` is active."""
    while sagemaker.describe_workforce(WorkforceName="default")["Workforce"]["Status"] != "Active":
        pass
