"""Sixty faults of HTTP on each custom resource of people, and CloudFormation's course after each.

The function's own clients ask a real server, which plays the fault at one of the requests that a
resource makes in its life: each request has several. Whatever comes of it, the next deployment ends
as if nothing had been, nobody has got two mails, and every event was answered in words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from tests.lifecycle.http_faults import FAULTS
from tests.lifecycle.over_http import over_http
from tests.lifecycle.people import People, PeopleStack, adopted
from tests.lifecycle.people_over_http import HttpWorld
from tests.unit.http_server import Fault, HttpServer, Plan, http_server
from tests.unit.workforce.cognito_pools import NOW
from tests.unit.workforce.workforce_aws import SENDER
from workforce import resources
from workforce.record import Record

_ANA, _BO, _CY, _HAND = (f"{name}@example.com" for name in ("ana", "bo", "cy", "hand"))
_OLD = "old@example.com"
_LEFT = Record(made_by="dev", stack="an-older-one", mail="sent", at=NOW)
_CIDRS: Final = ("203.0.113.0/24",)
#: Who gets the notices of work in the end.
_TOLD: Final = (_ANA, _CY, _HAND)

#: Takes the stack of an environment, and of another whose pool it may share, through a life. What
#: it returns is deployed in the end.
Life = Callable[[PeopleStack, PeopleStack], People]


def _shared(first: PeopleStack, *emails: str, **changes: Any) -> People:
    first.kinds = ()
    if first.people is None:
        first.deploy(People(workforce_name="first", teams={}))
    return replace(adopted(People(teams={"readers": emails}), first), **changes)


def _destroy(dev: PeopleStack) -> None:
    """Destroy a stack; what can't be is destroyed again when AWS is well again."""
    if dev.destroy() == "DELETE_FAILED":
        HttpWorld.server.plan.forgive()
        assert dev.destroy() == "DELETE_COMPLETE"


def _check(dev: PeopleStack, first: PeopleStack) -> People:
    dev.deploy(People(email_from=SENDER))
    dev.deploy(People())
    _destroy(dev)
    dev.deploy(_shared(first, _ANA))
    return _shared(first, _ANA, email_from=SENDER)


def _protection(dev: PeopleStack, _: PeopleStack) -> People:
    dev.deploy(People(protected=True, keep_accounts=True), fails_at="Teams")
    return People(protected=True)


def _network(dev: PeopleStack, _: PeopleStack) -> People:
    dev.deploy(People(cidrs=_CIDRS))
    dev.deploy(People())
    dev.deploy(People(cidrs=_CIDRS), fails_at="Teams")
    return People()


def _oidc(dev: PeopleStack, _: PeopleStack) -> People:
    people = People(mode="oidc")
    dev.deploy(people)
    dev.deploy(replace(people, cidrs=_CIDRS))
    _destroy(dev)
    return people


def _login(dev: PeopleStack, first: PeopleStack) -> People:
    dev.deploy(People())
    dev.deploy(People(client={"AccessTokenValidity": 30}, invitation="{username} {####} {portal}!"))
    _destroy(dev)
    return _shared(first, _ANA)


def _access(dev: PeopleStack, _: PeopleStack) -> People:
    dev.deploy(People(teams={"readers": (_ANA,), "writers": (_BO,)}))
    dev.deploy(People(teams={"readers": (_ANA,), "checkers": (_BO,)}))
    return People(teams={"readers": (_ANA,)})


def _workers(dev: PeopleStack, first: PeopleStack) -> People:
    people = _shared(first, _ANA, _BO)
    dev.world.add_user(_HAND, pool=first.pool, status="FORCE_CHANGE_PASSWORD")
    # Somebody whom an earlier stack of the same environment has left.
    dev.world.add_user(_OLD, pool=first.pool, record=_LEFT)
    dev.deploy(_shared(first, _ANA, _OLD), fails_at="Workers")
    dev.deploy(people)
    dev.deploy(_shared(first, _ANA, _HAND))
    return _shared(first, _ANA, _CY, _HAND, _OLD)


def _subscriptions(dev: PeopleStack, first: PeopleStack) -> People:
    world = dev.world
    dev.deploy(_shared(first, _ANA, _BO, told=True))
    if dev.people is not None:
        world.confirm(_ANA)
    dev.deploy(_shared(first, _ANA, _CY, told=True))
    if dev.people is not None and _BO not in dev.people.teams["readers"]:
        # Bo's line is gone, and he follows the link all the same.
        world.confirm(_BO)
    # SNS forgets who has not confirmed.
    world.time += 49 * 3600.0
    dev.deploy(_shared(first, _ANA, _CY, _OLD, told=True))
    return _shared(first, *_TOLD, told=True)


