"""Where things stand in the output bucket.

    labels/<run>/                              Ground Truth writes it
        manifests/output/output.manifest
        annotations/…
    requests/<environment>-<job key>/          the function writes it
        <digest>/input.manifest …              what a run is started with, and its counts
        sequences/<digest>.json
        wanted/<physical id>.json              markers

What is deployed looks there: none of it can be moved. A job's properties lead to it:
`S3OutputPath` to the labels, `Files.Prefix` to the requests of its job key. Both are taken as keys
or as S3 URIs, and what is returned is the same.
"""

from __future__ import annotations

from typing import Final

from dataset.names import prefix_of

LABELS_FOLDER: Final = "labels"
REQUESTS_PREFIX: Final = "requests/"

INPUT_MANIFEST: Final = "input.manifest"
LABEL_CATEGORIES: Final = "label-categories.json"
WORKER_TEMPLATE: Final = "worker-template.liquid"
#: Lists what can't be labeled.
SKIPPED: Final = "left-out.jsonl"
#: Stands beside the manifest, because a manifest doesn't say what was skipped, and the words of a
#: summary are not allowed in a job's tags.
COUNTS: Final = "run.json"

_OUTPUT_MANIFEST: Final = "manifests/output/output.manifest"
_ANSWERS: Final = "annotations/worker-response/"


def split_uri(uri: str) -> tuple[str, str]:
    """Return bucket and key of an S3 URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def labels_prefix(output_path: str, run: str) -> str:
    """Return what the places of a run's labels begin with; `run` may be the beginning of a name."""
    return f"{output_path.rstrip('/')}/{run}".removeprefix("/")


def output_manifest(output_path: str, run: str) -> str:
    """Return where Ground Truth writes the output manifest of a run, as soon as it has labels."""
    return f"{labels_prefix(output_path, run)}/{_OUTPUT_MANIFEST}"


def answers_prefix(output_path: str, run: str) -> str:
    """Return what the places of all workers' answers of a run begin with, a file each."""
    return f"{labels_prefix(output_path, run)}/{_ANSWERS}"


def run_of(output_path: str, place: str) -> str | None:
    """Return the run whose labels stand there; None if it is no run of ours."""
    beginning = labels_prefix(output_path, "")
    run = place.removeprefix(beginning).partition("/")[0] if place.startswith(beginning) else ""
    return run if prefix_of(run) is not None else None


def labels_folder(manifest: str) -> str:
    """Return the prefix of the labels that an output manifest, given by its key, names.

    A copy of one that stands elsewhere names those beside it
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html).
    """
    if manifest.endswith(_OUTPUT_MANIFEST):
        return manifest.removesuffix(_OUTPUT_MANIFEST)
    return manifest[: manifest.rfind("/") + 1]


def requests_prefix(name_prefix: str) -> str:
    """Return where the function writes all that it needs for the runs of a job key."""
    return f"{REQUESTS_PREFIX}{name_prefix}/"


def sequence_file(requests: str, digest: str) -> str:
    """Return the place of the sequence file with this content."""
    return f"{requests}sequences/{digest}.json"


def marker(requests: str, physical_id: str) -> str:
    """Return the place of the marker that says whether a resource is still wanted."""
    return f"{requests}wanted/{physical_id}.json"
