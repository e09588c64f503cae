"""The user pool that holds the workers' accounts, with its domain and the portal's client."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from constructs.ground_truth.workforce.workforce import PoolClient
from ground_truth.config.workforce import Create
from ground_truth.templates import invitation as invitation_mail

#: The portal's own addresses are known when there is a workforce, and come by `PortalLogin`;
#: Cognito wants one before that.
PLACEHOLDER_CALLBACK: Final = "https://127.0.0.1"

#: `off` is OPTIONAL, as deployed pools have it: Cognito's login pages let nobody set a factor up
#: then, and threat protection wants it so (botocore, cognito-idp: UpdateUserPoolRequest).
_MFA: Final = {"off": cognito.Mfa.OPTIONAL, "required": cognito.Mfa.REQUIRED}
_THREAT_PROTECTION: Final = {
    "audit": cognito.StandardThreatProtectionMode.AUDIT_ONLY,
    "enforced": cognito.StandardThreatProtectionMode.FULL_FUNCTION,
}


class WorkerPool(Construct):
    """`AWS::Cognito::UserPool` for workers: accounts are made by administrators only."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        domain_prefix: str,
        settings: Create,
        protected: bool,
        sender_arn: str | None = None,
    ) -> None:
        """`sender_arn` is the identity that mails are sent by, if it is not the sender's own."""
        super().__init__(scope, construct_id)

        self._settings = settings
        #: The workers' accounts.
        self.user_pool = self._user_pool(protected=protected)
        if sender_arn is not None:
            pool = self.user_pool.node.default_child
            if isinstance(pool, cognito.CfnUserPool):
                pool.add_property_override("EmailConfiguration.SourceArn", sender_arn)
        #: Creating a workforce fails on a user pool that has none.
        self.domain = self.user_pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(
                domain_prefix=f"{domain_prefix}-{self._suffix()}"
            ),
        )
        #: The portal's client of the user pool; Ground Truth needs one with a secret.
        self.client = self.user_pool.add_client(
            "Client",
            generate_secret=True,
            o_auth=cognito.OAuthSettings(
                callback_urls=[PLACEHOLDER_CALLBACK],
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
        #: Both ids.
        self.pool_client = PoolClient(
            user_pool_id=self.user_pool.user_pool_id, client_id=self.client.user_pool_client_id
        )

    @property
    def message(self) -> dict[str, str]:
        """The invitation, whose body has `{portal}` where the portal's address goes."""
        settings = self._settings
        return {
            "Subject": invitation_mail.subject(settings.organization),
            "Body": invitation_mail.body(
                settings.invitation,
                organization=settings.organization,
                support_email=settings.support_email,
                days=settings.password_policy.temporary_password_days,
            ),
        }

    def _user_pool(self, *, protected: bool) -> cognito.UserPool:
        settings, passwords = self._settings, self._settings.password_policy
        threats = _THREAT_PROTECTION.get(settings.threat_protection)
        return cognito.UserPool(
            self,
            "UserPool",
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=protected,
            email=None
            if settings.email_from is None
            else cognito.UserPoolEmail.with_ses(
                from_email=settings.email_from,
                from_name=settings.organization,
                reply_to=settings.support_email,
                ses_region=cdk.Stack.of(self).region,
            ),
            feature_plan=None if threats is None else cognito.FeaturePlan.PLUS,
            mfa=_MFA[settings.mfa],
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=passwords.minimum_length,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
                temp_password_validity=cdk.Duration.days(passwords.temporary_password_days),
            ),
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            if protected
            else cdk.RemovalPolicy.DESTROY,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            # Who signs in by an address has one, also where nothing says that it is required.
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            )
            if settings.pool_schema
            else None,
            standard_threat_protection_mode=threats,
        )

    def _suffix(self) -> str:
        """Return 12 hexadecimal digits of the stack's own id.

        Domain prefixes are shared by all customers of a Region, and the account's id in one would
        be public.
        """
        stack_uuid = cdk.Fn.select(2, cdk.Fn.split("/", cdk.Stack.of(self).stack_id))
        return cdk.Fn.select(4, cdk.Fn.split("-", stack_uuid))
