"""Automated labeling of a job."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from ground_truth.catalogue.regions import REGIONS
from ground_truth.catalogue.task_types import TASK_TYPES, TaskType
from ground_truth.config.effects import Effect
from ground_truth.config.fields import KeyArn
from ground_truth.config.section import Section, SoFar, rule
from ground_truth.validators import names_and_limits
from ground_truth.validators.messages import described

#: Of what trains and labels.
_RESOURCES: Final = "Request.LabelingJobAlgorithmsConfig.LabelingJobResourceConfig"


class AutoLabel(Section):
    """Automated labeling; `auto_label: true` is short for one without settings."""

    #: Encrypts the disks of the training instances.
    volume_key: Annotated[KeyArn | None, Effect("new run", at=f"{_RESOURCES}.VolumeKmsKeyId")] = (
        None
    )
    #: Where training runs; together with `security_groups`.
    subnets: Annotated[
        Annotated[tuple[str, ...], AfterValidator(names_and_limits.subnets)] | None,
        Effect("new run", at=f"{_RESOURCES}.VpcConfig.Subnets"),
    ] = None
    #: What training may reach; together with `subnets`.
    security_groups: Annotated[
        Annotated[tuple[str, ...], AfterValidator(names_and_limits.security_groups)] | None,
        Field(validate_default=True),
        Effect("new run", at=f"{_RESOURCES}.VpcConfig.SecurityGroupIds"),
    ] = None

    @staticmethod
    def from_text(value: object) -> object:
        """Read `auto_label: true` and `auto_label: false`."""
        return {"true": {}, "false": None}.get(value, value) if isinstance(value, str) else value

    @rule("security_groups", needs=("subnets",))
    def _network_is_whole(
        cls, value: tuple[str, ...] | None, so_far: SoFar
    ) -> tuple[str, ...] | None:
        if "subnets" in so_far and (value is None) != (so_far["subnets"] is None):
            raise ValueError("expected `subnets` and `security_groups` together, got one of them")
        return value


def check_automated(task_type: TaskType, region: str) -> None:
    """Check that Ground Truth can label by itself; raises ValueError."""
    if task_type.algorithm is None:
        allowed = [name for name, each in TASK_TYPES.items() if each.algorithm is not None]
        raise ValueError(
            f"expected `auto_label` for {', '.join(allowed)} only, for which Ground Truth has a"
            f" model to train, got it for {described(task_type)}"
        )
    known = REGIONS.get(region)
    if known is not None and known.algorithm_account is None:
        raise ValueError(
            f"expected a Region for which a public document names automated labeling, got {region}"
        )
