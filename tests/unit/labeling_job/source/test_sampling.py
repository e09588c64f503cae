"""Sample, shuffle, order and limit: the same for the same seed, whatever the listing's order."""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_resource.errors import CustomResourceError
from labeling_job.input_properties import Input, read_input
from labeling_job.manifest.manifest import read_manifest
from labeling_job.request import from_event
from labeling_job.source.sampling import choose
from labeling_job.source.skipped import Skipped
from tests.unit.labeling_job.labeling_job_aws import (
    FakeAws,
    all_lines,
    event,
    image_properties,
    json_lines,
    made,
)

_PLACES = st.lists(st.text(max_size=5), unique=True, max_size=40)
_NUMBERS = st.integers(1, 45)


def _source(**changes: Any) -> Input:
    return dataclasses.replace(read_input(image_properties()["Input"]), **changes)


def _choose(places: Iterable[str], skipped: Skipped | None = None, **changes: Any) -> list[str]:
    chosen = choose(
        places,
        _source(**changes),
        skipped or Skipped(),
        place=lambda place: place,
        weigh=len,
    )
    return list(chosen)


@given(_PLACES)
def test_without_a_sample_all_are_taken_as_listed(places: list[str]) -> None:
    assert _choose(places) == places


@given(_PLACES, _NUMBERS)
def test_a_limit_takes_the_first(places: list[str], limit: int) -> None:
    assert _choose(places, limit=limit) == places[:limit]


def test_a_limit_ends_the_listing_early() -> None:
    aws = FakeAws(page_size=2)
    aws.objects["in"].update({f"Images/{number}.jpg": b"x" for number in range(9)})
    props = image_properties(Limit="3")

    manifest = read_manifest(from_event(event("Create", props)), aws.as_clients())

    assert manifest.objects == 3
    assert len(aws.called("ListObjectsV2")) == 2


@given(_PLACES, _NUMBERS, st.integers())
def test_a_sample_keeps_the_listed_order(places: list[str], sample: int, seed: int) -> None:
    chosen = _choose(places, sample=sample, seed=seed)

    assert len(chosen) == min(sample, len(places))
    assert chosen == [place for place in places if place in chosen]


@given(_PLACES, _NUMBERS, st.randoms())
def test_a_sample_does_not_depend_on_the_listing_s_order(
    places: list[str], sample: int, random: Any
) -> None:
    others = random.sample(places, len(places))

    assert set(_choose(others, sample=sample)) == set(_choose(places, sample=sample))


@given(_PLACES, _NUMBERS, st.text(min_size=6))
def test_a_new_file_takes_the_place_of_one_other_at_most(
    places: list[str], sample: int, new: str
) -> None:
    before = set(_choose(places, sample=sample))
    after = set(_choose([*places, new], sample=sample))

    assert after - before <= {new}
    assert len(before - after) <= 1


@given(_PLACES, _NUMBERS)
def test_a_larger_sample_has_all_of_a_smaller_one(places: list[str], sample: int) -> None:
    assert set(_choose(places, sample=sample)) <= set(_choose(places, sample=sample + 1))


def test_another_seed_is_another_sample() -> None:
    places = [str(number) for number in range(1000)]

    assert _choose(places, sample=10, seed=1) != _choose(places, sample=10, seed=2)


@given(_PLACES, st.randoms())
def test_a_shuffle_has_all_in_an_order_that_is_always_the_same(
    places: list[str], random: Any
) -> None:
    others = random.sample(places, len(places))

    shuffled = _choose(places, order="shuffled")

    assert sorted(shuffled) == sorted(places)
    assert _choose(others, order="shuffled") == shuffled


def test_a_shuffle_is_another_order() -> None:
    places = [str(number) for number in range(1000)]

    assert _choose(places, order="shuffled") not in (
        places,
        _choose(places, order="shuffled", seed=1),
    )


@given(_PLACES, st.none() | _NUMBERS, _NUMBERS, st.sampled_from(["listed", "shuffled"]))
def test_a_limit_takes_the_first_of_a_sample_or_shuffle(
    places: list[str], sample: int | None, limit: int, order: str
) -> None:
    unlimited = _choose(places, sample=sample, order=order)

    assert _choose(places, sample=sample, order=order, limit=limit) == unlimited[:limit]