_LIVES: Final[dict[str, Life]] = {
    "WorkforceCheck": _check,
    "PoolProtection": _protection,
    "PortalNetwork": _network,
    "OidcWorkforce": _oidc,
    "PortalLogin": _login,
    "WorkerAccess": _access,
    "Workers": _workers,
    "Subscriptions": _subscriptions,
}


@pytest.fixture(scope="module")
def server() -> Iterator[HttpServer]:
    with http_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _over_http(server: HttpServer, _in_a_simulated_world: None) -> Iterator[None]:
    HttpWorld.server = server
    with over_http(server):
        yield


def _lived(server: HttpServer, target: str, plan: Plan) -> HttpWorld:
    """Return the world after a life with a fault, and one more deployment without."""
    world = HttpWorld(target=target)
    world.identities[SENDER] = {"VerifiedForSendingStatus": True}
    server.plan = plan
    dev, first = PeopleStack(world), PeopleStack(world, "first")
    dev.kinds = (target,)
    end = _LIVES[target](dev, first)
    plan.forgive()
    if dev.is_stuck:
        # Deleting the stack deletes whom its environment has made.
        world.deleted.add(_OLD)
    assert dev.recover(), dev.reason
    assert dev.deploy(end) in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), dev.reason
    assert server.errors == []
    _check_answers(world)
    return world


def _check_answers(world: HttpWorld) -> None:
    """Raise AssertionError for an event without an answer, or with one that explains nothing."""
    for run in world.runs:
        answers = world.answers[run.event["ResponseURL"]]
        assert answers, run.event
        for time, body in answers:
            assert time < run.ends
            assert not json.loads(body)["Reason"].startswith("unexpected"), body


def _cases() -> list[Any]:
    return [
        pytest.param(target, number, id=f"{target}-{_said(*FAULTS[number])}")
        for target in _LIVES
        for number in range(len(FAULTS))
    ]


def _said(fault: Fault, times: int | None) -> str:
    return f"{fault.name}-{'for-ever' if times is None else times}"


def test_every_resource_of_people_has_a_life() -> None:
    assert {f"Custom::{target}" for target in _LIVES} == resources._RESOURCES.keys()


_undisturbed: dict[str, tuple[list[str], dict[str, Any]]] = {}


def _kind_life(server: HttpServer, target: str) -> tuple[list[str], dict[str, Any]]:
    if target not in _undisturbed:
        plan = Plan()
        state = _lived(server, target, plan).state()
        _undisturbed[target] = plan.requests, state
    return _undisturbed[target]


@pytest.mark.parametrize(("target", "number"), _cases())
def test_case_87_a_fault_of_http_is_over_with_the_next_deployment(
    server: HttpServer, target: str, number: int
) -> None:
    requests, _ = _kind_life(server, target)
    # A stride that meets all requests, where there are not more of them than faults.
    first = number * 7 % len(requests)

    _check_end(server, target, first, number)


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[_said(*each) for each in FAULTS])
def test_case_88_a_mail_that_is_answered_wrongly_goes_out_once(
    server: HttpServer, number: int
) -> None:
    requests, _ = _kind_life(server, "Workers")

    _check_end(server, "Workers", requests.index("AdminCreateUser RESEND"), number)


def _check_end(server: HttpServer, target: str, first: int, number: int) -> None:
    """Raise AssertionError if it ends otherwise than undisturbed, or somebody got two mails."""
    fault, times = FAULTS[number]
    _, wanted = _kind_life(server, target)

    world = _lived(server, target, Plan(fault=fault, first=first, times=times))

    assert world.accounts_mailed_twice() == []
    assert world.asked_twice() == []
    assert _settled(world.state(), world.deleted) == _settled(wanted, world.deleted)


def _settled(state: dict[str, Any], deleted: set[str]) -> dict[str, Any]:
    """Return what matters in the end: who can sign in, where, and all settings.

    Who is removed may be gone, or be there without being let in; a mail may be known or not.
    """
    people = {
        pool: {who: each for who, each in found.items() if each[0] and who not in deleted}
        for pool, found in state["people"].items()
    }
    records = {
        pool: {who: _of(record) for who, record in found.items() if who in people[pool]}
        for pool, found in state["records"].items()
    }
    groups = {
        pool: {group: {who for who in members if who in people[pool]} for group, members in found}
        for pool, found in ((pool, found.items()) for pool, found in state["groups"].items())
    }
    # Who has left may still be asked, which nobody can take back, but gets nothing.
    notices = {
        (topic, email)
        for topic, email, how_far in state["notices"]
        if how_far == "confirmed" or email in _TOLD
    }
    settled = {"people": people, "records": records, "groups": groups, "notices": notices}
    return {**state, **settled, "mails": None}


def _of(record: Record) -> Record:
    assert record.mail in ("sent", "trying")
    return replace(record, mail="sent", stack="")
