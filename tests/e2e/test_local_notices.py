"""Topics, subscriptions, rules and SES's identities of local AWS as they are documented."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from local.aws import LocalAws
from local.browser import Browser
from local.mailbox import as_json
from tests.e2e.stacks import delete, deploy
from tests.e2e.waiting import eventually

_ADDRESS: Final = "lead@example.com"
_ACCOUNT: Final = "000000000000"
_EVENT: Final = {"Source": "tests", "DetailType": "happened", "Detail": '{"number": 1}'}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws(tmp_path_factory.mktemp("local-aws")) as local:
        yield local


def _mails(aws: LocalAws, to: str) -> list[dict[str, Any]]:
    box = Browser(aws.ca_bundle).open(as_json(aws.mailbox))
    return [mail for mail in json.loads(box.content)["mails"] if mail["to"] == to]


def _follow_link(aws: LocalAws, mail: dict[str, Any]) -> int:
    [link] = re.findall(r"https://\S+", mail["body"])
    return Browser(aws.ca_bundle).open(link).status


def test_who_is_subscribed_by_mail_gets_nothing_before_it_is_confirmed(aws: LocalAws) -> None:
    sns = aws.client("sns")
    topic = sns.create_topic(Name="by-mail")["TopicArn"]

    said = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=_ADDRESS)["SubscriptionArn"]
    [pending] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.publish(TopicArn=topic, Subject="Too early", Message="1")
    [question] = _mails(aws, _ADDRESS)
    status = _follow_link(aws, question)
    [confirmed] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.publish(TopicArn=topic, Subject="In time", Message="2")

    assert (said, pending["SubscriptionArn"]) == ("pending confirmation", "PendingConfirmation")
    assert status == 200
    assert confirmed["SubscriptionArn"].startswith(f"{topic}:")
    newest, *others = _mails(aws, _ADDRESS)
    assert (newest["subject"], newest["body"]) == ("In time", "2")
    assert [mail["subject"] for mail in others] == [question["subject"]]


def test_a_subscription_of_a_template_waits_for_its_confirmation_too(aws: LocalAws) -> None:
    subscription = {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "b@example.com"}
    template = {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "formed"}},
            "Lead": {"Type": "AWS::SNS::Subscription", "Properties": subscription},
        },
        "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}},
    }

    topic = deploy(aws, "subscribed", template)["Topic"]

    [pending] = aws.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    attributes = aws.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    assert pending["SubscriptionArn"] == "PendingConfirmation"
    assert attributes["SubscriptionsPending"] == "1"
    assert len(_mails(aws, "b@example.com")) == 1
    delete(aws, "subscribed")


class _Rule:
    """A rule for events of these tests, with a topic that a queue listens to."""

    def __init__(self, aws: LocalAws, name: str, *, key: str | None = None) -> None:
        self.aws, self.name = aws, name
        attributes = {"KmsMasterKeyId": key} if key else {}
        self.topic = aws.client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
        self.heard = self._queue(name, "sns.amazonaws.com")
        self.dead = self._queue(f"{name}-dead", "events.amazonaws.com")
        aws.client("sns").subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=self.topic.replace(":sns:", ":sqs:")
        )
        events = aws.client("events")
        events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))

    def send(self, **target: Any) -> None:
        """Send an event to the topic as the rule's target."""
        events = self.aws.client("events")
        dead = {"Arn": f"{self.topic.replace(':sns:', ':sqs:')}-dead"}
        target = {"Id": "topic", "Arn": self.topic, "DeadLetterConfig": dead, **target}
        events.put_targets(Rule=self.name, Targets=[target])
        events.put_events(Entries=[{**_EVENT, "Source": self.name}])

    def received(self, queue: str) -> str:
        """Return the body of a message that comes to a queue."""

        def receive() -> str | None:
            answer = self.aws.client("sqs").receive_message(QueueUrl=queue)
            messages = answer.get("Messages", ())
            return messages[0]["Body"] if messages else None

        body: str = eventually(receive)
        return body

    def _queue(self, name: str, service: str) -> str:
        sqs = self.aws.client("sqs")
        queue: str = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:{_ACCOUNT}:{name}"
        policy = _policy("sqs:SendMessage", arn, Principal={"Service": service})
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
        return queue


def _policy(action: Any, resource: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _role(aws: LocalAws, name: str, service: str = "events.amazonaws.com") -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    arn: str = aws.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )["Role"]["Arn"]
    return arn


def test_what_a_rule_may_not_publish_comes_to_its_dead_letter_queue(aws: LocalAws) -> None:
    rule = _Rule(aws, "closed-topic")

    rule.send()

    assert json.loads(rule.received(rule.dead))["detail"] == {"number": 1}
    assert "events.amazonaws.com is not authorized to perform sns:Publish" in aws.log.read_text()


def test_a_rule_publishes_with_the_rights_of_its_targets_role(aws: LocalAws) -> None:
    rule, role = _Rule(aws, "with-role"), _role(aws, "publisher")
    may_publish = _policy("sns:Publish", rule.topic)

    rule.send(RoleArn=role)
    refused = rule.received(rule.dead)
    aws.client("iam").put_role_policy(
        RoleName="publisher", PolicyName="publish", PolicyDocument=may_publish
    )
    rule.send(RoleArn=role)

    assert json.loads(refused)["detail"] == {"number": 1}
    assert json.loads(rule.received(rule.heard))["TopicArn"] == rule.topic
    assert f"{role} is not authorized to perform sns:Publish" in aws.log.read_text()


