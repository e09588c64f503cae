"""People whom a list outside of the template names are invited, told of work, and taken out."""

from __future__ import annotations

import io
import json
import logging

import pytest
from botocore.response import StreamingBody

from custom_resource.errors import CustomResourceError
from tests.unit.workforce.cognito_pools import NOW, POOL
from tests.unit.workforce.people_lists import (
    LIST,
    PeopleWithList,
    list_properties,
    told_properties,
)
from tests.unit.workforce.workforce_aws import SECRET
from tests.unit.workforce.workforce_events import (
    STACK,
    create,
    delete,
    topics_properties,
    update,
    workers_properties,
)
from workforce import subscriptions, workers
from workforce.event import Event

_ANA, _BO, _CLEO, _LEAD = (f"{name}@example.com" for name in ("ana", "bo", "cleo", "lead"))
_TEN = [f"w{number}@example.com" for number in range(10)]


@pytest.fixture
def aws() -> PeopleWithList:
    aws = PeopleWithList()
    aws.add_pool()
    aws.groups[POOL] = {f"dev-{name}": set() for name in ("readers", "writers", "workers")}
    return aws


def _deploy_again(
    aws: PeopleWithList, *emails: str, before: dict[str, object] | None = None
) -> str:
    """Deploy another version of the list, as an Update that nothing else is in."""
    old = before or list_properties(*emails)
    return update(aws, "Workers", list_properties(*emails, Revision="2"), old)["Summary"]


def _in_readers(aws: PeopleWithList) -> set[str]:
    return aws.members().get("dev-readers", set())


def test_people_of_the_list_and_of_the_template_are_invited(aws: PeopleWithList) -> None:
    aws.put(f"{_BO},readers writers", f"{_CLEO},writers")

    said = create(aws, "Workers", list_properties(_ANA))

    assert said["Count"] == "3"
    assert sorted(aws.mails) == [_ANA, _BO, _CLEO]
    assert aws.members() == {
        "dev-readers": {_ANA, _BO},
        "dev-writers": {_BO, _CLEO},
        "dev-workers": {_ANA, _BO, _CLEO},
    }


def test_whom_both_name_is_in_the_teams_of_both(aws: PeopleWithList) -> None:
    aws.put(f"{_ANA},writers")

    create(aws, "Workers", list_properties(_ANA))

    assert aws.groups_of(_ANA) == {"dev-readers", "dev-writers", "dev-workers"}
    assert aws.mails == [_ANA]


def test_a_list_is_a_secret_too(aws: PeopleWithList) -> None:
    aws.secrets[SECRET] = f"- address: {_ANA}\n  teams: [readers]\n"

    create(aws, "Workers", list_properties(source=SECRET))

    assert aws.mails == [_ANA]


def test_another_version_of_the_list_invites_the_new_and_takes_out_the_gone(
    aws: PeopleWithList,
) -> None:
    aws.name_people_of_list([_ANA, _BO])
    create(aws, "Workers", list_properties())
    aws.put(f"{_ANA},readers", f"{_CLEO},readers")

    said = _deploy_again(aws)

    assert _in_readers(aws) == {_ANA, _CLEO}
    assert aws.people()[_BO][0] is False
    assert aws.mails == [_ANA, _BO, _CLEO]
    assert said.startswith("2 workers, 2 of them invited and not yet signed in; 1 removed")


def test_a_team_that_the_list_names_no_more_has_nobody(aws: PeopleWithList) -> None:
    aws.put(f"{_ANA},readers", f"{_BO},readers writers")
    create(aws, "Workers", list_properties())
    aws.name_people_of_list([_ANA, _BO])

    _deploy_again(aws)

    assert aws.members()["dev-writers"] == set()


def test_a_last_day_in_the_list_ends_like_one_in_the_template(aws: PeopleWithList) -> None:
    yesterday = f"{NOW.date().replace(year=NOW.year - 1)}"
    aws.put(
        *(f"{email},readers," for email in (_ANA, _CLEO)),
        f"{_BO},readers,{yesterday}",
        header="address,teams,until",
    )

    said = create(aws, "Workers", list_properties())["Summary"]

    assert _in_readers(aws) == {_ANA, _CLEO}
    assert "the last day of worker 2 (B.) is over" in said


