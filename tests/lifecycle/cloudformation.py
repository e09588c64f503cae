"""Plays CloudFormation for one custom resource of a stack, with its rules.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref.html
"""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from labeling_job.handler import _new_id
from tests.lifecycle.simulation import Simulation
from tests.unit.labeling_job.labeling_job_aws import RESOURCE, STACK

MAXIMUM_BODY: Final = 4096
MAXIMUM_ID: Final = 1024
#: Attempts to clean up what an update has replaced; after them it is left without a word.
CLEAN_UPS: Final = 3
#: What CloudFormation calls a resource whose Create has not told it an id
#: (https://github.com/aws/aws-cdk/pull/36951).
MADE_UP_ID: Final = "dev-Labeling-EvenOddJob-1ABCDEFGHIJKL"
#: Seconds from one event to the next, at least.
_BETWEEN_EVENTS: Final = 1.0
_BEGINNING: Final = datetime(2026, 11, 23, tzinfo=UTC)
#: What no user should be shown.
_SECRETS: Final = ("Traceback", "X-Amz-", "Signature")


@dataclass(frozen=True, kw_only=True)
class Response:
    """What CloudFormation takes an event to have come to."""

    status: Literal["SUCCESS", "FAILED"]
    #: None where nobody has said it.
    physical_id: str | None
    reason: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An event, and what it came to."""

    event: Mapping[str, Any]
    response: Response

    @property
    def kind(self) -> str:
        """The RequestType."""
        return str(self.event["RequestType"])


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """How `cdk deploy` or `cdk destroy` ended, as the stack's status; empty without a change."""

    status: str
    sent: list[Sent]

    @property
    def first(self) -> Response:
        """What the resource said to what was wanted, before any rollback or clean-up."""
        return self.sent[0].response

    @property
    def steps(self) -> list[tuple[str, str]]:
        """RequestType and status of all events."""
        return [(each.kind, each.response.status) for each in self.sent]


