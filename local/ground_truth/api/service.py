"""Ground Truth as a service: takes requests, moves labeling jobs on, sends events and notices."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.ground_truth.api import jobs, tags, workforces, workteams
from local.ground_truth.api.job_steps import Message, step
from local.ground_truth.api.local_job import ENDED, LocalJob
from local.ground_truth.api.request_model import check_request
from local.ground_truth.api.state import Account, Call
from local.ground_truth.api.unkindness import KIND, Calls, Unkindness
from local.ground_truth.cloud import SERVICE, Caller, Cloud, Denied, Missing, Scope
from local.ground_truth.errors import AwsError

_LOG = logging.getLogger("ground-truth")
_TICK: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation: what it does and the resource that its caller must have rights on.

    `resource` is an ARN's last part with the request's members in braces, an ARN as a whole in
    braces, or `*`.
    """

    run: Callable[[Call], dict[str, Any]]
    resource: str


_WORKFORCE: Final = "workforce/{WorkforceName}"
_JOB: Final = "labeling-job/{LabelingJobName}"
_PRIVATE_TEAM: Final = "workteam/private-crowd/"

#: Resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
OPERATIONS: Final[Mapping[str, Operation]] = {
    "CreateWorkforce": Operation(run=workforces.create_workforce, resource=_WORKFORCE),
    "DescribeWorkforce": Operation(run=workforces.describe_workforce, resource=_WORKFORCE),
    "ListWorkforces": Operation(run=workforces.list_workforces, resource="*"),
    "UpdateWorkforce": Operation(run=workforces.update_workforce, resource=_WORKFORCE),
    "DeleteWorkforce": Operation(run=workforces.delete_workforce, resource=_WORKFORCE),
    "CreateWorkteam": Operation(run=workteams.create_workteam, resource=workteams.RESOURCE),
    "DescribeWorkteam": Operation(run=workteams.describe_workteam, resource=workteams.RESOURCE),
    "ListWorkteams": Operation(run=workteams.list_workteams, resource="*"),
    "UpdateWorkteam": Operation(run=workteams.update_workteam, resource=workteams.RESOURCE),
    "DeleteWorkteam": Operation(run=workteams.delete_workteam, resource=workteams.RESOURCE),
    "CreateLabelingJob": Operation(run=jobs.create_labeling_job, resource=_JOB),
    "DescribeLabelingJob": Operation(run=jobs.describe_labeling_job, resource=_JOB),
    "StopLabelingJob": Operation(run=jobs.stop_labeling_job, resource=_JOB),
    "ListLabelingJobs": Operation(run=jobs.list_labeling_jobs, resource="*"),
    "ListLabelingJobsForWorkteam": Operation(
        run=jobs.list_labeling_jobs_for_workteam, resource="{WorkteamArn}"
    ),
    "AddTags": Operation(run=tags.add_tags, resource="{ResourceArn}"),
    "ListTags": Operation(run=tags.list_tags, resource="{ResourceArn}"),
    "DeleteTags": Operation(run=tags.delete_tags, resource="{ResourceArn}"),
}


