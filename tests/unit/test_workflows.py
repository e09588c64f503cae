"""The pipelines: who may do what in them, and what runs where there is something to take.

Every rule holds for all workflows; those of GitLab's jobs are held against docs/ci.md.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.workflow_files import (
    FOLDER,
    ROOT,
    WORKFLOWS,
    Job,
    gitlab_jobs,
    jobs,
    steps,
    workflow,
)

_PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
#: What installs Python packages, or runs what they have installed.
_OF_PIP = re.compile(r"\b(pip|uv|make|python3?|activate|ground-truth|pytest)\b|\.venv|setup-python")
_JOBS = jobs()
_WITH_TOKEN = {name: job for name, job in _JOBS.items() if "id-token" in job["permissions"]}
#: What the events of these workflows can be. None of them is of a comment, and none runs a pull
#: request's code with the rights of the base.
_EVENTS = {"pull_request", "push", "merge_group", "workflow_dispatch", "schedule", "workflow_run"}


def _permissions(content: dict[str, Any]) -> set[str]:
    return {
        f"{scope}: {access}"
        for job in content["jobs"].values()
        for scope, access in job["permissions"].items()
    }


def _said(job: Job) -> list[str]:
    """Return what each step of a job uses or runs."""
    return [step.get("uses", step.get("run", "")) for step in job["steps"]]


@pytest.mark.parametrize(
    "command",
    [
        ["actionlint", *(str(FOLDER / name) for name in WORKFLOWS)],
        ["zizmor", "--offline", "--quiet", "--persona=pedantic", str(ROOT / ".github")],
    ],
    ids=["actionlint", "zizmor"],
)
def test_a_linter_of_workflows_finds_nothing(command: list[str]) -> None:
    program = Path(sys.executable).with_name(command[0])

    result = subprocess.run(  # noqa: S603
        [program, *command[1:]], capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_by_commit_with_their_version(name: str) -> None:
    lines = [line for line in (FOLDER / name).read_text().splitlines() if "uses:" in line]

    assert [line for line in lines if not _PINNED.search(line)] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_do_nothing_but_what_its_jobs_say(name: str) -> None:
    assert workflow(name)["permissions"] == {}
    assert all("permissions" in job for job in workflow(name)["jobs"].values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("check.yml", {"contents: read"}),
        ("plan.yml", {"contents: read"}),
        ("plan-comment.yml", {"actions: read", "contents: read", "pull-requests: write"}),
        ("deploy.yml", {"contents: read", "id-token: write"}),
        ("drift.yml", {"contents: read", "id-token: write"}),
    ],
)
def test_permissions_are_the_least(name: str, expected: set[str]) -> None:
    assert _permissions(workflow(name)) == expected


@pytest.mark.parametrize("name", WORKFLOWS)
def test_code_of_a_pull_request_never_meets_credentials(name: str) -> None:
    content, text = workflow(name), (FOLDER / name).read_text()
    credentials = {"secrets.", "github.token", "id-token", "aws-actions"}

    assert set(content["on"]) <= _EVENTS
    assert "pull_request" not in content["on"] or not {word for word in credentials if word in text}


@pytest.mark.parametrize("name", _JOBS)
def test_what_somebody_can_name_is_never_part_of_a_command(name: str) -> None:
    commands = [step["run"] for step in _JOBS[name]["steps"] if "run" in step]

    # A branch's name, or a title, would be read by the shell: it comes in a variable.
    assert [command for command in commands if "${{" in command] == []


@pytest.mark.parametrize("name", _JOBS)
def test_no_step_can_push_with_what_a_checkout_leaves(name: str) -> None:
    checkouts = [
        step for step in _JOBS[name]["steps"] if step.get("uses", "").startswith("actions/checkout")
    ]

    assert [step for step in checkouts if step["with"]["persist-credentials"] != "false"] == []


@pytest.mark.parametrize("name", _JOBS)
def test_no_package_of_npm_runs_code_when_it_is_installed(name: str) -> None:
    installs = [
        line
        for step in _JOBS[name]["steps"]
        for line in step.get("run", "").splitlines()
        if re.search(r"\b(npm|npx|yarn|pnpm)\b", line)
    ]

    assert [
        line
        for line in installs
        if "npm ci --ignore-scripts" not in line and "npx --no-install" not in line
    ] == []


def test_the_workflow_that_writes_comments_runs_nothing_of_the_pull_request() -> None:
    content = workflow("plan-comment.yml")
    uses = [step for step in steps(content) if "uses" in step]

    assert [step["uses"].partition("@")[0] for step in uses] == ["actions/checkout"]
    assert [step["with"]["ref"] for step in uses] == [
        "${{ github.event.repository.default_branch }}"
    ]
    assert all(not re.search(r"make|pip|\.venv", step.get("run", "")) for step in steps(content))


def test_what_is_deployed_is_looked_at_for_changes_by_hand() -> None:
    names = ("deploy.yml/deploy", "deploy.yml/ready", "drift.yml/drift")
    deployed, *others = (_JOBS[name]["strategy"]["matrix"]["environment"] for name in names)

    assert others == [deployed, deployed]
    assert "local" not in deployed


def test_a_deployment_is_approved_and_never_cut_off() -> None:
    job = _JOBS["deploy.yml/deploy"]

    assert job["environment"] == "${{ matrix.environment }}"
    assert job["concurrency"]["cancel-in-progress"] == "false"


def test_what_pip_installed_runs_with_a_token_for_reading_only() -> None:
    # GitHub writes the environment into the token, and the deploying role trusts another.
    deploying = {
        name: job for name, job in _WITH_TOKEN.items() if not job["environment"].endswith("-read")
    }

    assert deploying
    assert [
        (name, said)
        for name, job in deploying.items()
        for said in _said(job)
        if _OF_PIP.search(said)
    ] == []


def test_the_rule_of_what_pip_installed_knows_what_it_is_about() -> None:
    others = {name for name, job in _JOBS.items() if any(map(_OF_PIP.search, _said(job)))}

    assert {*_WITH_TOKEN} == {"deploy.yml/deploy", "deploy.yml/ready", "drift.yml/drift"}
    assert {"deploy.yml/synthesise", "deploy.yml/ready", "drift.yml/drift"} <= others


def test_the_job_that_deploys_gets_the_assembly_from_one_that_can_do_nothing() -> None:
    made, deploys = _JOBS["deploy.yml/synthesise"], _JOBS["deploy.yml/deploy"]
    upload = next(step for step in made["steps"] if "upload-artifact" in step.get("uses", ""))
    download = next(
        step for step in deploys["steps"] if "download-artifact" in step.get("uses", "")
    )

    assert made["permissions"] == {"contents": "read"}
    assert "environment" not in made
    assert upload["with"]["name"] == download["with"]["name"]
    assert upload["with"]["path"] == download["with"]["path"] == "cdk.out"
    assert deploys["needs"] == "ready"
    assert _JOBS["deploy.yml/ready"]["needs"] == "synthesise"


def test_an_assembly_is_looked_at_before_there_are_credentials() -> None:
    said = _said(_JOBS["deploy.yml/deploy"])
    looked = said.index("node installation/assembly.mjs cdk.out")
    credentials = next(at for at, each in enumerate(said) if "aws-actions" in each)

    assert looked < credentials
    assert [
        each for each in said[credentials + 1 :] if not each.startswith("node_modules/.bin/cdk")
    ] == []


def test_the_cli_that_deploys_is_that_of_the_lock_file_and_reads_the_assembly_only() -> None:
    job = _JOBS["deploy.yml/deploy"]
    (checkout,) = (step for step in job["steps"] if "checkout" in step.get("uses", ""))
    *_, command = _said(job)

    assert command.startswith('node_modules/.bin/cdk deploy "$ENVIRONMENT/*" --app cdk.out ')
    # No cdk.json, which could name an app or plug-ins.
    assert checkout["with"]["sparse-checkout"].split() == [
        "/package.json",
        "/package-lock.json",
        "/installation/assembly.mjs",
    ]


@pytest.mark.parametrize("name", ["deploy.yml/ready", "drift.yml/drift"])
def test_packages_are_installed_before_there_are_credentials(name: str) -> None:
    said = _said(_JOBS[name])

    assert next(at for at, each in enumerate(said) if "aws-actions" in each) > said.index(
        "make setup"
    )


def test_on_gitlab_what_pip_installed_meets_the_token_of_reading_only() -> None:
    audiences = {
        name: each["aud"]
        for name, job in gitlab_jobs().items()
        for each in job.get("id_tokens", {}).values()
    }
    with_pip = {
        name
        for name, job in gitlab_jobs().items()
        if _OF_PIP.search("\n".join([*job.get("before_script", []), *job["script"]]))
    }

    assert audiences["deploy"] not in {audiences[name] for name in with_pip & audiences.keys()}
    assert "deploy" not in with_pip
    assert {"synthesise", "drift", "plan"} <= with_pip


def test_on_gitlab_the_assembly_is_looked_at_and_deployed_by_the_cli_of_the_lock_file() -> None:
    job = gitlab_jobs()["deploy"]

    assert job["before_script"] == ["npm ci --ignore-scripts --omit=dev --no-audit --no-fund"]
    assert job["needs"] == ["synthesise", "ready"]
    assert job["script"][0] == "node installation/assembly.mjs cdk.out"
    assert job["script"][-1].startswith(
        'node_modules/.bin/cdk deploy "$CI_ENVIRONMENT_NAME/*" --app cdk.out '
    )
    assert "id_tokens" not in gitlab_jobs()["synthesise"]