def test_the_round_ends_last_days_of_the_list(aws: PeopleWithList) -> None:
    aws.put(f"{_ANA},readers,{NOW.date()}", header="address,teams,until")
    create(aws, "Workers", list_properties())
    aws.time += 24 * 3600

    assert workers.end(_event(list_properties()), aws.as_clients(), lambda: True) == 1
    assert _in_readers(aws) == set()


def test_the_round_ends_the_others_where_the_list_is_gone(aws: PeopleWithList) -> None:
    aws.name_people_of_list([_BO])
    props = list_properties(_ANA)
    props["Members"][0]["Until"] = f"{NOW.date()}"
    create(aws, "Workers", props)
    aws.time += 24 * 3600
    aws.objects.clear()

    assert workers.end(_event(props), aws.as_clients(), lambda: True) == 1
    assert _in_readers(aws) == {_BO}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "can't be read (AccessDenied)", id="gone"),
        pytest.param(b"", "expected people, got an empty file", id="empty"),
        pytest.param(b"address,teams\n", "expected people, got none", id="nobody"),
        pytest.param(f"address,teams\n{_ANA},readers\n{_BO[:6]}".encode(), "line 3", id="cut off"),
        pytest.param(b'address,teams\n"ana', "line 2", id="cut off in quotes"),
        pytest.param(b"<html>no</html>", "line 1", id="something else"),
    ],
)
def test_a_list_that_is_none_changes_nobody(
    aws: PeopleWithList, content: bytes | None, words: str
) -> None:
    aws.name_people_of_list([_ANA, _BO])
    create(aws, "Workers", list_properties())
    before = aws.people()
    if content is None:
        aws.objects.clear()
    else:
        aws.objects[LIST] = content

    with pytest.raises(CustomResourceError) as raised:
        _deploy_again(aws)

    assert words in str(raised.value)
    assert LIST in str(raised.value)
    assert "nobody was changed" in str(raised.value)
    assert aws.people() == before


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
        (
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
        ),
        ("AccessDeniedException", "Access to KMS is not allowed"),
    ],
)
def test_a_secret_that_can_not_be_read_changes_nobody(
    aws: PeopleWithList, code: str, message: str
) -> None:
    aws.secrets[SECRET] = f"- address: {_ANA}\n  teams: [readers]\n"
    create(aws, "Workers", list_properties(source=SECRET))
    aws.refuse("GetSecretValue", code, message, times=100)

    with pytest.raises(CustomResourceError, match=rf"can't be read \({code}\)"):
        update(
            aws,
            "Workers",
            list_properties(source=SECRET, Revision="2"),
            list_properties(source=SECRET),
        )

    assert _in_readers(aws) == {_ANA}


def test_a_right_to_read_that_is_seconds_old_is_waited_for(aws: PeopleWithList) -> None:
    aws.name_people_of_list([_ANA])
    aws.refuse("GetObject", "AccessDenied", "Access Denied", times=3)

    create(aws, "Workers", list_properties())

    assert aws.mails == [_ANA]


def test_a_list_that_loses_most_people_is_refused(aws: PeopleWithList) -> None:
    aws.name_people_of_list(_TEN)
    create(aws, "Workers", list_properties())
    aws.name_people_of_list(_TEN[:4])

    with pytest.raises(CustomResourceError, match=r"6 of 10 people would leave, since .*--replace"):
        _deploy_again(aws)

    assert _in_readers(aws) == {*_TEN}


def test_half_of_the_people_may_leave_and_more_with_a_word(aws: PeopleWithList) -> None:
    aws.name_people_of_list(_TEN)
    create(aws, "Workers", list_properties())

    aws.name_people_of_list(_TEN[:5])
    _deploy_again(aws)
    assert len(_in_readers(aws)) == 5

    aws.name_people_of_list(_TEN[:1])
    update(aws, "Workers", list_properties(Revision="3", MayLeave="4"), list_properties())
    assert len(_in_readers(aws)) == 1