def test_a_role_that_eventbridge_can_not_assume_publishes_nothing(aws: LocalAws) -> None:
    rule, role = _Rule(aws, "other-trust"), _role(aws, "for-lambda", "lambda.amazonaws.com")
    may_publish = _policy("sns:Publish", rule.topic)
    aws.client("iam").put_role_policy(
        RoleName="for-lambda", PolicyName="publish", PolicyDocument=may_publish
    )

    rule.send(RoleArn=role)

    assert json.loads(rule.received(rule.dead))["detail"] == {"number": 1}


def test_an_encrypted_topic_asks_the_role_for_its_key(aws: LocalAws) -> None:
    kms, iam = aws.client("kms"), aws.client("iam")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    rule, role = _Rule(aws, "encrypted", key=key), _role(aws, "encrypter")
    iam.put_role_policy(
        RoleName="encrypter", PolicyName="sns", PolicyDocument=_policy("sns:Publish", rule.topic)
    )

    rule.send(RoleArn=role)
    refused = rule.received(rule.dead)
    actions = ["kms:GenerateDataKey*", "kms:Decrypt"]
    iam.put_role_policy(
        RoleName="encrypter", PolicyName="kms", PolicyDocument=_policy(actions, key)
    )
    rule.send(RoleArn=role)

    assert json.loads(refused)["detail"] == {"number": 1}
    assert json.loads(rule.received(rule.heard))["TopicArn"] == rule.topic
    assert f"{role} is not authorized to perform kms:GenerateDataKey" in aws.log.read_text()


def test_an_encrypted_topic_lets_a_service_publish_by_its_keys_policy(aws: LocalAws) -> None:
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    rule = _Rule(aws, "key-policy", key=key)
    service = {"Service": "events.amazonaws.com"}
    aws.client("sns").set_topic_attributes(
        TopicArn=rule.topic,
        AttributeName="Policy",
        AttributeValue=_policy("sns:Publish", rule.topic, Principal=service),
    )

    rule.send()
    refused = rule.received(rule.dead)
    allowed = _policy(["kms:GenerateDataKey*", "kms:Decrypt"], "*", Principal=service)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=allowed)
    rule.send()

    assert json.loads(refused)["detail"] == {"number": 1}
    assert json.loads(rule.received(rule.heard))["TopicArn"] == rule.topic


@pytest.mark.parametrize("name", ["aws:SourceAccount", "aws:SourceArn"])
def test_a_key_is_not_told_who_publishes(aws: LocalAws, name: str) -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html says so of EventBridge."""
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    rule = _Rule(aws, f"asked-for-{name[4:]}", key=key)
    service = {"Service": "events.amazonaws.com"}
    condition = {"StringLike": {name: "*"}}
    told = _policy("sns:Publish", rule.topic, Principal=service, Condition=condition)
    aws.client("sns").set_topic_attributes(
        TopicArn=rule.topic, AttributeName="Policy", AttributeValue=told
    )
    actions = ["kms:GenerateDataKey*", "kms:Decrypt"]
    asked = _policy(actions, "*", Principal=service, Condition=condition)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=asked)

    rule.send()
    refused = rule.received(rule.dead)
    unasked = _policy(actions, "*", Principal=service)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=unasked)
    rule.send()

    assert json.loads(refused)["detail"] == {"number": 1}
    assert json.loads(rule.received(rule.heard))["TopicArn"] == rule.topic


def test_an_address_of_ses_is_verified_by_the_link_of_a_mail(aws: LocalAws) -> None:
    ses, address = aws.client("sesv2"), "labels@example.com"

    ses.create_email_identity(EmailIdentity=address)
    before = ses.get_email_identity(EmailIdentity=address)
    [mail] = _mails(aws, address)
    first, again = _follow_link(aws, mail), _follow_link(aws, mail)
    after = ses.get_email_identity(EmailIdentity=address)

    assert (before["VerificationStatus"], before["VerifiedForSendingStatus"]) == ("PENDING", False)
    assert (first, again) == (200, 404)
    assert (after["VerificationStatus"], after["VerifiedForSendingStatus"]) == ("SUCCESS", True)
    with pytest.raises(ClientError, match="AlreadyExists"):
        ses.create_email_identity(EmailIdentity=address)


def test_an_address_of_a_template_is_verified_by_a_link_too_and_stays_so(aws: LocalAws) -> None:
    address = "formed@example.com"
    properties: dict[str, Any] = {"EmailIdentity": address}
    identity = {"Type": "AWS::SES::EmailIdentity", "Properties": properties}
    template = {"Resources": {"Sender": identity}}

    deploy(aws, "sender", template)
    before = aws.client("sesv2").get_email_identity(EmailIdentity=address)
    _follow_link(aws, _mails(aws, address)[0])
    properties["FeedbackAttributes"] = {"EmailForwardingEnabled": True}
    deploy(aws, "sender", template)

    after = aws.client("sesv2").get_email_identity(EmailIdentity=address)
    assert (before["VerificationStatus"], after["VerificationStatus"]) == ("PENDING", "SUCCESS")
    delete(aws, "sender")


def test_an_account_is_in_the_sandbox_until_it_asks(aws: LocalAws) -> None:
    ses = aws.client("sesv2")

    before = ses.get_account()
    ses.put_account_details(
        MailType="TRANSACTIONAL", WebsiteURL="https://example.com", ProductionAccessEnabled=True
    )

    assert (before["SendingEnabled"], before["ProductionAccessEnabled"]) == (True, False)
    assert ses.get_account()["ProductionAccessEnabled"]


def test_the_mailbox_opens_with_its_key_only(aws: LocalAws) -> None:
    browser = Browser(aws.ca_bundle)
    without = aws.mailbox.partition("?")[0]

    box = browser.open(aws.mailbox)

    assert box.status == 200
    assert "default-src 'none'" in box.headers["content-security-policy"]
    for address in (without, f"{without}?key=", f"{without}?key=other", as_json(without)):
        assert browser.open(address).status == 403, address
