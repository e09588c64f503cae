"""The user pool that holds the workers' accounts, with its domain and the portal's client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from constructs.ground_truth.workforce.workforce import PoolClient
from ground_truth.templates import invitation as invitation_mail

#: The portal's own addresses are known when there is a workforce, and come by `PortalLogin`;
#: Cognito wants one before that.
PLACEHOLDER_CALLBACK: Final = "https://127.0.0.1"

_THREAT_PROTECTION: Final = {
    "audit": cognito.StandardThreatProtectionMode.AUDIT_ONLY,
    "enforced": cognito.StandardThreatProtectionMode.FULL_FUNCTION,
}


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Who invites workers, with which words."""

    organization: str
    support_email: str
    #: Markdown, as `invitation_mail.check` takes it.
    text: str = invitation_mail.DEFAULT
    #: An identity of SES; without it Cognito's own sender.
    email_from: str | None = None


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """How workers sign in."""

    mfa: Literal["optional", "required"] = "optional"
    #: Characters of a password.
    password_length: int = 12
    #: How long the password of an invitation can be used.
    temporary_password_days: int = 7
    threat_protection: Literal["off", "audit", "enforced"] = "off"


class WorkerPool(Construct):
    """`AWS::Cognito::UserPool` for workers: accounts are made by administrators only."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        domain_prefix: str,
        invitation: Invitation,
        sign_in: SignIn,
        protected: bool,
    ) -> None:
        super().__init__(scope, construct_id)

        self._invitation = invitation
        self._sign_in = sign_in
        #: The workers' accounts.
        self.user_pool = self._user_pool(protected=protected)
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
        return {
            "Subject": invitation_mail.subject(self._invitation.organization),
            "Body": invitation_mail.body(
                self._invitation.text,
                organization=self._invitation.organization,
                support_email=self._invitation.support_email,
                days=self._sign_in.temporary_password_days,
            ),
        }

    def _user_pool(self, *, protected: bool) -> cognito.UserPool:
        sign_in, sender = self._sign_in, self._invitation.email_from
        threats = _THREAT_PROTECTION.get(sign_in.threat_protection)
        return cognito.UserPool(
            self,
            "UserPool",
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=protected,
            email=None
            if sender is None
            else cognito.UserPoolEmail.with_ses(
                from_email=sender,
                from_name=self._invitation.organization,
                reply_to=self._invitation.support_email,
                ses_region=cdk.Stack.of(self).region,
            ),
            feature_plan=None if threats is None else cognito.FeaturePlan.PLUS,
            mfa=cognito.Mfa(sign_in.mfa.upper()),
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=sign_in.password_length,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
                temp_password_validity=cdk.Duration.days(sign_in.temporary_password_days),
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
            standard_threat_protection_mode=threats,
        )

    def _suffix(self) -> str:
        """Return 12 hexadecimal digits of the stack's own id.

        Domain prefixes are shared by all customers of a Region, and the account's id in one would
        be public.
        """
        stack_uuid = cdk.Fn.select(2, cdk.Fn.split("/", cdk.Stack.of(self).stack_id))
        return cdk.Fn.select(4, cdk.Fn.split("-", stack_uuid))
