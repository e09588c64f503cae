"""Ground Truth of local AWS from end to end, over the API as boto3 sees it."""

from __future__ import annotations

import dataclasses
import html
import http.client
import io
import json
import re
import ssl
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.aws import LocalAws
from local.worker import Task, Worker, WorkerError
from tests.e2e.people import make_people
from tests.e2e.waiting import eventually

_SAGEMAKER = "arn:aws:sagemaker:us-east-1:000000000000"
_FUNCTIONS = "arn:aws:lambda:us-east-1:432418664414:function"
_TEMPLATE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-classifier name="crowd-classifier" header="Even or odd?"
      categories="{{ task.input.labels | to_json | escape }}">
    <classification-target>{{ task.input.taskObject }}</classification-target>
    <full-instructions header="How to">Look at the last digit.</full-instructions>
    <short-instructions>Even or odd?</short-instructions>
  </crowd-classifier>
</crowd-form>
"""
_LABELS = {
    "document-version": "2018-11-28",
    "labels": [{"label": "Even"}, {"label": "Odd"}],
}
_CORS = {
    "CORSRules": [
        {
            "AllowedHeaders": [],
            "AllowedMethods": ["GET"],
            "AllowedOrigins": ["*"],
            "ExposeHeaders": ["Access-Control-Allow-Origin"],
        }
    ]
}
_IMAGE_TEMPLATE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form>
  <crowd-image-classifier name="crowd-image-classifier" header="Even or odd?"
      src="{{ task.input.taskObject | grant_read_access }}"
      categories="{{ task.input.labels | to_json | escape }}">
    <full-instructions header="How to">Look at the last digit.</full-instructions>
    <short-instructions>Even or odd?</short-instructions>
  </crowd-image-classifier>
</crowd-form>
"""
_CUSTOM_TEMPLATE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><p>{{ task.input.shown }}</p><crowd-input name="total"></crowd-input></crowd-form>
"""
_PRE = """
def handler(event, context):
    return {"taskInput": {"shown": "Receipt: " + event["dataObject"]["source"]}}
"""
_POST = """
import json
import boto3

def handler(event, context):
    bucket, key = event["payload"]["s3Uri"].removeprefix("s3://").split("/", 1)
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return [
        {
            "datasetObjectId": each["datasetObjectId"],
            "consolidatedAnnotation": {
                "content": {
                    event["labelAttributeName"]: {
                        "totals": [
                            json.loads(answer["annotationData"]["content"])["total"]
                            for answer in each["annotations"]
                        ]
                    }
                }
            },
        }
        for each in json.loads(body)
    ]
