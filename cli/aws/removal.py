"""What keeps an environment from being destroyed, found before anything of it goes."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from cli.aws.drift import existing, stack_names
from cli.errors import CommandError
from ground_truth.config import Environment


def check_removal(environment: Environment, cloudformation: Any) -> None:
    """Raise CommandError if nothing of it is deployed, or other stacks use what would go.

    CloudFormation would refuse the second only after the jobs were stopped. Raises errors of
    botocore.
    """
    name, region = environment.name, environment.region
    there = existing(cloudformation).keys() & set(stack_names(name))
    if not there:
        raise CommandError(f"nothing of {name} is deployed in {region}, so nothing was destroyed")
    users = [] if environment.protected else sorted(_importers(there, cloudformation))
    if users:
        raise CommandError(
            f"destroy or change first what uses the workforce of {name}, in"
            f" {', '.join(users)}; nothing was destroyed"
        )


def _importers(stacks: set[str], cloudformation: Any) -> set[str]:
    """Return the other stacks that import what these export."""
    return {
        user
        for page in cloudformation.get_paginator("list_exports").paginate()
        for export in page["Exports"]
        if export["ExportingStackId"].split("/")[1] in stacks
        for user in _imports(export["Name"], cloudformation)
        if user not in stacks
    }


def _imports(export: str, cloudformation: Any) -> list[str]:
    try:
        pages = list(cloudformation.get_paginator("list_imports").paginate(ExportName=export))
    except ClientError as error:
        # CloudFormation has no list for what nobody imports.
        if error.response.get("Error", {}).get("Code") == "ValidationError":
            return []
        raise
    return [name for page in pages for name in page["Imports"]]