@pytest.mark.parametrize("order", ["listed", "shuffled"])
def test_what_is_not_chosen_is_counted(order: str) -> None:
    skipped = Skipped()

    chosen = _choose(map(str, range(10)), skipped, sample=6, limit=2, order=order)

    assert len(chosen) == 2
    assert skipped.reasons == {"not in the sample": 4, "over the limit": 4}
    assert skipped.report is None


def test_a_sample_of_very_many_keeps_only_the_sample() -> None:
    alive = most = 0

    class Place(str):
        __slots__ = ()

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def places() -> Iterator[Place]:
        nonlocal alive, most
        for number in range(20_000):
            alive += 1
            most = max(most, alive)
            yield Place(number)

    _choose(places(), sample=10)

    assert most < 20


_TOO_MANY = (
    "expected at most 5 data objects for one job, got more under s3://in/Images/, use `sample` or "
    "`limit`, or split them over several jobs"
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"limit": 6},
        {"sample": 6},
        {"order": "shuffled"},
        {"order": "shuffled", "limit": 6},
        {"sample": 7, "limit": 6},
    ],
)
def test_more_than_one_job_can_have_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CustomResourceError) as refused:
        _choose(map(str, range(9)), maximum_objects=5, **changes)

    assert str(refused.value) == _TOO_MANY


@pytest.mark.parametrize(
    "changes",
    [
        {"limit": 5},
        {"sample": 5},
        {"order": "shuffled", "limit": 5},
        {"sample": 9, "limit": 5},
        {"sample": 9, "limit": 5, "order": "shuffled"},
    ],
)
def test_what_one_job_can_have_is_counted_after_sample_and_limit(changes: dict[str, Any]) -> None:
    assert len(_choose(map(str, range(9)), maximum_objects=5, **changes)) == 5


@pytest.mark.parametrize("changes", [{}, {"sample": 3}, {"order": "shuffled"}])
def test_more_bytes_than_a_function_can_hold_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(CustomResourceError) as refused:
        list(
            choose(
                map(str, range(3)),
                _source(**changes),
                Skipped(),
                place=lambda place: place,
                weigh=lambda _: 150_000_000,
            )
        )

    assert str(refused.value) == (
        "expected at most 400000000 bytes of data objects for one job, got 450000000 or more under "
        "s3://in/Images/, use `sample` or `limit`, or split them over several jobs"
    )


def test_listing_ends_where_the_limit_of_objects_is_passed() -> None:
    aws = FakeAws(page_size=2)
    aws.objects["in"].update({f"Images/{number}.jpg": b"x" for number in range(9)})
    request = from_event(event("Create", image_properties(MaximumObjects="3")))

    with pytest.raises(CustomResourceError):
        read_manifest(request, aws.as_clients())

    assert len(aws.called("ListObjectsV2")) == 2


def test_as_many_objects_as_automated_labeling_needs_are_enough() -> None:
    objects = {f"Images/{number}.jpg": b"x" for number in range(3)}

    assert made(objects, image_properties(MinimumObjects="3")).objects == 3


def test_fewer_objects_than_automated_labeling_needs_are_refused() -> None:
    objects = {f"Images/{number}.jpg": b"x" for number in range(9)}

    with pytest.raises(CustomResourceError) as refused:
        made(objects, image_properties(MinimumObjects="3", Sample="2"))

    assert str(refused.value) == (
        "expected at least 3 data objects for automated labeling, got 2 under s3://in/Images/; "
        "left out 7: not in the sample 7, add some or turn `auto_label` off"
    )


def test_the_manifest_has_the_order_of_the_sample() -> None:
    objects = {f"Images/{number}.jpg": b"x" for number in range(9)}
    uris = [f"s3://in/{key}" for key in objects]

    manifest = made(objects, image_properties(Order="shuffled", Seed="7", Sample="5"))

    assert [line["source-ref"] for line in json_lines(all_lines(manifest))] == _choose(
        uris, order="shuffled", seed=7, sample=5
    )


def test_the_hash_is_the_same_for_ever() -> None:
    places = [f"s3://in/Images/{number}.jpg" for number in range(10)]

    chosen = _choose(places, sample=3, seed=7)

    assert chosen == ["s3://in/Images/3.jpg", "s3://in/Images/6.jpg", "s3://in/Images/9.jpg"]