"""
_EVEN = {"crowd-classifier": {"label": "Even"}}
_ODD = {"crowd-classifier": {"label": "Odd"}}


def _functions(task_type: str) -> dict[str, Any]:
    return {
        "PreHumanTaskLambdaArn": f"{_FUNCTIONS}:PRE-{task_type}",
        "AnnotationConsolidationConfig": {
            "AnnotationConsolidationLambdaArn": f"{_FUNCTIONS}:ACS-{task_type}"
        },
    }


@dataclasses.dataclass(frozen=True, kw_only=True)
class World:
    """One account with two buckets, a pool with two workers, a team and a role."""

    aws: LocalAws
    pool: str
    team: str
    queue: str
    ana: Worker
    bo: Worker
    eve: Worker

    @property
    def sagemaker(self) -> Any:
        return self.aws.client("sagemaker")

    @property
    def s3(self) -> Any:
        return self.aws.client("s3")

    def put_inputs(self, *texts: str, template: str = _TEMPLATE, labels: Any = None) -> None:
        lines = [json.dumps({"source": text, "object": "s3://data/x"}) for text in texts]
        bodies = {
            "input.manifest": "".join(f"{line}\n" for line in lines),
            "label-categories.json": json.dumps(labels or _LABELS),
            "worker-template.liquid": template,
        }
        for name, body in bodies.items():
            self.s3.put_object(Bucket="gt-data", Key=f"request/{name}", Body=body.encode())

    def request(self, name: str, **changes: Any) -> dict[str, Any]:
        human_task = {
            "WorkteamArn": self.team,
            "UiConfig": {"UiTemplateS3Uri": "s3://gt-data/request/worker-template.liquid"},
            **_functions("TextMultiClass"),
            "TaskTitle": "Even or odd?",
            "TaskDescription": "Classify the number",
            "NumberOfHumanWorkersPerDataObject": 1,
            "TaskTimeLimitInSeconds": 300,
            **changes.pop("HumanTaskConfig", {}),
        }
        return {
            "LabelingJobName": name,
            "LabelAttributeName": "even-odd",
            "InputConfig": {
                "DataSource": {
                    "S3DataSource": {"ManifestS3Uri": "s3://gt-data/request/input.manifest"}
                }
            },
            "OutputConfig": {"S3OutputPath": "s3://gt-output/labels/"},
            "RoleArn": "arn:aws:iam::000000000000:role/labeler",
            "LabelCategoryConfigS3Uri": "s3://gt-data/request/label-categories.json",
            "HumanTaskConfig": human_task,
            **changes,
        }

    def create(self, name: str, **changes: Any) -> str:
        request = self.request(name, **changes)
        arn: str = self.sagemaker.create_labeling_job(**request)["LabelingJobArn"]
        return arn

    def wait(self, name: str, *statuses: str) -> dict[str, Any]:
        """Return the job that has a status, and is InProgress with what it has read."""

        def reached() -> dict[str, Any] | None:
            job: dict[str, Any] = self.sagemaker.describe_labeling_job(LabelingJobName=name)
            status, counters = job["LabelingJobStatus"], job["LabelCounters"]
            is_read = status != "InProgress" or any(counters.values())
            return job if status in statuses and is_read else None

        return eventually(reached)

    def output(self, name: str) -> list[dict[str, Any]]:
        key = f"labels/{name}/manifests/output/output.manifest"
        body = self.s3.get_object(Bucket="gt-output", Key=key)["Body"].read().decode()
        return [json.loads(line) for line in body.splitlines()]

    def messages(self, wanted: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
        sqs = self.aws.client("sqs")

        def found() -> dict[str, Any] | None:
            answer = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
            for message in answer.get("Messages", ()):
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                notification: dict[str, Any] = json.loads(message["Body"])
                if wanted(notification):
                    return notification
            return None

        return eventually(found)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with LocalAws(tmp_path_factory.mktemp("local-aws"), delay=0.05) as aws:
        yield _build(aws)


def _build(aws: LocalAws) -> World:
    s3 = aws.client("s3")
    for bucket in ("gt-data", "gt-output", "gt-no-cors"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_cors(Bucket="gt-data", CORSConfiguration=_CORS)
    people = make_people(aws, {"ana": ["readers"], "bo": ["readers"], "eve": []})
    topic, queue = _topic(aws)
    _role(aws, "labeler", ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:GetBucketLocation"])
    team = people.team("readers", NotificationConfiguration={"NotificationTopicArn": topic})
    people.open_portal()
    ana, bo, eve = (people.worker(name) for name in ("ana", "bo", "eve"))
    return World(aws=aws, pool=people.pool, team=team, queue=queue, ana=ana, bo=bo, eve=eve)


def _topic(aws: LocalAws) -> tuple[str, str]:
    """Make a topic for notices and job events, a queue that gets all of it, and the rule."""
    sns, sqs, events = aws.client("sns"), aws.client("sqs"), aws.client("events")
    topic = sns.create_topic(Name="notices")["TopicArn"]
    queue = sqs.create_queue(QueueName="notices")["QueueUrl"]
    queue_arn = topic.replace(":sns:", ":sqs:")
    policy = {"Statement": [_allow("*", "sqs:SendMessage", queue_arn)]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    services = ["sagemaker.amazonaws.com", "events.amazonaws.com"]
    policy = {"Statement": [_allow({"Service": services}, "sns:Publish", topic)]}
    sns.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(policy)
    )
    events.put_rule(Name="jobs", EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    transformer = {
        "InputPathsMap": {"job": "$.resources[0]", "status": "$.detail.LabelingJobStatus"},
        "InputTemplate": '"<job> is now <status>"',
    }
    targets = [
        {"Id": "whole", "Arn": topic},
        {"Id": "sentence", "Arn": topic, "InputTransformer": transformer},
    ]
    events.put_targets(Rule="jobs", Targets=targets)
    return topic, queue


def _allow(principal: Any, action: Any, resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}


def _role(
    aws: LocalAws,
    name: str,
    actions: list[str],
    service: str = "sagemaker.amazonaws.com",
    resource: str = "arn:aws:s3:::gt-*",
) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        ],
    }
    iam = aws.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(RoleName=name, PolicyName="data", PolicyDocument=json.dumps(policy))


def test_two_workers_agree_and_the_output_says_so(world: World) -> None:
    world.put_inputs("42", "21")
    world.create("two-workers", HumanTaskConfig={"NumberOfHumanWorkersPerDataObject": 2})
    world.wait("two-workers", "InProgress")

    for worker in (world.ana, world.bo):
        for task in worker.tasks():
            worker.answer(task, _EVEN if task.input["taskObject"] == "42" else _ODD)
    job = world.wait("two-workers", "Completed")

    uri = "s3://gt-output/labels/two-workers/manifests/output/output.manifest"
    assert job["LabelingJobOutput"]["OutputDatasetS3Uri"] == uri
    assert job["LabelCounters"]["HumanLabeled"] == 2
    metadata = [line["even-odd-metadata"] for line in world.output("two-workers")]
    assert [(each["class-name"], each["confidence"]) for each in metadata] == [
        ("Even", 1.0),
        ("Odd", 1.0),
    ]


def test_raw_answers_name_the_worker_by_the_pools_sub(world: World) -> None:
    world.put_inputs("42")
    world.create("raw-answers")
    world.wait("raw-answers", "InProgress")

    world.bo.answer(world.bo.tasks()[0], _EVEN)
    world.wait("raw-answers", "Completed")

    prefix = "labels/raw-answers/annotations/worker-response/iteration-1/0/"
    [item] = world.s3.list_objects_v2(Bucket="gt-output", Prefix=prefix)["Contents"]
    body = world.s3.get_object(Bucket="gt-output", Key=item["Key"])["Body"].read()
    [answer] = json.loads(body)["answers"]
    identity = answer["workerMetadata"]["identityData"]
    users = world.aws.client("cognito-idp").list_users(
        UserPoolId=world.pool, Filter=f'sub = "{identity["sub"]}"'
    )["Users"]
    attributes = {each["Name"]: each["Value"] for each in users[0]["Attributes"]}
    assert attributes["email"] == "bo@example.com"
    assert identity["issuer"].endswith(world.pool)
    assert answer["answerContent"] == _EVEN


def test_the_end_of_a_job_reaches_a_topic_as_aws_documents_it(world: World) -> None:
    world.put_inputs("1")
    arn = world.create("says-so")
    world.wait("says-so", "InProgress")

    world.ana.answer(world.ana.tasks()[0], _ODD)

    def is_about_the_job(notification: Mapping[str, Any]) -> bool:
        return notification["Message"].startswith("{") and arn in notification["Message"]

    event = json.loads(world.messages(is_about_the_job)["Message"])
    sample = Path(__file__).parents[1] / "data/aws-guide/sms-monitor-cloud-watch-02.json"
    expected = json.loads(sample.read_text())
    assert event.keys() == expected.keys()
    for name in ("source", "detail-type", "detail"):
        assert event[name] == expected[name]
    assert event["resources"] == [arn]


def test_a_rule_can_make_a_sentence_of_the_event(world: World) -> None:
    world.put_inputs("1")
    arn = world.create("sentence")
    world.wait("sentence", "InProgress")

    world.sagemaker.stop_labeling_job(LabelingJobName="sentence")

    wanted = f'"{arn} is now Stopped"'
    assert world.messages(lambda each: each["Message"] == wanted)


def test_a_topic_that_does_not_let_eventbridge_publish_gets_nothing(world: World) -> None:
    topic = world.aws.client("sns").create_topic(Name="closed")["TopicArn"]
    events = world.aws.client("events")
    events.put_rule(Name="closed", EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    events.put_targets(Rule="closed", Targets=[{"Id": "topic", "Arn": topic}])
    world.put_inputs("1")
    world.create("unheard")
    world.wait("unheard", "InProgress")

    world.ana.answer(world.ana.tasks()[0], _ODD)
    world.wait("unheard", "Completed")

    def refused() -> dict[str, Any] | None:
        log = world.aws.log.read_text()
        sentence = f"events.amazonaws.com is not authorized to perform sns:Publish on {topic}"
        return {"found": sentence} if sentence in log else None

    assert eventually(refused)
    events.remove_targets(Rule="closed", Ids=["topic"])


def test_a_team_is_told_once_that_there_are_tasks(world: World) -> None:
    world.put_inputs("1", "2", "3")

    world.create("tells-the-team")

    notice = world.messages(lambda each: "tells-the-team" in each["Message"])
    assert "readers" in notice["Message"]
    world.sagemaker.stop_labeling_job(LabelingJobName="tells-the-team")


def test_a_stopped_job_keeps_its_labels_and_its_name_is_burnt(world: World) -> None:
    world.put_inputs("42", "21")
    world.create("Stopped-Early")
    world.wait("stopped-early", "InProgress")
    world.ana.answer(world.ana.tasks()[0], _EVEN)

    world.sagemaker.stop_labeling_job(LabelingJobName="Stopped-Early")
    job = world.wait("Stopped-Early", "Stopped")

    assert job["LabelCounters"]["TotalLabeled"] == 1
    assert job["LabelCounters"]["Unlabeled"] == 1
    first, second = world.output("Stopped-Early")
    assert first["even-odd-metadata"]["class-name"] == "Even"
    assert second == {"source": "21", "object": "s3://data/x"}
    with pytest.raises(ClientError, match="ResourceInUse"):
        world.create("stopped-early")
    with pytest.raises(ClientError, match="ValidationException"):
        world.sagemaker.stop_labeling_job(LabelingJobName="Stopped-Early")


def test_an_answer_is_taken_once_and_only_from_the_team(world: World) -> None:
    world.put_inputs("42")
    world.create("guarded")
    world.wait("guarded", "InProgress")
    [task] = world.ana.tasks()

    with pytest.raises(WorkerError, match="the label is one of Even, Odd, got 'Zero'"):
        world.ana.answer(task, {"crowd-classifier": {"label": "Zero"}})
    with pytest.raises(WorkerError, match="another team") as another_team:
        world.eve.answer(task, _EVEN)
    world.ana.answer(task, _EVEN)
    with pytest.raises(WorkerError, match="not open any more") as again:
        world.ana.answer(task, _EVEN)

    assert (another_team.value.status, again.value.status) == (403, 409)
    assert world.eve.tasks() == []


def test_the_page_of_a_task_shows_the_text_as_text(world: World) -> None:
    world.put_inputs("<script>alert(1)</script>")
    world.create("escapes")
    world.wait("escapes", "InProgress")

    [task] = world.ana.tasks()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in task.html
    assert "&#34;Even&#34;" in task.html
    world.ana.answer(task, _EVEN)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("a_b", {}, "Value 'a_b' at 'labelingJobName'.*regular expression pattern"),
        ("title", {"HumanTaskConfig": {"TaskTitle": "x" * 129}}, "'humanTaskConfig.taskTitle'"),
        ("attribute", {"LabelAttributeName": "even-ref"}, "must not end with -ref"),
        ("metadata", {"LabelAttributeName": "even-metadata"}, "-metadata"),
        (
            "function",
            {"HumanTaskConfig": {"PreHumanTaskLambdaArn": f"{_FUNCTIONS}:PRE-BoundingBox"}},
            "one task type",
        ),
        (
            "custom-function",
            {
                "HumanTaskConfig": {
                    "PreHumanTaskLambdaArn": (
                        "arn:aws:lambda:us-east-1:000000000000:function:PRE-TextMultiClass"
                    )
                }
            },
            "preHumanTaskLambdaArn",
        ),
        ("role", {"RoleArn": "arn:aws:iam::000000000000:role/nobody"}, "Could not assume role"),
        (
            "team",
            {"HumanTaskConfig": {"WorkteamArn": f"{_SAGEMAKER}:workteam/private-crowd/x"}},
            "The work team .* does not exist",
        ),
        (
            "cors",
            {
                "InputConfig": {
                    "DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://gt-no-cors/input"}}
                },
                "HumanTaskConfig": _functions("ImageMultiClass"),
            },
            "CORS rule",
        ),
        ("seconds", {"HumanTaskConfig": {"TaskTimeLimitInSeconds": 28_801}}, "at most 28800"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused(
    world: World, name: str, changes: dict[str, Any], message: str
) -> None:
    request = world.request(name, **changes)

    with pytest.raises(ClientError, match=message) as refused:
        world.sagemaker.create_labeling_job(**request)

    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_a_job_whose_template_is_no_form_of_its_type_fails(world: World) -> None:
    world.put_inputs("42", template=_TEMPLATE.replace('name="crowd-classifier"', 'name="labels"'))

    world.create("bad-template")
    job = world.wait("bad-template", "Failed")

    assert "crowd-classifier named crowd-classifier, got 'labels'" in job["FailureReason"]


def test_a_browser_reads_an_image_by_the_url_in_the_template(world: World) -> None:
    kms_key = world.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    image = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key, "Body": b"an image"}
    world.s3.put_object(Bucket="gt-data", Key="images/a 1.png", **image)
    world.put_inputs(template=_IMAGE_TEMPLATE)
    line = json.dumps({"source-ref": "s3://gt-data/images/a 1.png"})
    world.s3.put_object(Bucket="gt-data", Key="request/input.manifest", Body=line.encode())
    rights = [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": kms_key}]
    policy = json.dumps({"Version": "2012-10-17", "Statement": rights})
    iam = world.aws.client("iam")

    world.create("blind", HumanTaskConfig=_functions("ImageMultiClass"))
    reason = world.wait("blind", "Failed")["FailureReason"]
    iam.put_role_policy(RoleName="labeler", PolicyName="key", PolicyDocument=policy)
    world.create("images", HumanTaskConfig=_functions("ImageMultiClass"))
    world.wait("images", "InProgress")
    [task] = world.ana.tasks()
    url = html.unescape(re.findall(r' src="(https://127[^"]+)"', task.html)[0])
    signed, unsigned = _fetch(world.aws, url), _fetch(world.aws, url.split("?")[0])

    assert f"not authorized to perform kms:Decrypt on {kms_key}" in reason
    assert url.startswith(f"{world.aws.endpoint}/gt-data/images/a%201.png?")
    assert (signed.status, unsigned.status) == (200, 403)
    assert signed.body == b"an image"
    assert signed.headers["access-control-allow-origin"] == "*"
    world.ana.answer(task, {"crowd-image-classifier": {"label": "Even"}})
    world.wait("images", "Completed")
    assert world.output("images")[0]["even-odd-metadata"]["class-name"] == "Even"


def test_a_teams_urls_of_data_can_be_bound_to_where_its_workers_are(world: World) -> None:
    world.s3.put_object(Bucket="gt-data", Key="images/b.png", Body=b"an image")
    world.put_inputs(template=_IMAGE_TEMPLATE)
    line = json.dumps({"source-ref": "s3://gt-data/images/b.png"})
    world.s3.put_object(Bucket="gt-data", Key="request/input.manifest", Body=line.encode())
    world.create("bound", HumanTaskConfig=_functions("ImageMultiClass"))
    world.wait("bound", "InProgress")

    # No request to this computer's S3 comes through a VPC.
    seen = {}
    for source in ("SourceIp", "VpcSourceIp"):
        constraints = {"S3Presign": {"IamPolicyConstraints": {source: "Enabled"}}}
        world.sagemaker.update_workteam(
            WorkteamName="readers", WorkerAccessConfiguration=constraints
        )
        [task] = world.ana.tasks()
        url = html.unescape(re.findall(r' src="(https://127[^"]+)"', task.html)[0])
        seen[source] = _fetch(world.aws, url).status
    world.sagemaker.update_workteam(WorkteamName="readers", WorkerAccessConfiguration={})
    world.sagemaker.stop_labeling_job(LabelingJobName="bound")

    assert seen == {"SourceIp": 200, "VpcSourceIp": 403}


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Response:
    status: int
    headers: Mapping[str, str]
    body: bytes


def _fetch(aws: LocalAws, url: str) -> _Response:
    """Get a URL as a page of some other origin does."""
    host, _, port = aws.endpoint.removeprefix("https://").partition(":")
    context = ssl.create_default_context(cafile=str(aws.ca_bundle))
    connection = http.client.HTTPSConnection(host, int(port), context=context)
    path = url.removeprefix(aws.endpoint)
    connection.request("GET", path, headers={"Origin": "https://x.labeling.sagemaker.aws"})
    answer = connection.getresponse()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    response = _Response(status=answer.status, headers=headers, body=answer.read())
    connection.close()
    return response


def test_a_custom_tasks_functions_run_with_their_own_rights(world: World) -> None:
    _role(world.aws, "functions", ["s3:GetObject"], service="lambda.amazonaws.com")
    pre, post = _function(world.aws, "pre", _PRE), _function(world.aws, "post", _POST)
    task = {
        "PreHumanTaskLambdaArn": pre,
        "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": post},
        "NumberOfHumanWorkersPerDataObject": 2,
    }
    world.put_inputs("9.50", template=_CUSTOM_TEMPLATE)

    world.create("receipts-1", HumanTaskConfig=task)
    reason = world.wait("receipts-1", "Failed")["FailureReason"]
    iam = world.aws.client("iam")
    for arn in (pre, post):
        rights = [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn}]
        policy = json.dumps({"Version": "2012-10-17", "Statement": rights})
        iam.put_role_policy(
            RoleName="labeler", PolicyName=arn.rsplit(":", 1)[-1], PolicyDocument=policy
        )
    world.create("receipts-2", HumanTaskConfig=task)
    for worker, total in ((world.ana, "9.50"), (world.bo, "9,50")):
        offered = _first_task(worker)
        assert "<p>Receipt: 9.50</p>" in offered.html
        worker.answer(offered, {"total": total})
    world.wait("receipts-2", "Completed")

    assert f"is not authorized to perform lambda:InvokeFunction on {pre}" in reason
    [line] = world.output("receipts-2")
    assert line["even-odd"] == {"totals": ["9.50", "9,50"]}
    assert line["even-odd-metadata"]["type"] == "groundtruth/custom"


def _first_task(worker: Worker) -> Task:
    """Return a task, once a function has prepared one."""

    def found() -> dict[str, Any] | None:
        tasks = worker.tasks()
        return {"task": tasks[0]} if tasks else None

    task: Task = eventually(found)["task"]
    return task


def test_a_function_that_may_not_read_the_answers_ends_the_job(world: World) -> None:
    _role(world.aws, "blind-functions", ["s3:ListBucket"], service="lambda.amazonaws.com")
    post = _function(world.aws, "blind-post", _POST, role="blind-functions")
    rights = [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": post}]
    policy = json.dumps({"Version": "2012-10-17", "Statement": rights})
    world.aws.client("iam").put_role_policy(
        RoleName="labeler", PolicyName="blind-post", PolicyDocument=policy
    )
    request = world.request("unread")
    task = request["HumanTaskConfig"]
    del task["PreHumanTaskLambdaArn"]
    task["AnnotationConsolidationConfig"] = {"AnnotationConsolidationLambdaArn": post}
    world.put_inputs("9.50", template=_CUSTOM_TEMPLATE)

    world.sagemaker.create_labeling_job(**request)
    world.wait("unread", "InProgress")
    world.ana.answer(world.ana.tasks()[0], {"total": "9.50"})

    reason = world.wait("unread", "Failed")["FailureReason"]
    assert f"Exception invoking the Lambda function {post}" in reason
    assert "AccessDenied" in world.aws.log.read_text()


def _function(aws: LocalAws, name: str, source: str, role: str = "functions") -> str:
    """Make a Lambda function of Python source; return its ARN."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("index.py", source)
    arn: str = aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="index.handler",
        Role=f"arn:aws:iam::000000000000:role/{role}",
        Code={"ZipFile": package.getvalue()},
        Timeout=30,
    )["FunctionArn"]
    return arn


