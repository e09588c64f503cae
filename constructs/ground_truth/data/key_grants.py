"""Keeps the use of a key with those whom its policy names."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms


def refuse_grants(key: kms.Key) -> None:
    """Let nobody hand on the use of the key past its policy; AWS services may, for callers."""
    key.add_to_resource_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["kms:CreateGrant"],
            resources=["*"],
            conditions={
                "BoolIfExists": {
                    "aws:PrincipalIsAWSService": "false",
                    "kms:GrantIsForAWSResource": "false",
                }
            },
        )
    )
