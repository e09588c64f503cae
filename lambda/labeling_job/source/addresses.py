"""Where S3 answers for a bucket: as botocore addresses it, or where S3 itself sends a request.

A bucket is sent to another host for minutes or hours after it was made
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

from dataset.messages import shown
from labeling_job.hints import bucket_region, endpoint_of

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_s3 import S3Client


class Address(NamedTuple):
    """Where S3 answers for a bucket."""

    scheme: str
    #: With its port where that is not the scheme's own.
    host: str
    #: What stands before the slash of each key: nothing, or a slash and the bucket.
    path: str
    #: What is signed for.
    region: str


class ForeignHostError(Exception):
    """S3, or who answers in its place, sends a request where S3 is not."""


def own_address(bucket: str, s3: S3Client) -> Address:
    """Return botocore's address of a bucket, in the client's own Region."""
    # Never sent, so that its signature is of no account: there is no other public way to know.
    url = urlsplit(s3.generate_presigned_url("list_objects_v2", Params={"Bucket": bucket}))
    region = parse_qs(url.query)["X-Amz-Credential"][0].split("/")[2]
    return Address(url.scheme, url.netloc, url.path.rstrip("/"), region)


def redirected(error: ClientError, bucket: str, own: Address) -> Address | None:
    """Return where S3 sends a request.

    It is None where S3 does not say, and where it names another Region: a bucket there is of no
    use. Raises ForeignHostError for any host that is not S3's, which must not see what is signed.
    """
    region, host = bucket_region(error), endpoint_of(error)
    if region not in (None, own.region) or (region is None and host is None):
        return None
    if host in (None, own.host):
        return own
    if not _is_of_s3(host, bucket, own):
        raise ForeignHostError(shown(host))
    if not host.startswith(f"{bucket}."):
        return own._replace(host=host, path=f"/{bucket}")
    if own.scheme == "https" and "." in bucket:
        # No certificate of S3's is for a name with so many parts.
        return own._replace(host=host.removeprefix(f"{bucket}."), path=f"/{bucket}")
    return own._replace(host=host, path="")


def _is_of_s3(host: str, bucket: str, own: Address) -> bool:
    """Say whether a host is S3's own, of the same partition, and for no other bucket.

    Beside the Region's names, the new and the older ones with a dash, AWS's page above has
    `johnsmith.s3-gztb4pa9sq.amazonaws.com`. Names that customers choose have other forms.
    """
    name = rf"(?:{re.escape(bucket)}\.)?s3"
    region = re.escape(own.region)
    # Anything else is an address of local AWS or of a proxy, beside which there is none.
    here = re.fullmatch(rf"{name}(?:-fips)?(?:\.dualstack)?\.{region}\.([a-z0-9.-]+)", own.host)
    if here is None:
        return False
    return (
        re.fullmatch(
            rf"{name}(?:(?:-fips)?(?:\.dualstack)?\.{region}|-[a-z0-9-]+)?\.{re.escape(here[1])}",
            host,
        )
        is not None
    )
