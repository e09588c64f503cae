"""What is in the account beside the environment `dev`: a neighbour's shop, and `dev-2`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.infra.simulation import ACCOUNT, REGION, Request

_STACK: Final = "aws:ResourceTag/aws:cloudformation:stack-name"
_HERE: Final = f"{REGION}:{ACCOUNT}"
_OTHER_JOBS: Final = f"arn:aws:cloudformation:{_HERE}:stack/dev-2-Labeling/0a1b"


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """Something that is not the environment's; `context` is what IAM knows of it."""

    arn: str
    context: Mapping[str, Any] = field(default_factory=dict)


def _named(pattern: str, *names: str, **context: Any) -> list[Stranger]:
    return [Stranger(arn=pattern.format(name), context=context) for name in names]


_SHOP: Final = "dev-webshop"
_BUCKETS: Final = (
    *(_SHOP, "dev-data-lake", "dev-2-data-datainputc289b3f3-0a1b", "dev-datainput"),
    "dev-data-data-datainputc289b3f3-0a1b",
)
_MADE: Final = ("dev-2-Data-X-0a1b", "dev-2-Labeling-X-0a1b", "dev-2-Workforce-X-0a1b")
#: By IAM's name of a resource's type.
STRANGERS: Final[Mapping[str, list[Stranger]]] = {
    "s3:bucket": _named("arn:aws:s3:::{}", *_BUCKETS),
    "s3:object": _named("arn:aws:s3:::{}/secret.csv", *_BUCKETS),
    "kms:key": [
        *_named(f"arn:aws:kms:{_HERE}:key/{{}}", "0a1b"),
        Stranger(
            arn=f"arn:aws:kms:{_HERE}:key/2c3d",
            context={"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::dev-webshop"},
        ),
    ],
    "iam:role": _named(
        f"arn:aws:iam::{ACCOUNT}:role/{{}}",
        *(_SHOP, "Admin", "dev-Admin", f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-{REGION}", *_MADE),
    ),
    "iam:policy": _named(
        f"arn:aws:iam::{ACCOUNT}:policy/{{}}",
        *(_SHOP, "GroundTruth-dev-boundary", "GroundTruth-dev-deploy-data", *_MADE),
    ),
    "lambda:function": _named(f"arn:aws:lambda:{_HERE}:function:{{}}", _SHOP, *_MADE),
    "logs:log-group": _named(
        f"arn:aws:logs:{_HERE}:log-group:{{}}", _SHOP, f"/aws/lambda/{_SHOP}", *_MADE
    ),
    "logs:log-stream": _named(
        f"arn:aws:logs:{_HERE}:log-group:{{}}:log-stream:today", _SHOP, *_MADE
    ),
    "events:rule-on-default-event-bus": _named(f"arn:aws:events:{_HERE}:rule/{{}}", _SHOP, *_MADE),
    "sns:topic": _named(f"arn:aws:sns:{_HERE}:{{}}", _SHOP, *_MADE),
    "sqs:queue": _named(f"arn:aws:sqs:{_HERE}:{{}}", _SHOP, *_MADE),
    "secretsmanager:Secret": _named(
        f"arn:aws:secretsmanager:{_HERE}:secret:{{}}", f"{_SHOP}-a1B2c3"
    ),
    "cognito-idp:userpool": [
        *_named(f"arn:aws:cognito-idp:{_HERE}:userpool/{{}}", f"{REGION}_Untagged"),
        *_named(f"arn:aws:cognito-idp:{_HERE}:userpool/{{}}", f"{REGION}_Shop", **{_STACK: _SHOP}),
        *_named(
            f"arn:aws:cognito-idp:{_HERE}:userpool/{{}}",
            f"{REGION}_Second",
            **{_STACK: "dev-2-Workforce"},
        ),
    ],
    "ses:identity": [
        *_named(f"arn:aws:ses:{_HERE}:identity/{{}}", "shop@example.com"),
        *_named(
            f"arn:aws:ses:{_HERE}:identity/{{}}", "second@example.com", **{_STACK: "dev-2-Data"}
        ),
    ],
    "sagemaker:labeling-job": [
        *_named(f"arn:aws:sagemaker:{_HERE}:labeling-job/{{}}", "webshop-1"),
        *_named(
            f"arn:aws:sagemaker:{_HERE}:labeling-job/{{}}",
            "dev-2-letters-0123456789",
            **{"aws:ResourceTag/ground-truth-cdk:stack": _OTHER_JOBS},
        ),
    ],
    "sagemaker:workteam": _named(
        f"arn:aws:sagemaker:{_HERE}:workteam/{{}}", "webshop", "private-crowd/webshop"
    ),
    "sagemaker:workforce": _named(f"arn:aws:sagemaker:{_HERE}:workforce/{{}}", "webshop", "dev-2"),
    "cloudformation:stack": _named(
        f"arn:aws:cloudformation:{_HERE}:stack/{{}}/0a1b",
        *(
            _SHOP,
            "dev-2-Data",
            "dev-2-Labeling",
            "dev-2-Workforce",
            "GroundTruth-dev",
            "CDKToolkit",
        ),
    ),
    "ssm:parameter": _named(f"arn:aws:ssm:{_HERE}:parameter/{{}}", "webshop/password"),
    "ec2:vpc-endpoint": _named(
        f"arn:aws:ec2:{_HERE}:vpc-endpoint/{{}}",
        "vpce-0a1b",
        **{"ec2:VpceServiceName": f"com.amazonaws.{REGION}.s3"},
    ),
    "ec2:vpc": _named(f"arn:aws:ec2:{_HERE}:vpc/{{}}", "vpc-0a1b"),
    "ec2:subnet": _named(f"arn:aws:ec2:{_HERE}:subnet/{{}}", "subnet-0a1b"),
    "ec2:security-group": _named(f"arn:aws:ec2:{_HERE}:security-group/{{}}", "sg-0a1b"),
}
#: What whoever asks may say as he likes, as best it helps him.
CHOSEN: Final[Mapping[str, Any]] = {
    "aws:TagKeys": ["owner"],
    "aws:RequestTag/ground-truth-cdk:stack": (
        f"arn:aws:cloudformation:{_HERE}:stack/dev-Labeling/0a1b"
    ),
    "iam:PolicyARN": f"arn:aws:iam::{ACCOUNT}:policy/dev-Labeling-X-0a1b",
    "kms:GrantIsForAWSResource": "true",
}
#: Of a role that is passed on, and of one that is made or bounded: this too is chosen.
_SERVICES: Final = ("lambda", "events", "sagemaker", "ec2", "cloudformation")


def requests(action: str, kind: str, change: Callable[[str], str] = str) -> Iterator[Request]:
    """Yield the requests for an action on each stranger of a type.

    `change` is made of all that is known of a stranger.
    """
    for stranger in STRANGERS[kind]:
        known = {
            key: change(value) if isinstance(value, str) else value
            for key, value in stranger.context.items()
        }
        for service in _SERVICES if action == "iam:PassRole" else ("",):
            passed = {"iam:PassedToService": f"{service}.amazonaws.com"} if service else {}
            yield Request(
                action=action,
                resource=change(stranger.arn),
                context={**CHOSEN, **known, **passed},
            )
