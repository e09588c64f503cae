"""What runs cost, from the price file and from counts of objects."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cli.plan.counts import Count, CountsError, read_counts
from ground_truth.catalogue.prices import Price, price, prices, task_of
from ground_truth.catalogue.task_types import TASK_TYPES


@pytest.mark.parametrize(
    ("objects", "usd"),
    [
        (0, "0"),
        (1, "0.08"),
        (50_000, "4000"),
        (50_001, "4000.04"),
        (1_000_000, "42000"),
        (1_000_100, "42002"),
    ],
)
def test_each_object_costs_what_its_tier_says(objects: int, usd: str) -> None:
    assert price(objects, "text-classification") == Price(usd=Decimal(usd), is_confirmed=False)


@pytest.mark.parametrize("task", sorted(prices().unknown))
def test_a_task_without_a_known_price_has_none(task: str) -> None:
    assert price(100, task) is None
    assert task in TASK_TYPES


def test_a_task_that_nobody_knows_has_no_price() -> None:
    assert price(100, None) is None


def _request(function: str | None) -> dict[str, Any]:
    config = {} if function is None else {"PreHumanTaskLambdaArn": f"arn:a:function:{function}"}
    return {"Request": {"HumanTaskConfig": config}}


@pytest.mark.parametrize(
    ("function", "task"),
    [
        ("PRE-TextMultiClass", "text-classification"),
        ("PRE-AdjustmentBoundingBox", "bounding-box"),
        ("PRE-VerificationBoundingBox", "bounding-box"),
        ("PRE-3DPointCloudObjectTracking", "point-cloud-object-tracking"),
        ("my-own", "custom"),
        (None, "custom"),
        ("PRE-ToBeInvented", None),
    ],
)
def test_the_task_is_told_by_the_function_that_prepares_it(
    function: str | None, task: str | None
) -> None:
    assert task_of(_request(function)) == task


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ({"dev": {"even-odd": {"objects": 212}}}, Count(objects=212)),
        ({"dev": {"even-odd": {"objects": 9, "labeled": 4}}}, Count(objects=9, labeled=4)),
        ({"dev": {"even-odd": 212}}, Count(objects=212)),
        ({"dev-Labeling": {"EvenOddObjectCount": "212"}}, Count(objects=212)),
        ({"prod": {"even-odd": 1}}, None),
    ],
)
def test_counts_are_outputs_of_stacks_or_numbers_by_job(
    tmp_path: Path, content: Mapping[str, Any], count: Count | None
) -> None:
    file = tmp_path / "counts.json"
    file.write_text(json.dumps(content))

    assert read_counts(file).of("dev", "even-odd") == count


@pytest.mark.parametrize("text", ["", "[]", '{"dev": 1}'])
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "counts.json"
    file.write_text(text)

    with pytest.raises(CountsError, match=r"^--counts: expected .*counts\.json"):
        read_counts(file)


@pytest.mark.parametrize("told", [{"labeled": 1}, "many", {"objects": None}])
def test_a_count_that_is_no_number_is_refused_with_its_place(tmp_path: Path, told: object) -> None:
    file = tmp_path / "counts.json"
    file.write_text(json.dumps({"dev": {"even-odd": told}}))

    with pytest.raises(CountsError, match=r"expected a number of objects in dev\.even-odd"):
        read_counts(file).of("dev", "even-odd")
