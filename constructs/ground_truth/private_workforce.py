"""The private workforce: the user pool that knows the workers and the portal they work in."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

#: Ground Truth writes the portal's own addresses into the client when the workforce is created;
#: CloudFormation wants one before that.
_PLACEHOLDER_CALLBACK: Final = "https://127.0.0.1"


class PrivateWorkforce(Construct):
    """`AWS::SageMaker::Workforce` on its own Cognito user pool.

    There is one private workforce per account and Region, bound for life to one user pool and one
    client of it (botocore: CreateWorkforce).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        organization: str,
        support_email: str,
        allowed_cidrs: Sequence[str] = (),
        protected: bool,
    ) -> None:
        super().__init__(scope, construct_id)

        #: The name that work teams refer to.
        self.name = name
        #: The workers' accounts.
        self.user_pool = self._user_pool(organization, support_email, protected=protected)
        domain = self.user_pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=f"{name}-{self._suffix()}"),
        )
        #: The portal's client of the user pool; Ground Truth needs one with a secret.
        self.client = self.user_pool.add_client(
            "Client",
            generate_secret=True,
            o_auth=cognito.OAuthSettings(
                callback_urls=[_PLACEHOLDER_CALLBACK],
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[
                    cognito.OAuthScope.EMAIL,
                    cognito.OAuthScope.OPENID,
                    cognito.OAuthScope.PROFILE,
                ],
            ),
            prevent_user_existence_errors=True,
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        )
        self._workforce = sagemaker.CfnWorkforce(
            self,
            "Workforce",
            workforce_name=name,
            cognito_config=sagemaker.CfnWorkforce.CognitoConfigProperty(
                client_id=self.client.user_pool_client_id,
                user_pool=self.user_pool.user_pool_id,
            ),
            source_ip_config=sagemaker.CfnWorkforce.SourceIpConfigProperty(
                cidrs=list(allowed_cidrs)
            )
            if allowed_cidrs
            else None,
        )
        # Creating a workforce fails on a user pool that has no domain.
        self._workforce.node.add_dependency(domain)
        #: Where workers log in.
        self.portal_url = f"https://{self._workforce.attr_sub_domain}"

    def _user_pool(
        self, organization: str, support_email: str, *, protected: bool
    ) -> cognito.UserPool:
        return cognito.UserPool(
            self,
            "UserPool",
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=protected,
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
            ),
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            if protected
            else cdk.RemovalPolicy.DESTROY,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            user_invitation=cognito.UserInvitationConfig(
                email_subject=f"Label data for {organization}",
                email_body=(
                    f"<p>{html.escape(organization)} has invited you to label data.</p>"
                    "<p>Your user name is {username}, your temporary password is {####}</p>"
                    f"<p>Questions? Write to {html.escape(support_email)}</p>"
                ),
            ),
        )

    def _suffix(self) -> str:
        """Return 12 hexadecimal digits of the stack's own id.

        Domain prefixes are shared by all customers of a Region, and the account's id in one would
        be public.
        """
        stack_uuid = cdk.Fn.select(2, cdk.Fn.split("/", cdk.Stack.of(self).stack_id))
        return cdk.Fn.select(4, cdk.Fn.split("-", stack_uuid))
