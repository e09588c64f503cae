"""An environment file as a whole, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo, field_validator

from constructs.ground_truth import people_rules, rules
from stacks.config.attributes import check_attributes
from stacks.config.environment_file import (
    Document,
    EnvironmentFileError,
    check,
    display_name,
    environment_files,
    read,
)
from stacks.config.fields import Email, Emails, Part, Surroundings, Tags, Text, around
from stacks.config.job import Job, complete

_MOST_TEAMS: Final = 25
#: Each has six outputs, and a stack 200 of them at most
#: (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
_MOST_JOBS: Final = 33


def _job_key(value: str, info: ValidationInfo) -> str:
    rules.key(value)
    rules.job_name_prefix(f"{around(info).environment}-{value}")
    return value


def _team_key(value: str, info: ValidationInfo) -> str:
    rules.key(value)
    rules.team_name(f"{around(info).environment}-{value}")
    return value


class Create(Part):
    """A private workforce that is made for the environment."""

    #: Who invites the workers.
    organization: Annotated[Text, AfterValidator(people_rules.organization)]
    #: Whom workers write to.
    support_email: Email
    #: Where the worker portal can be opened from; empty for everywhere.
    allowed_cidrs: Annotated[tuple[str, ...], AfterValidator(people_rules.cidrs)] = ()


class Team(Part):
    """A work team."""

    description: Annotated[Text, AfterValidator(people_rules.team_description)]
    #: Addresses in lower case.
    workers: Emails
    #: Addresses that get a mail when there is work and when a job has ended.
    notify: Emails = ()

    @field_validator("workers")
    @classmethod
    def _has_workers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("expected at least one worker, got []; nobody would label")
        return value


class Workforce(Part):
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


class Environment(Part):
    """A deployment: dev, prod, local. Made by `load`."""

    region: Annotated[str, AfterValidator(rules.region)]
    #: Without one, the account of the CLI's credentials.
    account: Annotated[str, AfterValidator(rules.account)] | None = None
    #: Whether data and people are kept when the stacks are destroyed.
    protected: bool
    tags: Tags = Field(default_factory=dict)
    workforce: Workforce
    jobs: Mapping[Annotated[str, AfterValidator(_job_key)], Job] = Field(default_factory=dict)

    _name: str = PrivateAttr()
    _root: Path = PrivateAttr()

    def model_post_init(self, context: Surroundings, /) -> None:
        """Take the name from the file's, and what paths in it start from."""
        self._name = context.environment
        self._root = context.root

    @field_validator("jobs", mode="before")
    @classmethod
    def _jobs_are_complete(cls, value: object) -> object:
        return complete(value) if isinstance(value, Mapping) else value

    @field_validator("jobs")
    @classmethod
    def _outputs_have_names_of_their_own(cls, value: Mapping[str, Job]) -> Mapping[str, Job]:
        if len(value) > _MOST_JOBS:
            raise ValueError(
                f"expected at most {_MOST_JOBS} jobs, whose outputs one stack can hold, got"
                f" {len(value)}; put some of them into another environment"
            )
        first: dict[str, str] = {}
        for key in value:
            before = first.setdefault(key.replace("-", ""), key)
            if before != key:
                raise ValueError(
                    "expected job keys that differ in more than hyphens, which the names of outputs"
                    f" leave out, got {before!r} and {key!r}"
                )
        return value

    @field_validator("jobs")
    @classmethod
    def _reviews_fit_what_they_review(cls, value: Mapping[str, Job]) -> Mapping[str, Job]:
        check_attributes(value)
        return value

    @property
    def name(self) -> str:
        """The file's name, such as `dev`."""
        return self._name

    @property
    def root(self) -> Path:
        """What paths in the file start from: the folder above `environments/`."""
        return self._root

    def job_name_prefix(self, job_key: str) -> str:
        """Return what the names of a job's runs begin with."""
        return f"{self.name}-{job_key}"

    def on_change(self, job: Job) -> Literal["replace", "fail"]:
        """Say what becomes of a change while the job runs: protected work is not ended by it."""
        return job.on_change or ("fail" if self.protected else "replace")

    def reviewed(self, job: Job) -> Job | None:
        """Return the job whose labels `job` verifies or adjusts, where it is one of this file."""
        if job.previous is None or job.previous.job is None:
            return None
        return self.jobs[job.previous.job]

    def source(self, job: Job) -> Job:
        """Return the job that says where the data objects are: `job`, or the one it reviews."""
        reviewed = self.reviewed(job)
        return job if reviewed is None else self.source(reviewed)

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
    return check(document, Environment, _surroundings(path, document))


def load_all(folder: Path) -> list[Environment]:
    """Read all environment files; raises EnvironmentFileError with all that is wrong with them."""
    paths = environment_files(folder)
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


def _surroundings(path: Path, document: Document) -> Surroundings:
    tags = document.data.get("tags")
    jobs = document.data.get("jobs")
    teams = _below(_below(document.data, "workforce"), "teams")
    return Surroundings(
        environment=path.stem,
        root=path.absolute().parent.parent,
        region=str(document.data.get("region")),
        tags=tags if isinstance(tags, dict) else {},
        team_sizes={key: _size(team) for key, team in teams.items()}
        if isinstance(teams, dict)
        else None,
        jobs=jobs if isinstance(jobs, dict) else {},
    )


def _size(team: object) -> int | None:
    workers = _below(team, "workers")
    return len(workers) or None if isinstance(workers, list) else None


def _below(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None
