"""What the README and the recipes let a user do first to the files of `environments/`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_RENAMED: Final = {
    "ana@example.com, bo@example.com": "kim@labs.example.org, lee@labs.example.org",
    "lead@example.com": "kim@labs.example.org",
    "support_email: labeling@example.com": "support_email: help@labs.example.org",
    "Example Labs": "Our Laboratory",
    "number-readers": "mathematicians",
    "even-odd:": "parity:",
    "labels: [Even, Odd]": "labels: [Divisible by 2, Not divisible by 2, Unreadable]",
}


def edit(environments: Path) -> None:
    """Put own addresses and names into `dev`, copy it to another Region, and give up `prod`."""
    dev = environments / "dev.yaml"
    text = dev.read_text()
    for before, after in _RENAMED.items():
        if before not in text:
            raise ValueError(f"expected {before!r} in {dev}, got another file")
        text = text.replace(before, after)
    dev.write_text(text)
    (environments / "stage.yaml").write_text(text.replace("us-east-1", "eu-west-1"))
    (environments / "prod.yaml").unlink()
