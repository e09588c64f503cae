"""Where the environments are, and which of them and of their jobs a name means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli.errors import CommandError

if TYPE_CHECKING:
    from ground_truth.config import Environment, Job

#: Where this code is, with `.venv` and `node_modules`.
INSTALLATION: Final = Path(__file__).parents[1]
#: What stands in the folder of a repository.
_MARKS: Final = ("cdk.json", "environments")
#: How near a name must be to be suggested: `deb` to `dev`.
_NEAR: Final = 0.6


def repository() -> Path:
    """Return the nearest folder above with `cdk.json` and `environments/`, or the installation's.

    Raises CommandError in another checkout: its app would run with half of this one's code.
    """
    here = Path.cwd()
    for folder in (here, *here.parents, INSTALLATION):
        if all((folder / mark).exists() for mark in _MARKS):
            other = folder / "cli" / "main.py"
            if other.exists() and not other.samefile(INSTALLATION / "cli" / "main.py"):
                raise CommandError(
                    f"expected the command of this checkout, got that of {INSTALLATION}; run"
                    f" `make setup` in {folder}, then `.venv/bin/ground-truth`"
                )
            return folder
    raise CommandError(f"expected cdk.json and environments/ here or above, got none in {here}")


def environment_names() -> list[str]:
    """Return the names of all environments, whatever is in their files."""
    from ground_truth.config.yaml_file import environment_files

    return [path.stem for path in environment_files(repository() / "environments")]


def job_names(environment: str) -> list[str]:
    """Return the job keys of an environment's file, right or wrong; none if it can't be read."""
    from ground_truth.config.yaml_file import EnvironmentFileError, read

    try:
        jobs = read(repository() / "environments" / f"{environment}.yaml").data.get("jobs")
    except EnvironmentFileError:
        return []
    return list(jobs) if isinstance(jobs, dict) else []


def find_environment(name: str) -> Path:
    """Return an environment's file; raises CommandError with the nearest name if there is none."""
    from ground_truth.validators.messages import did_you_mean

    folder = repository() / "environments"
    path = folder / f"{name}.yaml"
    names = environment_names()
    if name in names:
        return path
    for ending in (".yml", ".yaml"):
        if name.endswith(ending):
            stem = Path(name).stem
            raise CommandError(
                f"expected an environment's name, got the name of a file, {name!r}; write {stem!r}"
            )
    if (other := path.with_suffix(".yml")).exists():
        raise CommandError(misnamed(other))
    raise CommandError(
        f"expected one of the environments there are ({', '.join(names) or 'none'}), got"
        f" {name!r}{did_you_mean(name, names, cutoff=_NEAR)}"
    )


def misnamed(path: Path) -> str:
    """Say of a file `dev.yml` that nothing reads it."""
    from ground_truth.config.yaml_file import display_name

    return (
        f"{display_name(path)}: expected a file that ends with .yaml, got one with .yml, which"
        f" nothing reads; rename it to {path.stem}.yaml"
    )


def read_environment(name: str) -> Environment:
    """Return an environment; raises CommandError with all that is wrong with its file."""
    from ground_truth.config import EnvironmentFileError, load

    try:
        return load(find_environment(name))
    except EnvironmentFileError as error:
        raise CommandError(str(error)) from None


def require_own_names(environment: Environment) -> None:
    """Raise CommandError if another file of the folder would give something the same name."""
    from ground_truth.config import EnvironmentFileError
    from ground_truth.config.neighbours import check_apart

    try:
        check_apart(repository() / "environments", environment.name)
    except EnvironmentFileError as error:
        raise CommandError(str(error)) from None


def find_job(environment: Environment, name: str) -> Job:
    """Return a job; raises CommandError with the nearest name if the file has none of that name."""
    from ground_truth.validators.messages import did_you_mean

    if name not in environment.jobs:
        names = ", ".join(environment.jobs) or "none"
        raise CommandError(
            f"expected one of the jobs of {environment.name} ({names}), got"
            f" {name!r}{did_you_mean(name, environment.jobs, cutoff=_NEAR)}"
        )
    return environment.jobs[name]
