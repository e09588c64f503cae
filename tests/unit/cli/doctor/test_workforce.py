"""The doctor compares the one workforce that is there with what the file wants."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from cli.doctor.account import Account
from cli.doctor.findings import NotAllowedError
from cli.doctor.workforce import check
from ground_truth.config import load
from tests.unit.cli.doctor.surroundings import ACCOUNT, REGION, RIGHT, Aws, Refusal

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


def _checked(folder: Path, source: str, there: list[dict[str, Any]], **answers: Any) -> str:
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
        client=Aws(answers={**RIGHT, "sagemaker:ListWorkforces": {"Workforces": there}, **answers}),
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


_GONE: Final = {"cognito-idp:DescribeUserPool": Refusal(code="ResourceNotFoundException")}
_DELETE: Final = f"`aws sagemaker delete-workforce --workforce-name dev --region {REGION}`"


@pytest.mark.parametrize("source", [_CREATE, _ADOPT.replace("default", "dev")])
@pytest.mark.parametrize(
    ("more", "answers", "words"),
    [
        ({"Status": "Deleting"}, {}, "wait until workforce dev (user pool"),
        (
            {"Status": "Failed", "FailureReason": "no such subnet"},
            {},
            f"mend the reason, or delete its work teams and run {_DELETE}: workforce dev",
        ),
        ({"Status": "Active"}, _GONE, f"delete its work teams, then run {_DELETE}: workforce dev"),
    ],
    ids=["deleting", "failed", "left over"],
)
def test_a_workforce_that_nobody_can_work_with_is_neither_right_nor_to_be_adopted(
    tmp_path: Path, source: str, more: dict[str, str], answers: dict[str, Any], words: str
) -> None:
    said = _checked(tmp_path, source, [_there("dev") | more], **answers)

    assert said.startswith(f"to do: {words}")
    assert more.get("FailureReason", "") in said
    assert "adopt:" not in said


def test_a_workforce_of_the_same_name_without_its_stack_is_not_this_environment_s(
    tmp_path: Path,
) -> None:
    answers = {"cloudformation:DescribeStacks": Refusal(code="ValidationError")}

    said = _checked(tmp_path, _CREATE, [_there("dev")], **answers)

    line = _ADOPT.replace("default", "dev")
    assert said.startswith(f"to do: write `{line}` in place of `create:`")


def test_who_may_not_look_at_the_pool_is_told_so(tmp_path: Path) -> None:
    denied = {"cognito-idp:DescribeUserPool": Refusal(code="AccessDeniedException")}

    with pytest.raises(NotAllowedError, match="cognito-idp:DescribeUserPool"):
        _checked(tmp_path, _CREATE, [_there("dev")], **denied)
