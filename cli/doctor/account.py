"""Whose credentials these are, and where they lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from cli.aws.session import ENDED, SIGN_IN
from cli.doctor.findings import Answer, code_of, right, to_do
from ground_truth.catalogue.regions import REGIONS
from ground_truth.config import Environment
from ground_truth.validators.messages import did_you_mean


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account's Region, seen with the shell's credentials."""

    #: Returns boto3's client of a service in the Region.
    client: Callable[[str], Any]
    region: str
    number: str
    partition: str
    #: Returns the qualifier of CDK's bootstrap; raises CommandError if cdk.json can't be read.
    qualifier: Callable[[], str]


def identify(
    client: Callable[[str], Any],
    region: str,
    qualifier: Callable[[], str],
    environment: Environment | None,
) -> tuple[Answer, Account | None]:
    """Return whose credentials these are, and the account, unless there is nothing to look at.

    Raises ClientError or BotoCoreError for answers that nobody knows, and CommandError for
    settings of the shell that can't be used.
    """
    try:
        # Needs no permission:
        # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        identity = client("sts").get_caller_identity()
    except (NoCredentialsError, PartialCredentialsError) as error:
        return to_do(f"{SIGN_IN}: {error}"), None
    except (SSOError, TokenRetrievalError) as error:
        return to_do(f"{SIGN_IN}: {error}"), None
    except (EndpointConnectionError, ConnectionClosedError, HTTPClientError) as error:
        return to_do(f"look at network and proxy, AWS is not reached: {error}"), None
    except ClientError as error:
        if code_of(error) not in ENDED:
            raise
        return to_do(f"{SIGN_IN}: the credentials have ended ({code_of(error)})"), None
    account = Account(
        client=client,
        region=region,
        number=identity["Account"],
        partition=identity["Arn"].split(":")[1],
        qualifier=qualifier,
    )
    who = f"account {account.number}, as {_principal(identity['Arn'])}"
    wanted = environment.account if environment else None
    if wanted not in (None, account.number):
        said = f"take credentials of account {wanted}, which the file names; these are of {who}"
        return to_do(said), account
    return right(who), account


def region_of_shell(region: str | None) -> Answer:
    """Say whether the shell's Region has Ground Truth: with an environment, its file decides."""
    if region is None:
        return to_do("set AWS_REGION, or name an environment, whose file says where it is")
    if region not in REGIONS:
        known = ", ".join(REGIONS)
        return to_do(
            f"set AWS_REGION to a Region with Ground Truth ({known}), got"
            f" {region!r}{did_you_mean(region, REGIONS, cutoff=0.6)}"
        )
    return right(f"{region}, as the shell says")


def region_of_file(environment: Environment) -> Answer:
    """Say where an environment is; a file with another Region could not be read."""
    return right(f"{environment.region}, as the file says; it has Ground Truth")


def _principal(arn: str) -> str:
    """Return who an ARN stands for, without the session's name, which may be a person's."""
    kind, _, name = arn.split(":", 5)[5].partition("/")
    if kind == "assumed-role":
        return f"role {name.partition('/')[0]}"
    return f"{kind} {name}" if name else kind
