"""Makes an input manifest as a script with boto3 would, and prints what it took."""

from __future__ import annotations

import json
import random
import sys

import boto3

from benchmarks.measuring import measured


def main() -> None:
    """Read what the bucket has; the arguments are the kind of objects and a sample, or 0."""
    kind, sample = sys.argv[1], int(sys.argv[2])
    s3 = boto3.client("s3")
    with measured() as result:
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket="labeling-input", Prefix="Input/"
        )
        keys = [
            entry["Key"]
            for page in pages
            for entry in page["Contents"]
            if entry["Key"].endswith(".txt") and entry["Size"]
        ]
        if sample:
            keys = random.sample(keys, sample)
        lines = []
        for key in keys:
            uri = f"s3://labeling-input/{key}"
            if kind == "text":
                body = s3.get_object(Bucket="labeling-input", Key=key)["Body"].read()
                lines.append(json.dumps({"source": body.decode(), "object": uri}))
            else:
                lines.append(json.dumps({"source-ref": uri}))
        s3.put_object(
            Bucket="labeling-output", Key="input.manifest", Body="\n".join(lines).encode()
        )
        result.objects = len(keys)


if __name__ == "__main__":
    main()
