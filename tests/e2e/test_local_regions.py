"""One local AWS serves every Region: its services, portals, login pages and certificate."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ground_truth.catalogue.regions import REGIONS
from local.aws import LocalAws
from local.browser import Browser
from tests.e2e.people import make_people

_TWELVE = [name for name, region in REGIONS.items() if region.partition == "aws"]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """Give one whose own Region is none of the twelve."""
    folder = tmp_path_factory.mktemp("regions")
    with LocalAws(folder, region="eu-north-1", delay=0.05) as aws:
        yield aws


@pytest.mark.parametrize("region", _TWELVE)
def test_workers_of_any_region_sign_in_at_its_portal_by_its_login_page(
    aws: LocalAws, region: str
) -> None:
    name = f"ana-{region}"
    people = make_people(aws, {name: ["readers"]}, region)
    people.open_portal()
    worker = people.worker(name, portal=f"https://{people.sub_domain}")

    login = Browser(aws.ca_bundle).open(f"https://{people.sub_domain}/")
    page = worker.sign_in()

    assert f".labeling.{region}." in people.sub_domain
    assert f".auth.{region}." in login.url
    assert page.url == f"https://{people.sub_domain}/"
    assert worker.tasks() == []
