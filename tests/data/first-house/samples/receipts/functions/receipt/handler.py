"""Makes a line of the input manifest into what the template `receipt.html` shows."""

from typing import Any

_CURRENCIES = ["EUR", "USD", "JPY"]


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer Ground Truth before a receipt goes to workers.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
    """
    receipt = event["dataObject"]
    return {
        "taskInput": {
            "source-ref": receipt["source-ref"],
            "file": receipt["source-ref"].rpartition("/")[2],
            # A manifest's line may bring its own.
            "currencies": receipt.get("currencies", _CURRENCIES),
        }
    }
