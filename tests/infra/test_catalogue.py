"""Every task type and every option of a job, from the environment file to the template."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from ground_truth.config import Environment, load
from local.ground_truth.api.request_model import check_request
from stacks.environment_stage import EnvironmentStage
from tests.infra import golden
from tests.infra.synthesis import Synthesis, feature_flags

_DATA = Path(__file__).parents[1] / "data"
#: What a golden file has of a job.
_SHOWN = ("OnChange", "Relabel", "StopOnDelete", "Input", "Files", "Request")
_CATALOGUE = load(_DATA / "environments" / "catalogue.yaml")


@pytest.fixture(scope="module")
def catalogue(synthesise: Callable[[Environment], Synthesis]) -> Synthesis:
    return synthesise(_CATALOGUE)


def _job(catalogue: Synthesis, key: str) -> dict[str, Any]:
    (found,) = (
        resource["Properties"]
        for resource in catalogue.resources("Labeling", "Custom::LabelingJob")
        if resource["Properties"]["NamePrefix"] == f"catalogue-{key}"
    )
    return dict(found)


def _policies(synthesis: Synthesis, role: str) -> list[dict[str, Any]]:
    (statements,) = (
        policy["Properties"]["PolicyDocument"]["Statement"]
        for policy in synthesis.resources("Labeling", "AWS::IAM::ManagedPolicy")
        if policy["Properties"]["Roles"][0]["Ref"].startswith(role)
    )
    return [dict(golden.readable(statement)) for statement in statements]


def _allowed(synthesis: Synthesis, action: str, role: str = "ExecutionRole") -> list[str]:
    """Return the resources on which a role may do something."""
    return [
        resource
        for statement in _policies(synthesis, role)
        if statement["Effect"] == "Allow" and action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    ]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("key", sorted(_CATALOGUE.jobs))
def test_a_job_becomes_what_its_golden_file_shows(
    catalogue: Synthesis, key: str, request: pytest.FixtureRequest
) -> None:
    job = _job(catalogue, key)
    shown = golden.text(golden.readable({part: job[part] for part in _SHOWN}))
    file = _DATA / "jobs" / f"{key}.yaml"

    if request.config.getoption("--update-golden-files"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown, encoding="utf-8")

    assert shown == file.read_text(encoding="utf-8")


def test_no_golden_file_is_of_a_job_that_is_gone() -> None:
    assert {file.stem for file in (_DATA / "jobs").iterdir()} == set(_CATALOGUE.jobs)


@pytest.mark.parametrize("key", sorted(_CATALOGUE.jobs))
def test_a_job_s_request_is_valid_with_all_patterns_and_ranges(
    catalogue: Synthesis, key: str
) -> None:
    job = _job(catalogue, key)
    request = _with_likely_arns(golden.readable(job["Request"]))
    request["LabelingJobName"] = f"catalogue-{key}-0123456789"
    source = {"S3DataSource": {"ManifestS3Uri": "s3://bucket/input.manifest"}}
    request["InputConfig"] = {**request.get("InputConfig", {}), "DataSource": source}
    if "WorkerTemplate" in job["Files"]:
        request["HumanTaskConfig"]["UiConfig"] = {"UiTemplateS3Uri": "s3://bucket/template"}

    check_request("CreateLabelingJob", request)


def _with_likely_arns(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_likely_arns(item) for item in value]
    if isinstance(value, dict):
        return {key: _with_likely_arns(item) for key, item in value.items()}
    if not isinstance(value, str) or "<" not in value:
        return value
    value = value.replace("<AWS::AccountId>", "111122223333")
    if "ExecutionRole" in value:
        return "arn:aws:iam::111122223333:role/execution"
    if value == "<DataKey.Arn>":
        return "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
    if "Function" in value:
        return "arn:aws:lambda:us-east-1:111122223333:function:own"
    return value.replace("<DataOutput>", "bucket").replace("<", "").replace(">", "")


def test_all_findings_are_in_the_reviewed_list(catalogue: Synthesis) -> None:
    assert catalogue.findings == []


def test_a_job_on_text_alone_gives_the_execution_role_nothing_of_this(local: Synthesis) -> None:
    for action in ("iam:PassRole", "lambda:InvokeFunction", "kms:CreateGrant"):
        assert _allowed(local, action) == []


def test_automated_labeling_lets_the_execution_role_pass_itself_on(catalogue: Synthesis) -> None:
    assert _allowed(catalogue, "iam:PassRole") == ["<ExecutionRole.Arn>"]
    assert _allowed(catalogue, "kms:CreateGrant") == [_CATALOGUE.jobs["species"].output_key]


def test_the_function_reads_labels_of_earlier_runs_also_under_a_job_s_own_key(
    catalogue: Synthesis,
) -> None:
    assert _allowed(catalogue, "kms:Decrypt", role="LabelingJobFunction") == [
        "<DataKey.Arn>",
        _CATALOGUE.jobs["species"].output_key,
    ]
    assert "<DataOutput.Arn>/labels/catalogue-*" in _allowed(
        catalogue, "s3:GetObject", role="LabelingJobFunction"
    )


def test_the_execution_role_calls_the_functions_of_custom_tasks_and_no_others(
    catalogue: Synthesis,
) -> None:
    functions = set(_allowed(catalogue, "lambda:InvokeFunction"))

    assert "arn:aws:lambda:us-east-1:111122223333:function:prepare" in functions
    assert len(functions) == 3
    assert not any(arn.endswith("*") for arn in functions)


def test_workers_see_the_objects_below_the_prefixes_of_jobs_and_no_others(
    catalogue: Synthesis,
) -> None:
    readable = _allowed(catalogue, "s3:GetObject")

    assert [arn for arn in readable if arn.startswith("<DataInput.Arn>/")] == [
        f"<DataInput.Arn>/{prefix}/*"
        for prefix in ("Clips", "Clouds", "Frames", "Images", "My receipts", "Streets")
    ]


def test_the_function_reads_texts_manifests_and_sequences_and_no_pictures(
    catalogue: Synthesis,
) -> None:
    readable = _allowed(catalogue, "s3:GetObject", role="LabelingJobFunction")

    assert [arn for arn in readable if arn.startswith("<DataInput.Arn>/")] == [
        f"<DataInput.Arn>/{place}"
        for place in (
            "Clouds/*",
            "Tables/*",
            "Texts/*",
            "manifests/clouds.jsonl",
            "manifests/names.jsonl",
            "manifests/sequences.jsonl",
        )
    ]


def test_a_review_waits_for_the_job_that_it_reviews(catalogue: Synthesis) -> None:
    source = _job(catalogue, "cars-adjusted")["Input"]

    assert golden.readable(source["ManifestUri"]) == "<JobscarsJob.OutputManifestUri>"
    assert golden.readable(source["PreviousJob"]) == "<JobscarsJob.JobName>"


@pytest.mark.parametrize("bucket", ["DataInput", "DataOutput"])
def test_buckets_with_frames_have_the_rule_for_frames_as_well(
    catalogue: Synthesis, bucket: str
) -> None:
    (rules,) = (
        resource["Properties"]["CorsConfiguration"]["CorsRules"]
        for name, resource in catalogue.templates["Data"].find_resources("AWS::S3::Bucket").items()
        if name.startswith(bucket)
    )

    assert [rule["AllowedMethods"] for rule in rules] == [["GET"], ["GET", "HEAD", "PUT"]]
    assert all(rule["AllowedOrigins"] == ["*"] for rule in rules)
    assert all(rule["ExposedHeaders"] == ["Access-Control-Allow-Origin"] for rule in rules)


def test_more_prefixes_than_a_policy_can_hold_are_named_at_synthesis(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    file = tmp_path / "environments" / "many.yaml"
    text = (_DATA / "environments" / "catalogue.yaml").read_text()
    head, _, _ = text.partition("jobs:")
    job = (
        "task: image-classification, labels: [Cat, Dog], title: t, description: d,"
        " instructions: {short: s}, team: readers"
    )
    prefixes = (f"{'a-long-prefix/' * 5}{number}/" for number in range(33))
    jobs = "".join(
        f"  job-{number}: {{input: {prefix}, {job}}}\n" for number, prefix in enumerate(prefixes)
    )
    file.write_text(f"{head}jobs:\n{jobs}")

    app = cdk.App(context=feature_flags(), outdir=str(tmp_path / "out"))
    stage = EnvironmentStage(app, load(file))

    with pytest.raises(RuntimeError, match="expected at most 6144 characters in the policy of one"):
        stage.synth()
