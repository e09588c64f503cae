"""The reviewed list of findings that stand, for one environment."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
import yaml
from constructs import IConstruct

from dataset.layout import labels_folder
from ground_truth.catalogue.regions import REGIONS
from ground_truth.catalogue.task_types import TASK_TYPES
from ground_truth.config import Environment, Job
from ground_truth.config.input import place
from stacks.environment_stage import EnvironmentStage

_FILE: Final = Path(__file__).parent / "findings.yaml"
#: Stands for every construct.
ANYWHERE: Final = "*"
#: What is no construct: every one, and a section of a template.
_PLACELESS: Final = (ANYWHERE, "Outputs", "Parameters", "Mappings", "Conditions")
_WORD: Final = re.compile(r"\{([a-z-]+)\}")


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """What one rule found on one construct."""

    #: As its tool prints it, such as `AwsSolutions-IAM5[Resource::*]`, `W3005` or `CKV_AWS_18`.
    rule: str
    #: Below the stage, without CDK's last `/Resource`, such as `Workforce/Workforce/UserPool`.
    construct: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the list; words in braces stand for what an environment file says."""

    rule: str
    construct: str
    reason: str
    #: What an environment must have for the line to hold; None for all.
    when: str | None = None


@cache
def lines() -> tuple[Line, ...]:
    """Return the list as it is written."""
    groups: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Line(rule=rule, construct=construct, reason=group["reason"], when=group.get("when"))
        for group in groups
        for rule, construct in (line.rsplit(maxsplit=1) for line in group["findings"])
    )


def reviewed(
    stage: EnvironmentStage, environment: Environment, *, pack: str = ""
) -> dict[Finding, Line]:
    """Return what the list says of the constructs of an environment that has been synthesised.

    With `pack`, only rules that begin so.
    """
    words, traits = _words(stage, environment), _traits(environment)
    return {
        finding: line
        for line in lines()
        if line.rule.startswith(pack) and (line.when is None or traits[line.when])
        for finding in _filled(line, words)
        if finding.construct in _PLACELESS or _find(stage, finding.construct) is not None
    }


def acknowledge(stage: EnvironmentStage, environment: Environment) -> None:
    """Acknowledge what the app's own checks, AwsSolutions, find and the list names.

    This synthesises the stage, because references between stacks get their final form, which
    findings show, only then. The app's own synthesis takes what is there.
    """
    # Its own synthesis validates; here that would be the same twice.
    stage.synth(skip_validation=True)
    for finding, line in reviewed(stage, environment, pack="AwsSolutions-").items():
        construct = _find(stage, finding.construct)
        if construct is not None:
            cdk.Validations.of(construct).acknowledge(
                # With the pack's name in front, blanks in a resource's name are compared rightly.
                cdk.Acknowledgment(id=f"AwsSolutions::{finding.rule}", reason=line.reason)
            )


def _filled(line: Line, words: Mapping[str, Iterable[str]]) -> Iterator[Finding]:
    used = sorted({*_WORD.findall(line.rule), *_WORD.findall(line.construct)})
    for values in itertools.product(*(words[word] for word in used)):
        value = dict(zip(used, values, strict=True))
        yield Finding(
            rule=_WORD.sub(lambda match: value[match[1]], line.rule),  # noqa: B023  # used at once
            construct=_WORD.sub(lambda match: value[match[1]], line.construct),  # noqa: B023  # so
        )


@cache
def _find(stage: EnvironmentStage, path: str) -> IConstruct | None:
    """Return a construct below a stage; each is asked of CDK once, which takes its time."""
    above, _, name = path.rpartition("/")
    parent = _find(stage, above) if above else stage
    return None if parent is None else parent.node.try_find_child(name)


def _traits(environment: Environment) -> dict[str, bool]:
    workforce = environment.workforce
    create, network = workforce.create, workforce.network
    return {
        "no-mfa": create is not None and create.mfa == "off",
        "no-threat-protection": create is not None and create.threat_protection == "off",
        "pinned-urls": workforce.pin_urls_to_worker_ip,
        "portal-in-vpc": network is not None and network.vpc is not None,
        "shared": workforce.shared_with is not None,
    }


def _words(stage: EnvironmentStage, environment: Environment) -> dict[str, tuple[str, ...]]:
    resolve = partial(_as_nag_prints, stage.labeling)
    own = resolve(stage.data.data.input_bucket.bucket_arn)
    partition = REGIONS[environment.region].partition

    def arn(location: str) -> str:
        bucket, path = place(location)
        return f"{own if bucket is None else f'arn:{partition}:s3:::{bucket}'}/{path}"

    jobs = environment.jobs
    objects = {key: arn(environment.source(job).input.prefix or "") for key, job in jobs.items()}
    reviews = [job.reviewed for job in jobs.values() if job.reviewed is not None]
    after = [
        f"{key}-PostAnnotation" for key, job in jobs.items() if _is_custom(job.post_annotation)
    ]
    before = [f"{key}-PreAnnotation" for key, job in jobs.items() if _is_custom(job.pre_annotation)]
    words: dict[str, Iterable[str]] = {
        "partition": [partition],
        "owner": [f"{environment.region}:{environment.account or '<AWS::AccountId>'}"],
        "environment": [environment.name],
        "output": [resolve(stage.data.data.output_bucket.bucket_arn)],
        "seen": [objects[key] for key, job in jobs.items() if job.data_kind.input_kind != "text"],
        "read": [objects[key] for key, job in jobs.items() if _reads_objects(job)],
        "reviewed-labels": [
            arn(_folder(review.manifest))
            for review in reviews
            if review.manifest is not None and TASK_TYPES[review.task].attribute_is_reference
        ],
        "custom-function": [*before, *after],
        "post-annotation": after,
    }
    return {word: tuple(dict.fromkeys(values)) for word, values in words.items()}


def _reads_objects(job: Job) -> bool:
    """Say whether the function reads what is labeled: texts, to inline them, and sequences."""
    if job.reviewed is not None:
        return False
    if job.input.manifest is None:
        return job.data_kind.input_kind == "text"
    return job.data_kind.is_sequence


def _folder(manifest: str) -> str:
    bucket, path = place(manifest)
    folder = labels_folder(path)
    return f"s3://{bucket}/{folder}" if bucket else folder


def _is_custom(function: str | None) -> bool:
    return function is not None and not function.startswith("arn:")


def _as_nag_prints(stack: cdk.Stack, arn: str) -> str:
    return json.dumps(stack.resolve(arn), separators=(",", ":"))