def test_two_people_may_leave_at_once(aws: PeopleWithList) -> None:
    aws.name_people_of_list([_ANA, _BO, _CLEO])
    create(aws, "Workers", list_properties())
    aws.name_people_of_list([_CLEO])

    _deploy_again(aws)

    assert _in_readers(aws) == {_CLEO}


def test_people_whose_last_day_is_over_are_no_loss(aws: PeopleWithList) -> None:
    aws.put(*(f"{email},readers,{NOW.date()}" for email in _TEN), header="address,teams,until")
    create(aws, "Workers", list_properties())
    aws.time += 24 * 3600

    _deploy_again(aws)

    assert _in_readers(aws) == set()


def test_lines_of_the_template_that_are_taken_out_are_no_loss_of_the_list(
    aws: PeopleWithList,
) -> None:
    aws.put(f"{_ANA},readers")
    create(aws, "Workers", list_properties(*_TEN))

    _deploy_again(aws, before=list_properties(*_TEN))

    assert _in_readers(aws) == {_ANA}


def test_lines_that_a_list_is_to_take_over_are_a_loss_if_it_does_not(aws: PeopleWithList) -> None:
    create(aws, "Workers", workers_properties(*_TEN))
    aws.name_people_of_list(_TEN[:1])

    with pytest.raises(CustomResourceError, match="9 of 10 people would leave"):
        update(aws, "Workers", list_properties(), workers_properties(*_TEN))


def test_most_people_are_taken_back_whom_a_failed_deployment_has_added(
    aws: PeopleWithList,
) -> None:
    aws.put(f"{_ANA},readers")
    create(aws, "Workers", list_properties())
    update(aws, "Workers", list_properties(*_TEN), list_properties())

    update(
        aws,
        "Workers",
        list_properties(),
        list_properties(*_TEN),
        status="UPDATE_ROLLBACK_IN_PROGRESS",
    )

    assert _in_readers(aws) == {_ANA}
    assert not any(aws.people()[email][0] for email in _TEN)


