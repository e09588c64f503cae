"""Open points are what no source settles; what one settles is held against it here."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any, Final

import botocore
import pytest

from labeling_job.job import desired_state

_ROOT: Final = Path(__file__).parents[3]
_PAGE: Final = (_ROOT / "docs" / "unverified.md").read_text(encoding="utf-8")
_OPEN, _, _SETTLED = _PAGE.partition("\n## Settled\n")
#: What a row of the second table names as its source: a page, or a shape of botocore's models.
_SOURCE: Final = re.compile(r"https://\S+|botocore, `\w+`|botocore names .*`\w+`")


def _rows(text: str) -> list[list[str]]:
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row for row in rows if row[0] != "point" and not row[0].startswith("---")]


def _documentation(service: str, shape: str, member: str) -> str:
    """Return what botocore's newest model of a service says of a member, without its markup."""
    folder = Path(botocore.__file__).parent / "data" / service
    (file,) = max(folder.iterdir()).glob("service-2.json.gz")
    model: Any = json.loads(gzip.decompress(file.read_bytes()))
    return re.sub(r"<[^>]+>", "", model["shapes"][shape]["members"][member]["documentation"])


@pytest.mark.parametrize("row", _rows(_SETTLED), ids=lambda row: row[0])
def test_what_is_settled_names_a_source_and_a_test_that_is_there(row: list[str]) -> None:
    _, answer, test = row

    assert _SOURCE.search(answer)
    assert (_ROOT / test.strip("`")).is_file()


def test_no_point_is_both_open_and_settled() -> None:
    assert {row[0] for row in _rows(_OPEN)} & {row[0] for row in _rows(_SETTLED)} == set()


def test_names_that_differ_in_capitals_only_are_one_name_for_botocore() -> None:
    text = _documentation("sagemaker", "CreateLabelingJobRequest", "LabelingJobName")

    assert "LabelingJobName is not case sensitive" in text


def test_a_marker_that_was_changed_meanwhile_is_refused_as_botocore_says() -> None:
    text = _documentation("s3", "PutObjectRequest", "IfMatch")
    named = re.findall(r"4\d\d ([A-Z]\w+(?: Failed)?)", text)

    assert named == ["Precondition Failed", "ConditionalRequestConflict"]
    assert {name.replace(" ", "") for name in named} < desired_state._CHANGED
