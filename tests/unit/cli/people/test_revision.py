"""A deployment gives the version of the list, and sees no more of it than that."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cli.people.revision import PARAMETER, revision_option
from ground_truth.config import Environment, load
from tests.unit.fake_services import ACCOUNT, FakeServices, RefusedError

_SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:people-a1B2c3"  # noqa: S105
_OPTION = f"--parameters=dev-Workforce:{PARAMETER}"


@dataclass
class _Aws(FakeServices):
    """An account with objects and a secret, of which not everybody sees something."""

    #: Key to ETag.
    objects: dict[str, str] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)
    #: Whether the caller sees it, and whether CDK's role for lookups does.
    is_seen: bool = True
    is_seen_by_cdk: bool = True
    is_cdk: bool = False

    def client(self, service: str, **more: Any) -> Any:
        """Return a client, as boto3's session does."""
        self.is_cdk = "aws_session_token" in more
        return self._client(service)

    def _look(self) -> None:
        if not (self.is_seen_by_cdk if self.is_cdk else self.is_seen):
            raise RefusedError("AccessDenied", "Access Denied")

    def _list_objects_v2(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._look()
        keys = sorted(each for each in self.objects if each.startswith(parameters["Prefix"]))
        found = [{"Key": key, "ETag": self.objects[key]} for key in keys[:1]]
        return {"Contents": found} if found else {}

    def _describe_secret(self, parameters: dict[str, Any]) -> dict[str, Any]:
        del parameters
        self._look()
        return {"VersionIdsToStages": self.versions}

    def _get_caller_identity(self, parameters: dict[str, Any]) -> dict[str, Any]:
        del parameters
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/ci"}

    def _assume_role(self, parameters: dict[str, Any]) -> dict[str, Any]:
        assert "-lookup-role-" in parameters["RoleArn"]
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        return {"Credentials": {**dict.fromkeys(names, "of-the-lookup-role"), "Expiration": 0}}


def _environment(folder: Path, source: str | None) -> Environment:
    file = folder / "dev.yaml"
    said = f"  workers_from: {source}\n" if source else ""
    file.write_text(
        "region: us-east-1\nprotected: false\nworkforce:\n"
        "  create: {organization: Labs, support_email: labeling@example.com}\n"
        f"{said}  teams: {{readers: {{description: Reads, workers: [ana@example.com]}}}}\n"
    )
    return load(file)


@pytest.fixture(autouse=True)
def _in_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "cdk.json").write_text("{}")
    monkeypatch.chdir(tmp_path)


def test_the_version_is_the_mark_of_the_object(tmp_path: Path) -> None:
    aws = _Aws(objects={"people.csv": '"0a1b"', "people.csv.old": '"ffff"'})

    assert revision_option(_environment(tmp_path, "s3://lists/people.csv"), aws) == (
        [f"{_OPTION}=0a1b"],
        "",
    )
    assert aws.called("GetObject") == []


def test_the_version_is_the_present_one_of_the_secret(tmp_path: Path) -> None:
    aws = _Aws(versions={"1-old": ["AWSPREVIOUS"], "2-new": ["AWSCURRENT"], "3": ["other"]})

    assert revision_option(_environment(tmp_path, _SECRET), aws)[0] == [f"{_OPTION}=2-new"]


@pytest.mark.parametrize("source", ["s3://lists/people.csv", _SECRET])
def test_where_there_is_no_list_the_function_says_so(tmp_path: Path, source: str) -> None:
    aws = _Aws(objects={"people.csv.old": '"ffff"'})

    assert revision_option(_environment(tmp_path, source), aws)[0] == [f"{_OPTION}=none"]


def test_who_may_only_assume_cdk_s_roles_sees_it_by_the_one_for_lookups(tmp_path: Path) -> None:
    aws = _Aws(objects={"people.csv": '"0a1b"'}, is_seen=False)

    options, unknown = revision_option(_environment(tmp_path, "s3://lists/people.csv"), aws)

    assert (options, unknown) == ([f"{_OPTION}=0a1b"], "")


def test_where_nobody_may_look_the_last_version_stands_and_that_is_said(tmp_path: Path) -> None:
    aws = _Aws(is_seen=False, is_seen_by_cdk=False)

    options, unknown = revision_option(_environment(tmp_path, "s3://lists/people.csv"), aws)

    assert options == []
    assert unknown == (
        "s3://lists/people.csv can't be looked at (AccessDenied): whether it has changed is not"
        " known"
    )


def test_without_a_list_nothing_is_asked(tmp_path: Path) -> None:
    aws = _Aws()

    assert revision_option(_environment(tmp_path, None), aws) == ([], "")
    assert aws.calls == []
