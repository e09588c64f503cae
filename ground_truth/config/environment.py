"""An environment file as a whole, and how it is read."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ground_truth.catalogue.regions import REGIONS
from ground_truth.config.attributes import check_attributes
from ground_truth.config.effects import Effect
from ground_truth.config.fields import Tags
from ground_truth.config.job import Job
from ground_truth.config.neighbours import check_apart
from ground_truth.config.review import complete
from ground_truth.config.section import Section, ValidationContext, context_of
from ground_truth.config.workforce import Workforce
from ground_truth.config.yaml_file import (
    Document,
    EnvironmentFileError,
    check,
    display_name,
    environment_files,
    read,
)
from ground_truth.validators import names_and_limits
from ground_truth.validators.messages import ItemError

#: Each has six outputs, and a stack 200 of them at most
#: (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html).
_MOST_JOBS: Final = 33
#: Kinds of data that a portal in a VPC does not show
#: (https://docs.aws.amazon.com/sagemaker/latest/dg/samurai-vpc-worker-portal.html).
_NOT_IN_A_VPC: Final = ("video", "video frames", "point cloud", "point cloud sequence")


def _job_key(value: str, info: ValidationInfo) -> str:
    names_and_limits.key(value)
    names_and_limits.job_name_prefix(f"{context_of(info).environment}-{value}")
    return value


class Environment(Section):
    """A deployment: dev, prod, local. Made by `load`."""

    #: Where everything runs and the data stays.
    region: Annotated[
        str,
        AfterValidator(names_and_limits.region),
        Field(json_schema_extra={"enum": list(REGIONS)}),
        Effect("everything anew"),
    ]
    #: Without one, the account of the CLI's credentials.
    account: Annotated[
        Annotated[str, AfterValidator(names_and_limits.account)] | None,
        Effect("everything anew"),
    ] = None
    #: Whether data and people are kept when the stacks are destroyed.
    protected: Annotated[bool, Effect("in place")]
    #: The name of a managed policy: the most that the roles of the stacks can do.
    permissions_boundary: Annotated[
        Annotated[str, AfterValidator(names_and_limits.policy_name)] | None, Effect("in place")
    ] = None
    #: Put on everything that is made, but on the workforce, which has no tags.
    tags: Annotated[Tags, Effect("in place")] = Field(default_factory=dict)
    #: Who labels.
    workforce: Annotated[Workforce, Effect("as its keys say")]
    #: What is labeled, by a name of your choice.
    jobs: Annotated[
        Mapping[Annotated[str, AfterValidator(_job_key)], Job], Effect("another job")
    ] = Field(default_factory=dict)

    _name: str = PrivateAttr()
    _root: Path = PrivateAttr()
    _owner: Environment | None = PrivateAttr(default=None)

    def model_post_init(self, context: ValidationContext, /) -> None:
        """Take the name from the file's, what paths in it start from, and whose workforce it is."""
        self._name = context.environment
        self._root = context.root
        if self.workforce.shared_with is not None:
            self._owner = context.neighbour(self.workforce.shared_with)

    @field_validator("jobs", mode="before")
    @classmethod
    def _jobs_are_complete(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        # Before anything is made of them: each is held against those that it reviews.
        if len(value) > _MOST_JOBS:
            raise ValueError(
                f"expected at most {_MOST_JOBS} jobs, whose outputs one stack can hold, got"
                f" {len(value)}; put some of them into another environment"
            )
        return complete(value)

    @field_validator("jobs")
    @classmethod
    def _outputs_have_names_of_their_own(cls, value: Mapping[str, Job]) -> Mapping[str, Job]:
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

    @model_validator(mode="after")
    def _is_where_its_workforce_is(self) -> Environment:
        for name in ("region", "account"):
            here, there = getattr(self, name), getattr(self.owner, name)
            if here != there:
                raise ItemError(
                    f"expected an environment with the same {name} as this one, {here or 'none'},"
                    f" got {self.owner.name!r} with {there or 'none'}",
                    "workforce",
                    "shared_with",
                )
        return self

    @model_validator(mode="after")
    def _portal_shows_all_jobs(self) -> Environment:
        network = self.owner.workforce.network
        if network is None or network.vpc is None:
            return self
        for key, job in self.jobs.items():
            if job.data_kind.name in _NOT_IN_A_VPC:
                raise ItemError(
                    f"expected a job that a worker portal in a VPC can show, got one over"
                    f" {job.data_kind.name}, which Ground Truth supports in an open portal only;"
                    " take the job or `vpc` away",
                    "jobs",
                    key,
                )
        return self

    @property
    def owner(self) -> Environment:
        """The environment that makes the workforce: this one, unless it shares another's."""
        return self._owner or self

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

    def source(self, job: Job) -> Job:
        """Return the job that says where the data objects are: `job`, or the one it reviews."""
        return job if job.reviewed_job is None else self.source(self.jobs[job.reviewed_job])

    def team_name(self, team_key: str) -> str:
        """Return the name that Ground Truth knows a team by."""
        return f"{self.name}-{team_key}"


def load(path: Path, *, region: str | None = None) -> Environment:
    """Read an environment file; raises EnvironmentFileError with all that is wrong with it.

    With `region`, as if the file named that one.
    """
    document = read(path)
    if region is not None:
        document = replace(document, data={**document.data, "region": region})
    try:
        names_and_limits.environment_name(path.stem)
    except ValueError as error:
        raise EnvironmentFileError([f"{display_name(path)}: {error}; rename the file"]) from None
    return check(document, Environment, _context(path, document))


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
    _check_workforces(environments, folder)
    check_apart(folder)
    return environments


def _check_workforces(environments: list[Environment], folder: Path) -> None:
    """Refuse two environments that both make the only workforce of an account and Region.

    Where the files name no account, the deployment itself finds out.
    """
    makers: dict[tuple[str, str], str] = {}
    for each in environments:
        if each.account is None or each.workforce.network is None:
            continue
        first = makers.setdefault((each.account, each.region), each.name)
        if first != each.name:
            raise EnvironmentFileError(
                [
                    f"{display_name(folder / each.name)}.yaml: workforce: expected one environment"
                    f" that makes the only private workforce of account {each.account} in"
                    f" {each.region}, got {first!r} and {each.name!r}; write"
                    f" `workforce: {{shared_with: {first}}}` here, with the teams"
                ]
            )


def _context(path: Path, document: Document) -> ValidationContext:
    tags = document.data.get("tags")
    jobs = document.data.get("jobs")
    teams = _below(_below(document.data, "workforce"), "teams")
    return ValidationContext(
        environment=path.stem,
        root=path.absolute().parent.parent,
        region=str(document.data.get("region")),
        tags=tags if isinstance(tags, dict) else {},
        team_sizes={key: _size(team) for key, team in teams.items()}
        if isinstance(teams, dict)
        else None,
        jobs=jobs if isinstance(jobs, dict) else {},
        neighbour=functools.cache(functools.partial(_neighbour, path.parent, path.stem)),
    )


def _neighbour(folder: Path, asking: str, name: str) -> Environment:
    """Return another environment of the same folder, one that shares nobody's workforce itself."""
    path = folder / f"{name}.yaml"
    try:
        workforce = _below(read(path).data, "workforce")
        if name == asking or _below(workforce, "shared_with") is not None:
            raise ValueError(
                "expected an environment that makes its workforce, by create or oidc, got"
                f" {name!r}, which has shared_with"
            )
        return load(path)
    except EnvironmentFileError as error:
        first, *more = error.problems
        raise ValueError(
            f"expected the name of another environment whose file is right, got {name!r}: {first}"
            + (f" (and {len(more)} more)" if more else "")
        ) from None


def _size(team: object) -> int | None:
    workers = _below(team, "workers")
    return len(workers) or None if isinstance(workers, list) else None


def _below(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None
