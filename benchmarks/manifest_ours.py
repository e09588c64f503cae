"""Makes an input manifest as the function does, and prints what it took."""

from __future__ import annotations

import sys

from benchmarks.measuring import measured
from dataset.layout import requests_prefix
from labeling_job.clients import connect
from labeling_job.job.files import write_files
from labeling_job.manifest.manifest import read_manifest
from labeling_job.request import from_event


def main() -> None:
    """Read what the bucket has; the arguments are the kind of objects and a sample, or 0."""
    kind, sample = sys.argv[1], int(sys.argv[2])
    aws = connect(step="benchmark", seconds=780.0)
    source = {
        "Bucket": "labeling-input",
        "Prefix": "Input/",
        "Extensions": [".txt"],
        "Kind": kind,
        "MaximumObjects": "100000",
        "WhenEmpty": "fail",
        **({"Split": "file", "MaximumCharacters": "20000"} if kind == "text" else {}),
        **({"Sample": str(sample)} if sample else {}),
    }
    request = from_event(
        {
            "StackId": "arn:aws:cloudformation:us-east-1:111122223333:stack/dev-Labeling/1",
            "LogicalResourceId": "Job",
            "ResourceProperties": {
                "NamePrefix": "dev-job",
                "Input": source,
                "Files": {"Bucket": "labeling-output", "Prefix": requests_prefix("job")},
                "Request": {},
            },
        }
    )
    with measured() as result:
        manifest = read_manifest(request, aws)
        write_files(request, manifest, aws)
        result.objects = manifest.objects


if __name__ == "__main__":
    main()