@pytest.mark.parametrize(
    ("lacking", "action"),
    [("s3:GetObject", "s3:GetObject"), ("s3:PutObject", "s3:PutObject")],
)
def test_a_job_fails_for_what_its_role_may_not_do(world: World, lacking: str, action: str) -> None:
    rights = {"s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:GetBucketLocation"} - {lacking}
    name = f"no-{lacking[3:]}"
    _role(world.aws, name, sorted(rights))
    world.put_inputs("42")

    world.create(name, RoleArn=f"arn:aws:iam::000000000000:role/{name}")
    job = world.wait(name, "Failed")

    assert f"is not authorized to perform {action} on arn:aws:s3:::gt-" in job["FailureReason"]


def test_output_is_encrypted_with_the_jobs_key_if_the_role_may_use_it(world: World) -> None:
    kms, iam = world.aws.client("kms"), world.aws.client("iam")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    _role(world.aws, "encrypter", ["s3:*"])
    changes = {
        "OutputConfig": {"S3OutputPath": "s3://gt-output/secret", "KmsKeyId": key},
        "RoleArn": "arn:aws:iam::000000000000:role/encrypter",
    }
    world.put_inputs("42")

    world.create("without-key", **changes)
    world.wait("without-key", "InProgress")
    world.ana.answer(world.ana.tasks()[0], _EVEN)
    refused = world.wait("without-key", "Failed")
    statement = {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": key}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="encrypter", PolicyName="key", PolicyDocument=policy)
    world.create("with-key", **changes)
    world.wait("with-key", "InProgress")
    world.ana.answer(world.ana.tasks()[0], _EVEN)
    world.wait("with-key", "Completed")

    assert f"perform kms:GenerateDataKey on {key}" in refused["FailureReason"]
    path = "secret/with-key/manifests/output/output.manifest"
    head = world.s3.head_object(Bucket="gt-output", Key=path)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_a_role_that_does_not_trust_sagemaker_is_refused(world: World) -> None:
    _role(world.aws, "for-functions", ["s3:*"], service="lambda.amazonaws.com")

    with pytest.raises(ClientError, match="Could not assume role"):
        world.create("untrusting", RoleArn="arn:aws:iam::000000000000:role/for-functions")


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ([], "not authorized to perform: sagemaker:CreateLabelingJob on resource:"),
        (["sagemaker:CreateLabelingJob"], "not authorized to perform: iam:PassRole on resource:"),
        (["sagemaker:CreateLabelingJob", "iam:PassRole"], "perform: sagemaker:AddTags"),
    ],
)
def test_a_caller_without_the_right_is_refused(
    world: World, statements: list[str], message: str
) -> None:
    iam = world.aws.client("iam")
    user = f"caller-{len(statements)}"
    iam.create_user(UserName=user)
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": action, "Resource": "*"}
            for action in [*statements, "sagemaker:Describe*"]
        ],
    }
    iam.put_user_policy(UserName=user, PolicyName="all", PolicyDocument=json.dumps(policy))
    keys = iam.create_access_key(UserName=user)["AccessKey"]
    sagemaker = _client_of(world.aws, keys)
    request = world.request("forbidden", Tags=[{"Key": "a", "Value": "b"}])

    with pytest.raises(ClientError, match=message) as refused:
        sagemaker.create_labeling_job(**request)

    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_a_policy_can_allow_private_work_teams_only(world: World) -> None:
    iam = world.aws.client("iam")
    iam.create_user(UserName="private-only")
    allowed = {"Effect": "Allow", "Action": ["sagemaker:*", "iam:PassRole"], "Resource": "*"}
    public_only = {"StringEquals": {"sagemaker:WorkteamType": "public-crowd"}}
    policy = {"Statement": [{**allowed, "Condition": public_only}]}
    iam.put_user_policy(UserName="private-only", PolicyName="p", PolicyDocument=json.dumps(policy))
    keys = iam.create_access_key(UserName="private-only")["AccessKey"]

    with pytest.raises(ClientError, match="CreateLabelingJob"):
        _client_of(world.aws, keys).create_labeling_job(**world.request("public"))


