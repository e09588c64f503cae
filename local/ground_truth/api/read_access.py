"""`grant_read_access` of worker templates: URLs by which a browser reads objects for a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from local.ground_truth.api.local_job import LocalJob
from local.ground_truth.cloud import Cloud, Scope, split_uri


def read_access(
    cloud: Cloud, scope: Scope, job: LocalJob, only: Mapping[str, str] | None = None
) -> Callable[[str], str]:
    """Return what makes a URL of an S3 URI with the role's rights: `grant_read_access`.

    `only` are IP addresses by condition key that the URL is good for.
    """

    def grant(value: str) -> str:
        # "If you're using an HTTP(S) URL, it's not needed":
        # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step2-demo1.html
        if value.startswith(("https://", "http://")):
            return value
        return cloud.read_url(scope, job.role, *split_uri(value), only=only)

    return grant
