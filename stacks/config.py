"""An environment file as types: what may stand in it and how one part depends on another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from constructs.ground_truth import TASK_TYPES, rules
from stacks.environment_file import Document, EnvironmentFileError, check, display_name, read

__all__ = [
    "Create",
    "Environment",
    "EnvironmentFileError",
    "Input",
    "Instructions",
    "Job",
    "Team",
    "Workforce",
    "load",
    "load_all",
]

_MOST_TEAMS: Final = 25
_DURATION: Final = re.compile(r"([0-9]{1,9}) +(second|minute|hour|day)s?")
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


@dataclass(frozen=True, kw_only=True)
class _Surroundings:
    """What a part of the file must fit to, as it stands in the file, right or wrong."""

    environment: str
    tags: Mapping[str, Any]
    #: Each team's number of workers, None where it can't be told; None without teams.
    team_sizes: Mapping[str, int | None] | None


def _around(info: ValidationInfo) -> _Surroundings:
    if not isinstance(info.context, _Surroundings):
        raise TypeError("expected an environment file's surroundings; use load()")
    return info.context


def _seconds(value: object) -> object:
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(
            "expected a duration such as `30 seconds`, `5 minutes`, `8 hours` or `10 days`,"
            f" got {rules.shown(value)}"
        )
    return int(match[1]) * _SECONDS[match[2]]


def _distinct(value: object) -> object:
    # Before each address is put into lower case, so that the message has both as written.
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        rules.distinct_emails(tuple(value))
    return value


def _job_key(value: str, info: ValidationInfo) -> str:
    rules.key(value)
    rules.job_name_prefix(f"{_around(info).environment}-{value}")
    return value


def _team_key(value: str, info: ValidationInfo) -> str:
    rules.key(value)
    rules.team_name(f"{_around(info).environment}-{value}")
    return value


def _task(value: str) -> str:
    if value not in TASK_TYPES:
        raise ValueError(f"expected one of {', '.join(TASK_TYPES)}, got {rules.shown(value)}")
    return value


def _revision(value: int) -> int:
    if value < 1:
        raise ValueError(f"expected 1 or more, got {value}")
    return value


_Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True)]
_Seconds: TypeAlias = Annotated[int, BeforeValidator(_seconds)]
_Email: TypeAlias = Annotated[str, AfterValidator(rules.email)]
_Emails: TypeAlias = Annotated[tuple[_Email, ...], BeforeValidator(_distinct)]
_Tags: TypeAlias = Annotated[Mapping[str, str], AfterValidator(rules.tags)]
_Instruction: TypeAlias = Annotated[_Text, AfterValidator(rules.instructions)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _key_without_value_is_no_key(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: item for key, item in value.items() if item is not None or key not in known}


class Create(_Part):
    """A private workforce that is made for the environment."""

    #: Who invites the workers.
    organization: Annotated[_Text, AfterValidator(rules.organization)]
    #: Whom workers write to.
    support_email: _Email
    #: Where the worker portal can be opened from; empty for everywhere.
    allowed_cidrs: Annotated[tuple[str, ...], AfterValidator(rules.cidrs)] = ()


class Team(_Part):
    """A work team."""

    description: Annotated[_Text, AfterValidator(rules.team_description)]
    #: Addresses in lower case.
    workers: _Emails
    #: Addresses that get a mail when there is work and when a job has ended.
    notify: _Emails = ()

    @field_validator("workers")
    @classmethod
    def _has_workers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("expected at least one worker, got []; nobody would label")
        return value


class Workforce(_Part):
    """Who labels."""

    create: Create
    teams: Mapping[Annotated[str, AfterValidator(_team_key)], Team]

    @field_validator("teams")
    @classmethod
    def _fits_quota(cls, value: Mapping[str, Team]) -> Mapping[str, Team]:
        if len(value) > _MOST_TEAMS:
            raise ValueError(
                f"expected at most {_MOST_TEAMS} teams, the quota of an account and Region,"
                f" got {len(value)}"
            )
        return value


class Input(_Part):
    """Where a job's data objects are and how they are read."""

    location: Annotated[str, AfterValidator(rules.input_location), Field(alias="prefix")]
    #: Whether a text file is one data object or one per line that is not blank.
    split: Literal["file", "line"] = "file"
    #: Whether a deployment fails when there is nothing to label, or goes on without a job.
    when_empty: Literal["fail", "skip"] = "fail"

    @property
    def bucket(self) -> str | None:
        """The bucket's name, or None for the environment's own input bucket."""
        if not self.location.startswith("s3://"):
            return None
        return self.location.removeprefix("s3://").partition("/")[0]

    @property
    def prefix(self) -> str:
        """What the objects' keys begin with: ends with a slash, or is empty for all objects."""
        if not self.location.startswith("s3://"):
            return self.location
        return self.location.removeprefix("s3://").partition("/")[2]


class Instructions(_Part):
    """What workers are told."""

    short: _Instruction
    full: _Instruction | None = None
    good_example: _Instruction | None = None
    bad_example: _Instruction | None = None


def _input(value: object) -> object:
    return {"prefix": value} if isinstance(value, str) else value


