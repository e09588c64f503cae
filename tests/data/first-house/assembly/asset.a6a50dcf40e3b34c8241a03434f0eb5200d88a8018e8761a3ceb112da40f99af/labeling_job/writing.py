"""Writes objects to S3, large ones in parts, and leaves no part of what can't be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.errors import CustomResourceError
from labeling_job.advice import explain
from labeling_job.collaborators import Collaborators
from labeling_job.lines_on_disk import LinesOnDisk

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CompletedPartTypeDef

#: Bytes of a part, and of what is written in one piece.
_PART: Final = 16_000_000


def write_object(uri: str, content: bytes, account: str, aws: Collaborators) -> None:
    """Write an object; `account` owns the bucket. Raises CustomResourceError if it can't be."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        aws.s3.put_object(Bucket=bucket, Key=key, Body=content, ExpectedBucketOwner=account)
    except ClientError as error:
        raise CustomResourceError(f"{uri} can't be written: {explain(error)}") from error


def write_lines(uri: str, lines: LinesOnDisk, account: str, aws: Collaborators) -> None:
    """Write lines, of which one part at a time is in memory; otherwise as `write_object`.

    The parts that a killed function leaves are the bucket's to remove, after a day.
    """
    if lines.size <= _PART:
        write_object(uri, lines.read(), account, aws)
        return
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        upload = aws.s3.create_multipart_upload(
            Bucket=bucket, Key=key, ExpectedBucketOwner=account
        )["UploadId"]
        try:
            parts: list[CompletedPartTypeDef] = []
            for number, start in enumerate(range(0, lines.size, _PART), start=1):
                part = aws.s3.upload_part(
                    Bucket=bucket,
                    Key=key,
                    ExpectedBucketOwner=account,
                    UploadId=upload,
                    PartNumber=number,
                    Body=lines.read(start, _PART),
                )
                parts.append({"PartNumber": number, "ETag": part["ETag"]})
            aws.s3.complete_multipart_upload(
                Bucket=bucket,
                Key=key,
                ExpectedBucketOwner=account,
                UploadId=upload,
                MultipartUpload={"Parts": parts},
            )
        except Exception:
            _take_back(bucket, key, upload, account, aws)
            raise
    except ClientError as error:
        raise CustomResourceError(f"{uri} can't be written: {explain(error)}") from error


def _take_back(bucket: str, key: str, upload: str, account: str, aws: Collaborators) -> None:
    try:
        aws.s3.abort_multipart_upload(
            Bucket=bucket, Key=key, ExpectedBucketOwner=account, UploadId=upload
        )
    except (BotoCoreError, ClientError):
        # The reason why it could not be written matters more.
        aws.log.exception("parts of s3://%s/%s could not be taken back", bucket, key)
