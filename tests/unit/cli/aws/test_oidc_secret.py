"""`ground-truth workers` tells a secret that was rotated from one that the workforce has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from cli.aws.oidc_secret import sent_secret
from cli.aws.people import Clients
from ground_truth.config import Environment, load

_SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:labeling-a1B2c3"  # noqa: S105  # no secret
_FILE = f"""\
region: us-east-1
protected: false
workforce:
  oidc:
    client_id: ground-truth
    client_secret: {_SECRET}
    issuer: https://id.example.com
    authorization_endpoint: https://id.example.com/authorize
    token_endpoint: https://id.example.com/token
    user_info_endpoint: https://id.example.com/userinfo
    logout_endpoint: https://id.example.com/logout
    jwks_uri: https://id.example.com/keys
  teams:
    readers:
      description: Reads
      groups: [labelers]
"""
_MADE = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    file = tmp_path / "environments" / "dev.yaml"
    file.parent.mkdir()
    file.write_text(_FILE)
    return load(file)


def _client(name: str) -> Any:
    untyped: Any = boto3
    return untyped.client(
        name,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106  # no secret
    )


def _clients(*versions: dict[str, Any], code: str = "") -> Clients:
    """Return clients whose workforce was made at once, and whose secret has these versions."""
    sagemaker, secrets = _client("sagemaker"), _client("secretsmanager")
    workforce = {
        "WorkforceName": "dev",
        "WorkforceArn": "arn:aws:sagemaker:us-east-1:111122223333:workforce/dev",
        "CreateDate": _MADE,
        "LastUpdatedDate": _MADE,
    }
    answers, of_secrets = Stubber(sagemaker), Stubber(secrets)
    answers.add_response("describe_workforce", {"Workforce": workforce}, {"WorkforceName": "dev"})
    if code:
        of_secrets.add_client_error("list_secret_version_ids", code)
    else:
        of_secrets.add_response(
            "list_secret_version_ids", {"Versions": [*versions]}, {"SecretId": _SECRET}
        )
    answers.activate()
    of_secrets.activate()
    return Clients(
        cloudformation=None,
        cognito=_client("cognito-idp"),
        mailer=_client("cognito-idp"),
        sns=_client("sns"),
        notifier=_client("sns"),
        sagemaker=sagemaker,
        secrets=secrets,
    )


def _version(days: int, stage: str = "AWSCURRENT") -> dict[str, Any]:
    return {
        "VersionId": "0" * 32,
        "VersionStages": [stage],
        "CreatedDate": _MADE + timedelta(days=days),
    }


def test_the_present_version_counts(environment: Environment) -> None:
    ahead = _version(3, "AWSPENDING")

    assert sent_secret(environment, _clients(ahead, _version(-1))) == "sent"
    assert sent_secret(environment, _clients(_version(-1, "AWSPREVIOUS"), _version(1))) == (
        "not sent"
    )


def test_a_secret_that_can_t_be_looked_at_is_said_to_be(environment: Environment) -> None:
    clients = _clients(code="AccessDeniedException")

    assert sent_secret(environment, clients) == "unreadable"


def test_a_workforce_of_cognito_has_no_such_secret(tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text(
        "region: us-east-1\nprotected: false\nworkforce:\n"
        "  create: {organization: Example Labs, support_email: a@example.com}\n"
        "  teams: {readers: {description: Reads, workers: [ana@example.com]}}\n"
    )

    assert sent_secret(load(file), _clients()) == "sent"