def _client_of(aws: LocalAws, keys: Mapping[str, str]) -> Any:
    session: Any = boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        region_name=aws.region,
    )
    return session.client("sagemaker", endpoint_url=aws.endpoint, verify=str(aws.ca_bundle))


def test_there_is_one_workforce_and_it_outlives_its_teams(world: World) -> None:
    workforce = world.sagemaker.describe_workforce(WorkforceName="default")["Workforce"]
    config = workforce["CognitoConfig"]

    with pytest.raises(ClientError, match="Cannot create more than one workforce for account"):
        world.sagemaker.create_workforce(WorkforceName="second", CognitoConfig=config)
    with pytest.raises(ClientError, match="ResourceInUse"):
        world.sagemaker.delete_workforce(WorkforceName="default")

    port = world.aws.endpoint.rsplit(":", 1)[1]
    assert workforce["SubDomain"].endswith(f".labeling.us-east-1.localhost:{port}")
    assert workforce["Status"] == "Active"


def test_missing_teams_workforces_and_jobs_are_named_as_on_aws(world: World) -> None:
    with pytest.raises(ClientError, match=r"\(ValidationException\).*: The work team"):
        world.sagemaker.describe_workteam(WorkteamName="nobody")
    with pytest.raises(ClientError, match=r"\(ValidationException\).*: No workforce"):
        world.sagemaker.describe_workforce(WorkforceName="nobody")
    with pytest.raises(ClientError, match=r"\(ResourceNotFound\)"):
        world.sagemaker.describe_labeling_job(LabelingJobName="nobody")


def test_jobs_are_listed_in_pages_and_by_team(world: World) -> None:
    world.put_inputs("42")
    for number in range(3):
        world.create(f"listed-{number}", Tags=[{"Key": "number", "Value": str(number)}])

    pages = world.sagemaker.get_paginator("list_labeling_jobs").paginate(
        NameContains="Listed", SortBy="Name", PaginationConfig={"PageSize": 2}
    )
    names = [job["LabelingJobName"] for each in pages for job in each["LabelingJobSummaryList"]]
    of_team = world.sagemaker.list_labeling_jobs_for_workteam(WorkteamArn=world.team)
    arn = f"{_SAGEMAKER}:labeling-job/listed-1"
    tags = world.sagemaker.list_tags(ResourceArn=arn)["Tags"]

    assert names == ["listed-0", "listed-1", "listed-2"]
    assert set(names) <= {job["LabelingJobName"] for job in of_team["LabelingJobSummaryList"]}
    assert tags == [{"Key": "number", "Value": "1"}]
    for name in names:
        world.sagemaker.stop_labeling_job(LabelingJobName=name)
