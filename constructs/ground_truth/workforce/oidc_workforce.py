"""A private workforce whose people sign in at an identity provider of the organisation's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aws_cdk as cdk
from constructs import Construct, IDependable

from constructs.ground_truth.workforce.private_workforce import PortalVpc
from constructs.ground_truth.workforce.workforce import Workforce
from constructs.ground_truth.workforce.workforce_function import WorkforceFunction


@dataclass(frozen=True, kw_only=True)
class IdentityProvider:
    """A client of an OIDC identity provider (botocore: OidcConfig)."""

    client_id: str
    #: The ARN of the secret that holds the client's secret, which no template ever shows.
    client_secret_arn: str
    #: The customer key of that secret, if any.
    client_secret_key_arn: str | None = None
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    user_info_endpoint: str
    logout_endpoint: str
    jwks_uri: str
    scope: str | None = None
    extra_params: Mapping[str, str] = field(default_factory=dict)


class OidcWorkforce(Construct):
    """`Custom::OidcWorkforce`.

    CloudFormation's own type allows letters, digits, `_` and `+` only in a client's id and secret;
    those of most identity providers have hyphens, points or tildes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        provider: IdentityProvider,
        allowed_cidrs: Sequence[str] = (),
        vpc: PortalVpc | None = None,
        checked: IDependable,
        tags: Mapping[str, str],
        function: WorkforceFunction,
    ) -> None:
        super().__init__(scope, construct_id)

        self._permit(name, provider, function, in_vpc=vpc is not None)
        resource = function.resource(
            self,
            "Workforce",
            "OidcWorkforce",
            {
                "WorkforceName": name,
                "Oidc": _config(provider),
                "ClientSecretArn": provider.client_secret_arn,
                "Cidrs": list(allowed_cidrs) or None,
                "Vpc": vpc
                and {
                    "VpcId": vpc.vpc_id,
                    "SecurityGroupIds": list(vpc.security_groups),
                    "Subnets": list(vpc.subnets),
                },
                "Tags": dict(sorted(tags.items())) or None,
            },
        )
        resource.node.add_dependency(checked, *function.permissions)
        #: What teams need of it.
        self.workforce = Workforce(
            name=name,
            sub_domain=resource.get_att_string("SubDomain"),
            pool_client=None,
            checked=checked,
            ready=self,
        )

    def _permit(
        self, name: str, provider: IdentityProvider, function: WorkforceFunction, *, in_vpc: bool
    ) -> None:
        workforce = cdk.Stack.of(self).format_arn(
            service="sagemaker", resource="workforce", resource_name=name
        )
        function.allow(
            actions=[
                "sagemaker:AddTags",
                "sagemaker:CreateWorkforce",
                "sagemaker:DeleteWorkforce",
                "sagemaker:UpdateWorkforce",
            ],
            resources=[workforce],
        )
        function.allow(
            actions=["secretsmanager:GetSecretValue"], resources=[provider.client_secret_arn]
        )
        if provider.client_secret_key_arn is not None:
            function.allow(actions=["kms:Decrypt"], resources=[provider.client_secret_key_arn])
        if in_vpc:
            # What CloudFormation's own handler asks for to make the portal's endpoint; EC2 names
            # endpoints itself.
            function.allow(
                actions=[
                    "ec2:CreateVpcEndpoint",
                    "ec2:DeleteVpcEndpoints",
                    "ec2:DescribeVpcEndpoints",
                    "ec2:ModifyVpcEndpoint",
                ],
                resources=["*"],
            )


def _config(provider: IdentityProvider) -> dict[str, object]:
    config: dict[str, object] = {
        "ClientId": provider.client_id,
        "Issuer": provider.issuer,
        "AuthorizationEndpoint": provider.authorization_endpoint,
        "TokenEndpoint": provider.token_endpoint,
        "UserInfoEndpoint": provider.user_info_endpoint,
        "LogoutEndpoint": provider.logout_endpoint,
        "JwksUri": provider.jwks_uri,
    }
    if provider.scope is not None:
        config["Scope"] = provider.scope
    if provider.extra_params:
        config["AuthenticationRequestExtraParams"] = dict(sorted(provider.extra_params.items()))
    return config
