"""Takes an answer for one of AWS only if it has an id, which AWS gives to each.

Whatever stands between may send a page, or half a document, with the status of a success.
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTCommonResponseHeaders.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.answers import NoAnswerError

_C = TypeVar("_C")


def from_aws(client: _C) -> _C:
    """Return a client of botocore that raises NoAnswerError for what AWS has not answered.

    So it does for a refusal: a proxy's 403 is none of AWS's.
    """
    events = client.meta.events  # type: ignore[attr-defined]  # any client
    events.register("after-call", _check)
    events.register("after-call-error", _translate)
    return client


def _check(parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
    if not parsed.get("ResponseMetadata", {}).get("RequestId"):
        if (body := parsed.get("Body")) is not None:
            # Or its connection would be kept for what nobody reads.
            body.close()
        raise NoAnswerError(operation=model.name)


def _translate(exception: BaseException, event_name: str, **_: Any) -> None:
    # Whatever else botocore raises comes of a document that it can't read.
    if isinstance(exception, Exception) and not isinstance(exception, (BotoCoreError, ClientError)):
        raise NoAnswerError(operation=event_name.rpartition(".")[2]) from exception
