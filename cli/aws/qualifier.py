"""The qualifier of CDK's bootstrap, which the names of its roles and of its parameter have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from cli.errors import CommandError

#: CDK's own (https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html).
_OF_CDK: Final = "hnb659fds"
_KEY: Final = "@aws-cdk/core:bootstrapQualifier"


def qualifier_of(repository: Path) -> str:
    """Return the qualifier that a repository's cdk.json names, or CDK's own.

    Raises CommandError for a cdk.json that CDK could not read either.
    """
    file = repository / "cdk.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"mend {file}, or take it from version control: {error}") from None
    context = content.get("context") if isinstance(content, dict) else content
    if context is None:
        return _OF_CDK
    if not isinstance(context, dict):
        raise CommandError(
            f"mend {file}, or take it from version control: expected an object with an object"
            f" `context`, got {type(context).__name__}"
        )
    return str(context.get(_KEY) or _OF_CDK)
