"""The doctor compares the one workforce that is there with what the file wants."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from cli.doctor.account import Account
from cli.doctor.workforce import check
from ground_truth.config import load
from tests.unit.cli.doctor.surroundings import ACCOUNT, REGION, Aws

_ADOPT: Final = (
    f"adopt: {{workforce_name: default, user_pool_id: {REGION}_AbC123, client_id: 1h57kf5cpq}}"
)
_CREATE: Final = "create: {organization: Labs, support_email: labeling@example.com}"
_OIDC: Final = "adopt: {workforce_name: default}"
_SHARED: Final = "shared_with: prod"


def _there(name: str, *, pool: str | None = "AbC123") -> dict[str, Any]:
    ids = {"CognitoConfig": {"UserPool": f"{REGION}_{pool}", "ClientId": "1h57kf5cpq"}}
    oidc = {"OidcConfig": {"ClientId": "c"}}
    return {
        "WorkforceName": name,
        "WorkforceArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workforce/{name}",
        **(ids if pool else oidc),
    }


def _checked(folder: Path, source: str, there: list[dict[str, Any]]) -> str:
    """Return what is said of an environment `dev` with this source of a workforce."""
    workers = "workers: [ana@example.com]"
    people = {"dev": "groups: [readers]" if source == _OIDC else workers, "prod": workers}
    (folder / "environments").mkdir()
    for name, given in (("dev", source), ("prod", _CREATE)):
        lines = [
            f"region: {REGION}",
            "protected: false",
            "workforce:",
            f"  {given}",
            "  teams:",
            f"    readers: {{description: Reads, {people[name]}}}",
        ]
        (folder / "environments" / f"{name}.yaml").write_text("\n".join(lines))
    account = Account(
        client=Aws(answers={"sagemaker:ListWorkforces": {"Workforces": there}}),
        region=REGION,
        number=ACCOUNT,
        partition="aws",
        qualifier=lambda: "hnb659fds",
    )
    found = check(account, load(folder / "environments" / "dev.yaml"))
    return f"{found.state}: {found.text}"


@pytest.mark.parametrize(
    ("source", "there"),
    [
        (_CREATE, []),
        (_CREATE, [_there("dev")]),
        (_ADOPT, [_there("default")]),
        (_OIDC, [_there("default", pool=None)]),
        (_SHARED, [_there("prod")]),
    ],
)
def test_a_workforce_that_fits_is_right(
    tmp_path: Path, source: str, there: list[dict[str, Any]]
) -> None:
    assert _checked(tmp_path, source, there).startswith("right: ")


@pytest.mark.parametrize(
    ("source", "there", "words"),
    [
        (_CREATE, [_there("default")], f"write `{_ADOPT}` in place of `create:`"),
        (_CREATE, [_there("dev", pool=None)], "write `adopt: {workforce_name: dev}` in place of"),
        (_ADOPT, [], "write `create:` in place of `adopt:`"),
        (_ADOPT, [_there("default", pool="XyZ789")], "write `adopt: {workforce_name: default, use"),
        (_OIDC, [_there("default")], f"write `{_ADOPT}`"),
        (_SHARED, [], "deploy prod first, which makes it"),
        (_SHARED, [_there("default")], f"write `{_ADOPT}`"),
    ],
)
def test_another_workforce_is_told_with_the_line_to_write(
    tmp_path: Path, source: str, there: list[dict[str, Any]], words: str
) -> None:
    assert _checked(tmp_path, source, there).startswith(f"to do: {words}")