class Job(_Part):
    """A labeling job. Durations are in seconds."""

    task: Annotated[str, AfterValidator(_task)]
    input: Annotated[Input, BeforeValidator(_input)]
    labels: tuple[str, ...]
    title: Annotated[_Text, AfterValidator(rules.task_title)]
    description: Annotated[_Text, AfterValidator(rules.task_description)]
    instructions: Instructions
    #: A key of `workforce.teams`.
    team: str
    workers_per_object: Annotated[int, AfterValidator(rules.workers_per_object)] = 1
    task_time_limit: _Seconds = 300
    task_availability: Annotated[_Seconds, AfterValidator(rules.task_availability)] = 864_000
    #: Without one in the file, the job's key.
    label_attribute: str
    max_concurrent_tasks: Annotated[int, AfterValidator(rules.max_concurrent_tasks)] | None = None
    #: Raised to start a new run over the same data.
    revision: Annotated[int, AfterValidator(_revision)] = 1
    tags: _Tags = {}

    @field_validator("labels")
    @classmethod
    def _labels_fit_task(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "task" not in info.data:
            return value
        return rules.labels(value, TASK_TYPES[info.data["task"]])

    @field_validator("task_time_limit")
    @classmethod
    def _time_fits_task(cls, value: int, info: ValidationInfo) -> int:
        if "task" not in info.data:
            return value
        return rules.task_time_limit(value, TASK_TYPES[info.data["task"]])

    @field_validator("label_attribute")
    @classmethod
    def _attribute_fits_task(cls, value: str, info: ValidationInfo) -> str:
        if "task" not in info.data:
            return value
        return rules.label_attribute(value, TASK_TYPES[info.data["task"]])

    @field_validator("team")
    @classmethod
    def _team_exists(cls, value: str, info: ValidationInfo) -> str:
        sizes = _around(info).team_sizes
        if sizes is not None and value not in sizes:
            raise ValueError(
                f"expected one of the teams in workforce.teams ({', '.join(sizes) or 'none'}),"
                f" got {rules.shown(value)}"
            )
        return value

    @field_validator("workers_per_object")
    @classmethod
    def _team_is_large_enough(cls, value: int, info: ValidationInfo) -> int:
        size = (_around(info).team_sizes or {}).get(info.data.get("team", ""))
        if size is not None and value > size:
            raise ValueError(
                f"expected at most {size}, the number of workers in team {info.data['team']},"
                f" got {value}; the job would wait for ever"
            )
        return value

    @field_validator("tags")
    @classmethod
    def _tags_fit_together(
        cls, value: Mapping[str, str], info: ValidationInfo
    ) -> Mapping[str, str]:
        rules.number_of_tags({**_around(info).tags, **value})
        return value


class Environment(_Part):
    """A deployment: dev, prod, local. Made by `load`."""

    region: Annotated[str, AfterValidator(rules.region)]
    #: Without one, the account of the CLI's credentials.
    account: Annotated[str, AfterValidator(rules.account)] | None = None
    #: Whether data and people are kept when the stacks are destroyed.
    protected: bool
    tags: _Tags = {}
    workforce: Workforce
    jobs: Mapping[Annotated[str, AfterValidator(_job_key)], Job] = {}

    _name: str = PrivateAttr()

    def model_post_init(self, context: _Surroundings, /) -> None:
        """Take the name from the file's."""
        self._name = context.environment

    @field_validator("jobs", mode="before")
    @classmethod
    def _label_attribute_defaults_to_key(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {
            key: {**job, "label_attribute": key}
            if isinstance(job, dict) and job.get("label_attribute") is None
            else job
            for key, job in value.items()
        }

    @property
    def name(self) -> str:
        """The file's name, such as `dev`."""
        return self._name

    def job_name_prefix(self, job_key: str) -> str:
        """Return what the names of a job's runs begin with."""
        return f"{self.name}-{job_key}"

    def team_name(self, team_key: str) -> str:
        """Return the name that Ground Truth knows a team by."""
        return f"{self.name}-{team_key}"


def load(path: Path) -> Environment:
    """Read an environment file; raises EnvironmentFileError with all that is wrong with it."""
    document = read(path)
    try:
        rules.environment_name(path.stem)
    except ValueError as error:
        raise EnvironmentFileError([f"{display_name(path)}: {error}; rename the file"]) from None
    return check(document, Environment, _surroundings(path.stem, document))


def load_all(folder: Path) -> list[Environment]:
    """Read all environment files; raises EnvironmentFileError with all that is wrong with them."""
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise EnvironmentFileError(
            [f"{display_name(folder)}: expected dev.yaml or so, got no file"]
        )
    environments = []
    problems: list[str] = []
    for path in paths:
        try:
            environments.append(load(path))
        except EnvironmentFileError as error:
            problems.extend(error.problems)
    if problems:
        raise EnvironmentFileError(problems)
    return environments


def _surroundings(name: str, document: Document) -> _Surroundings:
    tags = document.data.get("tags")
    teams = _below(_below(document.data, "workforce"), "teams")
    return _Surroundings(
        environment=name,
        tags=tags if isinstance(tags, dict) else {},
        team_sizes={key: _size(team) for key, team in teams.items()}
        if isinstance(teams, dict)
        else None,
    )


def _size(team: object) -> int | None:
    workers = _below(team, "workers")
    return len(workers) or None if isinstance(workers, list) else None


def _below(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None