def test_half_a_list_is_read_again_where_a_connection_breaks(
    aws: PeopleWithList, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.name_people_of_list([_ANA, _BO])
    whole = aws.objects[LIST]
    half = whole[: whole.index(_BO.encode())]
    # As older versions of urllib3 have it, which Lambda may bring: without an error.
    bodies = [StreamingBody(io.BytesIO(each), len(whole)) for each in (half, whole)]
    monkeypatch.setattr(
        aws, "_get_object", lambda _: {"Body": bodies.pop(0), "ETag": aws.etag()}, raising=True
    )

    create(aws, "Workers", list_properties())

    assert _in_readers(aws) == {_ANA, _BO}


@pytest.mark.parametrize("content", [None, b"", b"address,teams\nw0@example.com,readers\n"])
def test_a_deployment_is_taken_back_whatever_the_list_is(
    aws: PeopleWithList, content: bytes | None
) -> None:
    aws.name_people_of_list(_TEN)
    create(aws, "Workers", list_properties())
    before = aws.people()
    aws.objects.pop(LIST) if content is None else aws.objects.update({LIST: content})

    said = update(
        aws,
        "Workers",
        list_properties(),
        list_properties(Revision="2"),
        status="UPDATE_ROLLBACK_IN_PROGRESS",
    )

    assert said["Summary"].startswith("people stay as they are: ")
    assert aws.people() == before


def test_a_destroy_needs_no_list(aws: PeopleWithList) -> None:
    aws.name_people_of_list([_ANA])
    create(aws, "Workers", list_properties())
    aws.objects.clear()

    delete(aws, "Workers", list_properties(), status="DELETE_IN_PROGRESS")

    assert aws.people() == {}


def test_without_its_key_the_people_of_a_list_leave(aws: PeopleWithList) -> None:
    aws.name_people_of_list([_BO])
    create(aws, "Workers", list_properties(_ANA))

    update(aws, "Workers", workers_properties(_ANA), list_properties(_ANA))

    assert _in_readers(aws) == {_ANA}
    assert aws.people()[_BO][0] is False


def test_people_move_from_the_template_to_the_list_without_a_mail(aws: PeopleWithList) -> None:
    create(aws, "Workers", workers_properties(_ANA, _BO))
    before = aws.people()
    aws.name_people_of_list([_ANA, _BO])

    update(aws, "Workers", list_properties(), workers_properties(_ANA, _BO))

    assert aws.mails == [_ANA, _BO]
    assert aws.people() == before


def test_no_log_and_no_answer_has_an_address_of_the_list(
    aws: PeopleWithList, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    aws.name_people_of_list(["anne.lee@home.example", "bob@home.example", "cy@home.example"])
    aws.refused.add("bob@home.example")
    said = [json.dumps(dict(create(aws, "Workers", list_properties())))]
    aws.put("anne.lee@home.example,raeders", "bob@home,readers", "cy@home.example,x@home.example")
    with pytest.raises(CustomResourceError) as raised:
        _deploy_again(aws)
    said.append(str(raised.value))

    assert "worker 2 (B.)" in said[0]
    assert "line 2 (A.L.)" in said[1]
    assert not [each for each in (*said, caplog.text) if "@home" in each]


# Who is told of work.


def _told(aws: PeopleWithList, *emails: str, group: str = "dev-readers") -> str:
    props = told_properties(*emails, group=group)
    return create(aws, "Subscriptions", props, LogicalResourceId="Told")["Summary"]


def test_the_people_of_a_list_are_asked_to_confirm_once(aws: PeopleWithList) -> None:
    aws.name_people_of_list([_ANA, _BO])
    create(aws, "Workers", list_properties())

    assert _told(aws) == "1 topics; 2 asked to confirm"
    assert _told(aws) == "1 topics"
    assert [email for email, _, _ in aws.requests] == [_ANA, _BO]


def test_who_leaves_the_list_gets_no_mails_and_others_do(aws: PeopleWithList) -> None:
    aws.name_people_of_list([_ANA, _BO])
    create(aws, "Workers", list_properties())
    _told(aws)
    aws.subscribe(_LEAD, by_hand=True)
    for email in (_ANA, _BO, _LEAD):
        aws.confirm(email)
    aws.name_people_of_list([_ANA])
    _deploy_again(aws)

    _told(aws)

    assert aws.told() == {_ANA, _LEAD}


def test_the_round_leaves_the_people_of_a_list_alone(aws: PeopleWithList) -> None:
    aws.name_people_of_list([_ANA])
    create(aws, "Workers", list_properties())
    _told(aws)
    aws.confirm(_ANA)
    # What is not deployed yet ends nothing.
    aws.name_people_of_list([_BO])

    ended = subscriptions.end_late(
        _event(told_properties(group="dev-readers")), aws.as_clients(), lambda: True
    )

    assert ended == 0
    assert aws.told() == {_ANA}


def test_who_moves_from_the_template_to_the_list_is_asked_again(aws: PeopleWithList) -> None:
    aws.subscribe(_ANA)
    aws.confirm(_ANA)
    aws.name_people_of_list([_ANA])
    create(aws, "Workers", list_properties())

    update(aws, "Subscriptions", told_properties(group="dev-readers"), topics_properties(_ANA))

    # CloudFormation ends the first subscription when all is done.
    assert aws.told() == set()
    assert [email for email, _, _ in aws.requests] == [_ANA, _ANA]


def test_for_whom_a_template_has_no_room_are_subscribed(aws: PeopleWithList) -> None:
    props = told_properties(_ANA, more=(_BO, _CLEO))

    said = create(aws, "Subscriptions", props)["Summary"]
    for email in (_BO, _CLEO):
        aws.confirm(email)
    update(aws, "Subscriptions", told_properties(_ANA, more=(_CLEO,)), props)
    ended = subscriptions.end_late(
        _event(told_properties(_ANA, more=(_CLEO,))), aws.as_clients(), lambda: True
    )

    assert said == "1 topics; 2 asked to confirm"
    # As for CloudFormation's own, when nothing can be taken back any more.
    assert (ended, aws.told()) == (1, {_CLEO})


def _event(properties: dict[str, object]) -> Event:
    return Event(
        kind="Create",
        stack_id=STACK,
        logical_id="Any",
        physical_id=None,
        properties=properties,
        before={},
    )