class GroundTruth:
    """All accounts' workforces and labeling jobs, in memory.

    `delay` is how long, in seconds, a step of Ground Truth's own takes. One lock guards it all;
    what may call back (events, notices) is done outside it.
    """

    def __init__(
        self,
        cloud: Cloud,
        *,
        delay: float = 0.2,
        clock: Callable[[], float] = time.time,
        unkindness: Unkindness = KIND,
    ) -> None:
        if delay < 0:
            raise ValueError(f"a delay is at least 0 seconds, got {delay}; give a longer one")
        self.cloud = cloud
        self.delay = delay
        self.clock = clock
        self.unkindness = unkindness
        self._calls = Calls(unkindness)
        self.lock = threading.RLock()
        self._accounts: dict[Scope, Account] = {}

    def account(self, scope: Scope) -> Account:
        """Return what belongs to an account in a Region."""
        with self.lock:
            account = self._accounts.setdefault(scope, Account(scope=scope))
            account.forget_deleted(self.clock())
            return account

    def accounts(self) -> list[Account]:
        """Return all accounts that have something in Ground Truth."""
        return list(self._accounts.values())

    def portals(self) -> list[str]:
        """Return the URLs of all worker portals that can be opened."""
        with self.lock:
            return [
                f"https://{workforce.sub_domain}"
                for account in self.accounts()
                for workforce in account.workforces.values()
                if workforce.status(self.clock()) in ("Active", "Updating")
            ]

    def teams_of_group(self, scope: Scope, pool_id: str, group: str) -> list[str]:
        """Return the names of the work teams that a user pool's group is in."""
        with self.lock:
            return sorted(
                team.name
                for team in self.account(scope).workteams.values()
                for member in team.members
                if (definition := member.get("CognitoMemberDefinition"))
                and (definition["UserPool"], definition["UserGroup"]) == (pool_id, group)
            )

    def answer(
        self, scope: Scope, caller: Caller, operation: str, body: bytes
    ) -> tuple[int, dict[str, Any]]:
        """Return HTTP status and JSON content for a request."""
        try:
            request = json.loads(body or b"{}")
            with self.lock:
                self._calls.count(operation)
            return 200, self._run(scope, caller, operation, request)
        except AwsError as error:
            _LOG.info("%s: %s: %s", operation, error.code, error.message)
            return error.status, {"__type": error.code, "message": error.message}

    def call(self, scope: Scope, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run an operation at once and without a caller's rights; AwsError if it is refused."""
        return self._run(scope, _Anyone(), operation, request, delay=0.0)

    def step(self) -> None:
        """Let all labeling jobs do what is due, then send and ask what they want.

        A job's custom functions are asked here one after the other, without the lock: they
        call this computer's AWS, which may need it.
        """
        with self.lock:
            outbox = [
                message
                for account in self.accounts()
                for job in account.jobs.values()
                if job.status not in ENDED
                for message in self._step(account, job)
            ]
        for send in outbox:
            try:
                then = send()
            except (Denied, Missing) as problem:
                _LOG.warning("nothing is sent: %s", problem)
                continue
            if then is not None:
                with self.lock:
                    then(self.clock())

    def start(self) -> None:
        """Step in the background as long as the process lives."""
        threading.Thread(target=self._work, name="ground-truth", daemon=True).start()

    def _work(self) -> None:
        while True:
            time.sleep(_TICK)
            try:
                self.step()
            except Exception:  # noqa: BLE001  # one bad step must not stop the others
                _LOG.exception("a step failed")

    def _step(self, account: Account, job: LocalJob) -> list[Message]:
        try:
            return list(step(self.cloud, account, job, self.clock(), self.delay))
        except Exception:  # noqa: BLE001  # a bug here must end the job visibly
            _LOG.exception("labeling job %s failed", job.name)
            job.fail("InternalServerError: see the server's log", self.clock())
            return []

    def _run(
        self,
        scope: Scope,
        caller: Caller,
        name: str,
        request: Mapping[str, Any],
        *,
        delay: float | None = None,
    ) -> dict[str, Any]:
        operation = OPERATIONS.get(name)
        if operation is None:
            known = ", ".join(OPERATIONS)
            raise AwsError(
                "UnknownOperationException",
                f"Local Ground Truth has no operation '{name}'; it has {known}",
            )
        check_request(name, request)
        with self.lock:
            call = Call(
                account=self.account(scope),
                cloud=self.cloud,
                caller=caller,
                request=request,
                now=self.clock(),
                delay=self.delay if delay is None else delay,
                unkindness=self.unkindness,
            )
            _authorize(call, name, operation)
            return operation.run(call)


def _authorize(call: Call, name: str, operation: Operation) -> None:
    request, context = call.request, {}
    resource = operation.resource.format(**request)
    if not operation.resource.startswith(("{", "*")):
        # A labeling job's ARN has its name in lower case.
        lower = resource.lower() if operation.resource == _JOB else resource
        resource = call.scope.arn(lower)
    if name == "CreateLabelingJob":
        team = request["HumanTaskConfig"]["WorkteamArn"]
        # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-security-workforce-authentication.html
        context = {
            "sagemaker:WorkteamArn": team,
            "sagemaker:WorkteamType": team.split("workteam/")[-1].split("/")[0],
        }
    for tag in request.get("Tags", ()) if name.startswith("Create") else ():
        context[f"aws:RequestTag/{tag['Key']}"] = tag["Value"]
    # AWS doesn't say which form of a team's ARN it asks about.
    resources = list(dict.fromkeys([resource, resource.replace(_PRIVATE_TEAM, "workteam/")]))
    for each in resources:
        call.caller.authorize(f"sagemaker:{name}", each, context)
    if name == "CreateLabelingJob":
        passed = {"iam:PassedToService": SERVICE}
        call.caller.authorize("iam:PassRole", request["RoleArn"], passed)
    if name.startswith("Create") and request.get("Tags"):
        for each in resources:
            call.caller.authorize("sagemaker:AddTags", each, {})


class _Anyone:
    """A caller who may do anything, as CloudFormation's own handlers here."""

    def authorize(self, action: str, resource: str, context: Mapping[str, str]) -> None:
        """Allow it."""
