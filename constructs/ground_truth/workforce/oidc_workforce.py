"""A private workforce whose people sign in at an identity provider of the organisation's own."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct, IDependable

from constructs.ground_truth.custom_resource_function import given
from constructs.ground_truth.workforce.portal_network import network_properties
from constructs.ground_truth.workforce.workforce import WorkforceReference
from constructs.ground_truth.workforce.workforce_function import WorkforceFunction
from ground_truth.config.workforce import Oidc


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
        provider: Oidc,
        checked: IDependable,
        function: WorkforceFunction,
    ) -> None:
        super().__init__(scope, construct_id)

        self._permit(name, provider, function, checked)
        resource = function.resource(
            self,
            "Workforce",
            "OidcWorkforce",
            {
                "WorkforceName": name,
                "Oidc": given(
                    {
                        "ClientId": provider.client_id,
                        "Issuer": provider.issuer,
                        "AuthorizationEndpoint": provider.authorization_endpoint,
                        "TokenEndpoint": provider.token_endpoint,
                        "UserInfoEndpoint": provider.user_info_endpoint,
                        "LogoutEndpoint": provider.logout_endpoint,
                        "JwksUri": provider.jwks_uri,
                        "Scope": provider.scope,
                        "AuthenticationRequestExtraParams": dict(
                            sorted(provider.extra_params.items())
                        )
                        or None,
                    }
                ),
                "ClientSecretArn": provider.client_secret,
                **network_properties(provider),
            },
        )
        resource.node.add_dependency(checked, *function.permissions)
        #: What teams need of it.
        self.workforce = WorkforceReference(
            name=name,
            sub_domain=resource.get_att_string("SubDomain"),
            pool_client=None,
            checked=checked,
            ready=self,
        )

    def _permit(
        self, name: str, provider: Oidc, function: WorkforceFunction, checked: IDependable
    ) -> None:
        workforce = cdk.Stack.of(self).format_arn(
            service="sagemaker", resource="workforce", resource_name=name
        )
        function.allow(
            actions=[
                "sagemaker:CreateWorkforce",
                "sagemaker:DeleteWorkforce",
                "sagemaker:UpdateWorkforce",
            ],
            resources=[workforce],
        )
        function.allow(
            actions=["secretsmanager:GetSecretValue"], resources=[provider.client_secret]
        )
        if provider.client_secret_key is not None:
            function.allow(actions=["kms:Decrypt"], resources=[provider.client_secret_key])
        if provider.vpc is not None:
            # What CloudFormation's own handler declares for the portal's endpoint; EC2 names
            # endpoints itself, and its lists have no resources.
            function.allow_network(
                actions=[
                    "ec2:CreateVpcEndpoint",
                    "ec2:DeleteVpcEndpoints",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeVpcEndpoints",
                    "ec2:DescribeVpcs",
                    "ec2:ModifyVpcEndpoint",
                ],
                resources=["*"],
                after=checked,
            )