class CloudFormation:
    """One resource of a stack, of which it is the only one unless a `Stack` says otherwise."""

    def __init__(
        self,
        world: Simulation,
        *,
        stack: str = STACK,
        resource: str = RESOURCE,
        kind: str = "Custom::LabelingJob",
        new_id: Callable[[Mapping[str, Any]], str] = _new_id,
        request_ids: Iterable[str] | None = None,
    ) -> None:
        self.world = world
        self._stack = stack
        self._resource = resource
        self._kind = kind
        #: What the function says that the id is, of a resource that is made or updated.
        self._new_id = new_id
        #: RequestIds are used again when a deployment is tried again.
        self._request_ids = iter(
            request_ids
            or (f"{number:08}-2d43-4a5f-8a8e-5a1c{stack[-8:]}" for number in itertools.count(1))
        )
        self._numbers = itertools.count(1)
        #: Whether its stack is updated; None where it is all of its stack.
        self.updates_stack: bool | None = None
        #: Of the resource as it is deployed, None while there is none.
        self.properties: dict[str, Any] | None = None
        self.physical_id: str | None = None
        self._events: list[dict[str, Any]] = []
        #: Id and properties of what could not be deleted when it was rolled back.
        self._leftover: tuple[str, dict[str, Any]] | None = None
        #: Id and properties of what an update could not be taken back from.
        self._way_back: tuple[str | None, dict[str, Any]] | None = None
        #: What `begin` has asked for, and the id that came of it.
        self._begun: tuple[dict[str, Any], str | None] | None = None
        self._sent: list[Sent] = []

    def deploy(
        self, properties: Mapping[str, Any], *, fails_later: bool = False, rollback: bool = True
    ) -> Deployment:
        """Deploy a template; `fails_later` lets another resource fail after this one."""
        self._sent = []
        desired = stringified(properties)
        if self._leftover is not None:
            # After a rollback that failed a stack can only be deleted.
            return self._ended("ROLLBACK_FAILED")
        if self._way_back is not None and not self._roll_back(*self._way_back):
            return self._ended("UPDATE_ROLLBACK_FAILED")
        if self.properties is None:
            return self._create(desired, fails_later=fails_later, rollback=rollback)
        if desired == self.properties:
            return Deployment(status="", sent=[])
        return self._update(desired, fails_later=fails_later)

    def destroy(self) -> Deployment:
        """Delete the stack; a resource that fails to be deleted stays and can be tried again."""
        self._sent = []
        self.world.stack_status = "DELETE_IN_PROGRESS"
        if self._leftover is not None:
            if not self._delete(*self._leftover):
                return self._ended("DELETE_FAILED")
            self._leftover = None
        if self._way_back is not None and not self._roll_back(*self._way_back):
            return self._ended("UPDATE_ROLLBACK_FAILED")
        if self.properties is None or self._delete(self.physical_id, self.properties):
            self.properties = self.physical_id = None
            return self._ended("DELETE_COMPLETE")
        return self._ended("DELETE_FAILED")

    def cancel_create(self, properties: Mapping[str, Any], order: Iterable[int]) -> Deployment:
        """Let another resource fail while this one is made: its Delete comes at the same time.

        `order` says who goes on, 0 for the Create and 1 for the Delete. What the Create answers
        comes too late.
        """
        self._sent = []
        if self._leftover is not None:
            return self._ended("ROLLBACK_FAILED")
        desired = stringified(properties)
        create = self.event("Create", desired)
        ended: list[bool] = []

        def cancel() -> None:
            ended.append(self._take_back(MADE_UP_ID, desired))

        self.world.stage.play(order, functools.partial(self.world.deliver, create), cancel)
        self.world.end_of_late_runs()
        return self._ended("ROLLBACK_COMPLETE" if ended[0] else "ROLLBACK_FAILED")

    def check_answers(self) -> None:
        """Raise AssertionError for any answer that is none, also of those that came too late."""
        for event in self._events:
            for _, body in self.world.answers[event["ResponseURL"]]:
                self._checked(event, body)

    def event(self, kind: str, properties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Return a new event for the resource."""
        self.world.time += _BETWEEN_EVENTS
        request = next(self._request_ids)
        event = {
            "RequestType": kind,
            "ResponseURL": f"https://example.com/{request}?{self._signature()}",
            "StackId": self._stack,
            "RequestId": request,
            "ResourceType": self._kind,
            "LogicalResourceId": self._resource,
            "ResourceProperties": properties,
            **more,
        }
        self._events.append(event)
        self._note_change(f"{kind.upper()}_IN_PROGRESS")
        return event

    def _note_change(self, status: str) -> None:
        """Let CloudFormation say of the resource that something has begun or ended now."""
        self.world.resource_changed[self._stack, self._resource] = self._now(), status

    def _now(self) -> datetime:
        return _BEGINNING + timedelta(seconds=self.world.time)

    def _signature(self) -> str:
        """Return how an address is signed: also the same request is signed anew at another time."""
        signed = self._now()
        return f"X-Amz-Date={signed:%Y%m%dT%H%M%SZ}&X-Amz-Signature=secret-{next(self._numbers)}"

    def begin(self, properties: Mapping[str, Any]) -> Response | None:
        """Send the Create or Update of a deployment; None where nothing has changed."""
        desired = stringified(properties)
        self._begun = None
        if desired == self.properties:
            return None
        is_update = self.properties is not None
        is_updated = is_update if self.updates_stack is None else self.updates_stack
        self.world.stack_status = "UPDATE_IN_PROGRESS" if is_updated else "CREATE_IN_PROGRESS"
        if not is_update:
            event = self.event("Create", desired)
        else:
            event = self.event(
                "Update",
                desired,
                OldResourceProperties=self.properties,
                PhysicalResourceId=self.physical_id,
            )
        response = self._responded(event)
        self._begun = desired, response.physical_id or self.physical_id
        return response

    def complete(self) -> None:
        """End a deployment in which all has succeeded: what was replaced is cleaned up."""
        if self._begun is None:
            return
        before, old_id = self.properties, self.physical_id
        (self.properties, self.physical_id), self._begun = self._begun, None
        if before is not None and self.physical_id != old_id:
            self.world.stack_status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
            self._clean_up(old_id, before)

    def take_back(self) -> bool:
        """End a deployment in which something has failed; say whether that has succeeded."""
        if self._begun is None:
            return True
        (desired, held), self._begun = self._begun, None
        if self.properties is not None:
            return self._roll_back(held, desired)
        return self._take_back(held or MADE_UP_ID, desired)

    def recover(self) -> bool:
        """Continue a roll-back that has failed, or delete what one has left; say if that ended."""
        if self._way_back is not None:
            return self._roll_back(*self._way_back)
        if self._leftover is not None:
            self.world.stack_status = "DELETE_IN_PROGRESS"
            self._leftover = None if self._delete(*self._leftover) else self._leftover
        return self._leftover is None

    @property
    def sent(self) -> list[Sent]:
        """Every event since the last `deploy` or `destroy`, and what it came to."""
        return self._sent

    def _create(self, desired: dict[str, Any], *, fails_later: bool, rollback: bool) -> Deployment:
        made = self.begin(desired)
        assert made is not None
        if made.status == "SUCCESS" and not fails_later:
            self.complete()
            return self._ended("CREATE_COMPLETE")
        if not rollback:
            return self._ended("CREATE_FAILED")
        return self._ended("ROLLBACK_COMPLETE" if self.take_back() else "ROLLBACK_FAILED")

    def _take_back(self, identity: str, properties: dict[str, Any]) -> bool:
        self.world.stack_status = (
            "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
            if self.updates_stack
            else "ROLLBACK_IN_PROGRESS"
        )
        if self._delete(identity, properties):
            return True
        self._leftover = (identity, properties)
        return False

    def _update(self, desired: dict[str, Any], *, fails_later: bool) -> Deployment:
        updated = self.begin(desired)
        assert updated is not None
        if updated.status == "SUCCESS" and not fails_later:
            self.complete()
            return self._ended("UPDATE_COMPLETE")
        back = self.take_back()
        return self._ended("UPDATE_ROLLBACK_COMPLETE" if back else "UPDATE_ROLLBACK_FAILED")

    def _roll_back(self, held: str | None, failed: dict[str, Any]) -> bool:
        """Send the reverse Update; one that fails can be continued later."""
        assert self.properties is not None
        self.world.stack_status = "UPDATE_ROLLBACK_IN_PROGRESS"
        back = self.event(
            "Update", self.properties, OldResourceProperties=failed, PhysicalResourceId=held
        )
        restored = self._responded(back)
        self._way_back = (held, failed) if restored.status == "FAILED" else None
        if self._way_back is not None:
            return False
        self.physical_id = restored.physical_id
        if self.physical_id != held:
            self.world.stack_status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
            self._clean_up(held, failed)
        return True

    def _clean_up(self, identity: str | None, properties: Mapping[str, Any]) -> None:
        for _ in range(CLEAN_UPS):
            if self._delete(identity, properties):
                return

    def _delete(self, identity: str | None, properties: Mapping[str, Any]) -> bool:
        event = self.event("Delete", properties, PhysicalResourceId=identity)
        return self._responded(event).status == "SUCCESS"

    def _responded(self, event: Mapping[str, Any]) -> Response:
        """Send an event and wait for its answer, until ServiceTimeout at most."""
        world, url = self.world, event["ResponseURL"]
        known = len(world.answers[url])
        until = world.time + float(event["ResourceProperties"].get("ServiceTimeout", "3600"))
        deliver = functools.partial(world.deliver, event, until=until)
        copies = 1 + world.duplicated.pop(event["RequestType"], 0)
        if copies > 1 and world.order is not None and not world.stage.is_playing:
            world.stage.play(world.order, *[deliver] * copies)
        else:
            for _ in range(copies):
                deliver()
        answers = [(time, self._checked(event, body)) for time, body in world.answers[url][known:]]
        in_time = [answer for time, answer in answers if time <= until]
        if not in_time:
            world.time = max(world.time, until)
        response = in_time[0] if in_time else _timeout(event)
        ended = "COMPLETE" if response.status == "SUCCESS" else "FAILED"
        self._note_change(f"{event['RequestType'].upper()}_{ended}")
        self._sent.append(Sent(event=event, response=response))
        return response

    def _checked(self, event: Mapping[str, Any], body: bytes) -> Response:
        """Return an answer that CloudFormation takes; AssertionError says why it is none."""
        assert len(body) <= MAXIMUM_BODY, f"response object is too long: {len(body)} bytes"
        answer = json.loads(body)
        for name in ("StackId", "RequestId", "LogicalResourceId"):
            assert answer[name] == event[name], f"{name} is not that of the event"
        assert answer["Status"] in ("SUCCESS", "FAILED")
        assert answer["Status"] == "SUCCESS" or answer["Reason"], "a failure has no reason"
        identity = answer["PhysicalResourceId"]
        assert isinstance(identity, str), "invalid PhysicalResourceId"
        assert 0 < len(identity.encode()) <= MAXIMUM_ID, "invalid PhysicalResourceId"
        if event["RequestType"] == "Delete":
            assert identity == event["PhysicalResourceId"], "a Delete has changed the id"
        elif answer["Status"] == "SUCCESS":
            assert identity == self._new_id(event), "another id"
        data = answer.get("Data", {})
        assert all(isinstance(value, str) for value in data.values()), "Data is not flat"
        if answer["Status"] == "FAILED":
            shown = [word for word in _SECRETS if word in answer["Reason"]]
            assert not shown, f"the reason shows {shown}"
        return Response(
            status=answer["Status"], physical_id=identity, reason=answer["Reason"], data=data
        )

    def _ended(self, status: str) -> Deployment:
        return Deployment(status=status, sent=self._sent)


def stringified(value: Any) -> Any:
    """Turn scalars into texts and drop what has no value, as CloudFormation does."""
    if isinstance(value, Mapping):
        return {name: stringified(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [stringified(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _timeout(event: Mapping[str, Any]) -> Response:
    return Response(
        status="FAILED",
        physical_id=event.get("PhysicalResourceId"),
        reason="CloudFormation did not receive a response from your Custom Resource",
    )
