"""Prepared changes, and how their plans end."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.plan.plan import Verdict

#: Changes a tree before it is synthesised.
Edit = Callable[[Path], None]
#: Changes the resources of a synthesised template: what no environment file can say.
Patch = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One change of a reviewed file."""

    verdict: Verdict
    edit: Edit | None = None
    patch: Patch | None = None


def in_file(environment: str, *changes: tuple[str, str]) -> Edit:
    """Return an edit of an environment file, text by text."""

    def edit(tree: Path) -> None:
        file = tree / "environments" / f"{environment}.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"expected {old!r} in {file.name}"
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")

    return edit


def patch_templates(assembly: Path, patch: Patch) -> None:
    """Change all templates of a cloud assembly."""
    for file in assembly.glob("*/*.template.json"):
        template = json.loads(file.read_text(encoding="utf-8"))
        patch(template["Resources"])
        file.write_text(json.dumps(template, indent=1), encoding="utf-8")


def _own_keys_of_s3(resources: dict[str, Any]) -> None:
    for resource in resources.values():
        if resource["Type"] == "AWS::S3::Bucket":
            rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            encryption = {"ServerSideEncryptionConfiguration": [rule]}
            resource["Properties"]["BucketEncryption"] = encryption


def _buckets_of_other_names(resources: dict[str, Any]) -> None:
    for logical_id, resource in resources.items():
        if resource["Type"] == "AWS::S3::Bucket":
            resource["Properties"]["BucketName"] = f"named-{logical_id.lower()}"


def _sign_in_by_telephone(resources: dict[str, Any]) -> None:
    for resource in resources.values():
        if resource["Type"] == "AWS::Cognito::UserPool":
            resource["Properties"]["UsernameAttributes"] = ["phone_number"]


_VEHICLES = """  vehicles:
    task: bounding-box
    input: {prefix: Images/, sample: 500}
    labels: [Car, Bus]
    title: Mark the vehicles
    description: Draw a box around each vehicle.
    instructions:
      short: Draw a box around each vehicle.
    team: readers
"""

CASES = {
    "label-added": Case(
        edit=in_file("dev", ("[Even, Odd]", "[Even, Odd, Zero]")), verdict=Verdict.CHANGES
    ),
    "worker-removed": Case(
        edit=in_file("dev", ("[ana@example.com, bo@example.com]", "[ana@example.com]")),
        verdict=Verdict.CHANGES,
    ),
    "tag": Case(
        edit=in_file("prod", ("cost-center: labeling", "cost-center: research")),
        verdict=Verdict.CHANGES,
    ),
    "bucket-encryption": Case(patch=_own_keys_of_s3, verdict=Verdict.CHANGES),
    "bucket-named": Case(patch=_buckets_of_other_names, verdict=Verdict.DESTRUCTIVE),
    "pool-sign-in": Case(patch=_sign_in_by_telephone, verdict=Verdict.DESTRUCTIVE),
    "team-renamed": Case(
        edit=in_file(
            "dev", ("    readers:", "    number-readers:"), (" readers\n", " number-readers\n")
        ),
        verdict=Verdict.DESTRUCTIVE,
    ),
    "protected": Case(
        edit=in_file("dev", ("protected: false", "protected: true")), verdict=Verdict.CHANGES
    ),
    "unprotected": Case(
        edit=in_file("prod", ("protected: true", "protected: false")),
        verdict=Verdict.DESTRUCTIVE,
    ),
    "job-removed": Case(edit=in_file("prod", (_VEHICLES, "")), verdict=Verdict.DESTRUCTIVE),
    "input-moved": Case(edit=in_file("dev", ("Images/", "Photos/")), verdict=Verdict.CHANGES),
    "instructions": Case(
        edit=in_file("prod", ("42 is Even.", "42 is Even, and so is 0.")), verdict=Verdict.CHANGES
    ),
}
