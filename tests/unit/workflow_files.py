"""The pipelines' files: GitHub's workflows, and the lines for GitLab in docs/ci.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / ".github" / "workflows"
WORKFLOWS: Final = tuple(sorted(path.name for path in FOLDER.iterdir()))
#: Keys of GitLab's file that are no jobs.
_NO_JOBS: Final = ("default", "stages", "workflow", "variables", "include")

Job = dict[str, Any]


def workflow(name: str) -> dict[str, Any]:
    """Return a workflow with all scalars as text: YAML 1.1 takes the key `on` for true."""
    content: dict[str, Any] = yaml.load((FOLDER / name).read_text(), Loader=yaml.BaseLoader)  # noqa: S506  # makes texts only
    return content


def jobs() -> dict[str, Job]:
    """Return all jobs of all workflows, such as `deploy.yml/synthesise`."""
    return {
        f"{name}/{key}": job for name in WORKFLOWS for key, job in workflow(name)["jobs"].items()
    }


def steps(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the steps of a workflow."""
    for job in content["jobs"].values():
        yield from job["steps"]


def gitlab_jobs() -> dict[str, Job]:
    """Return the jobs for GitLab, with all that they inherit."""
    page = (ROOT / "docs" / "ci.md").read_text()
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    content = yaml.safe_load(block)
    default = content.get("default", {})
    return {
        name: {**default, **content.get(job.get("extends"), {}), **job}
        for name, job in content.items()
        if name not in _NO_JOBS and not name.startswith(".")
    }
