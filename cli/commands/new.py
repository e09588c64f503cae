"""`ground-truth new`: writes an environment file to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Annotated, Final

import typer

from cli.errors import CommandError
from cli.repository import repository
from cli.verb import AsJson, end, verb
from docs.task_types import example
from ground_truth.catalogue.task_types import CUSTOM, TASK_TYPES, TaskType
from ground_truth.config.yaml_file import display_name, read
from ground_truth.validators import names_and_limits
from ground_truth.validators.messages import did_you_mean

_FILE: Final = """\
# yaml-language-server: $schema=schema.json
# Put in your own addresses and words, then `ground-truth validate {name}`.
# docs/environment.md lists every key.

region: us-east-1               # where everything runs and the data stays
# account: "111122223333"       # without it, the account of your credentials
protected: false                # true: data, labels and accounts can't be destroyed

workforce:
  create:                       # docs/workforce.md has the other ways to a workforce
    organization: Example Labs
    support_email: labeling@example.com
    pool_schema: false          # so that AWS lets the accounts' pool be changed later
    # allowed_cidrs: [203.0.113.0/24]   # open the portal from these networks only
  teams:
    labelers:
      description: Labels data
      workers: [ana@example.com, bo@example.com]    # each gets an invitation by mail
      notify: [lead@example.com]                    # get a mail when there is work

# docs/task-types.md says what this task takes.
jobs:
{job}
    title: {title}
    description: Say in one line what is to be done.
{instructions}\
    team: labelers
    workers_per_object: 1
    task_time_limit: 5 minutes
    task_availability: 10 days
"""
_INSTRUCTIONS: Final = """\
    instructions:
      short: Say how to decide.   # beside each question; `full` stands behind a button
"""
#: Where the example of a custom task is.
_SAMPLE: Final = "samples/receipts"


def _tasks(incomplete: str) -> list[str]:
    return [name for name in TASK_TYPES if name.startswith(incomplete)]


@verb(
    "ground-truth new stage --task bounding-box",
    "ground-truth new reviews --task text-classification",
    more="\n".join(["Tasks:", *(f"  {name}" for name in TASK_TYPES)]),
)
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The environment's name: stage.")],
    *,
    task: Annotated[
        str,
        typer.Option(
            metavar="TASK",
            help="The kind of question that workers answer.",
            autocompletion=_tasks,
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Write an environment file to begin with, which is right as it stands.

    It becomes environments/NAME.yaml. A file that is there is never written over.
    """
    if task not in TASK_TYPES:
        raise CommandError(
            f"expected one of the tasks {', '.join(TASK_TYPES)}, got"
            f" {task!r}{did_you_mean(task, TASK_TYPES)}"
        )
    if PurePath(name).suffix in (".yaml", ".yml"):
        raise CommandError(
            f"expected an environment's name, got the name of a file, {name!r}; write"
            f" `ground-truth new {PurePath(name).stem} --task {task}`"
        )
    try:
        names_and_limits.environment_name(name)
    except ValueError as error:
        raise CommandError(str(error)) from None
    path = repository() / "environments" / f"{name}.yaml"
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError:
        raise CommandError(
            f"expected the name of a new environment, but {display_name(path)} is there already;"
            " choose another name"
        ) from None
    try:
        with file:
            file.write(content(name, TASK_TYPES[task]))
    except BaseException:
        path.unlink()
        raise
    end(
        {"file": display_name(path)},
        lambda screen: screen.print("\n".join(_next_steps(path))),
        as_json=as_json,
    )


def _next_steps(path: Path) -> Iterator[str]:
    """Yield what leads from the file to a job, in the order in which it works."""
    name = path.stem
    (job,) = read(path).data["jobs"].values()
    given = job["input"] if isinstance(job["input"], dict) else {"prefix": job["input"]}
    yield f"{display_name(path)}: written. Put in your own addresses and words, then:"
    yield f"  ground-truth validate {name}"
    yield f"  ground-truth doctor {name}"
    yield f"  npx cdk deploy '{name}/Data' '{name}/Workforce' -c environment={name}"
    yield f"  aws s3 cp <folder> s3://<InputBucketName>/{given['prefix']} --recursive"
    if "manifest" in given:
        yield f"  aws s3 cp <your manifest> s3://<InputBucketName>/{given['manifest']}"
    yield f"  ground-truth deploy {name}"
    yield "The doctor says what the account lacks, also where it has a workforce already. The"
    yield "first deployment names the input bucket; the job starts with the second, once there is"
    yield "something to label."


def content(name: str, task_type: TaskType) -> str:
    """Return an environment file with one job of a task type."""
    job = example(task_type.name)
    if task_type is CUSTOM:
        for folder in ("templates", "functions"):
            job = job.replace(f": {folder}/", f": {_SAMPLE}/{folder}/")
    return _FILE.format(
        name=name,
        job=job,
        title=task_type.title,
        instructions="" if task_type is CUSTOM else _INSTRUCTIONS,
    )
