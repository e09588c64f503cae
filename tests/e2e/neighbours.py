"""What others have in the account: a shop whose names begin as those of the environment do."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.aws import LocalAws

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }
    ],
}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A role, a function, a key, a pool, a bucket, a secret and a topic of somebody else's."""

    aws: LocalAws
    name: str
    key: str
    pool: str
    secret: str

    @classmethod
    def open(cls, aws: LocalAws, name: str) -> Shop:
        """Make all of it."""
        role = aws.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST)
        )["Role"]
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("index.py", "def handler(event, context): return 'sold'")
        aws.client("lambda").create_function(
            FunctionName=name,
            Role=role["Arn"],
            Runtime="python3.14",
            Handler="index.handler",
            Code={"ZipFile": code.getvalue()},
        )
        bucket = _bucket(name)
        aws.client("s3").create_bucket(Bucket=bucket)
        aws.client("s3").put_object(Bucket=bucket, Key="sales.csv", Body=b"sold")
        aws.client("sns").create_topic(Name=name)
        return cls(
            aws=aws,
            name=name,
            key=aws.client("kms").create_key()["KeyMetadata"]["Arn"],
            pool=aws.client("cognito-idp").create_user_pool(PoolName=name)["UserPool"]["Arn"],
            secret=aws.client("secretsmanager").create_secret(Name=name, SecretString="x")["ARN"],
        )

    @property
    def arns(self) -> set[str]:
        """What IAM calls each of them."""
        here = f"{self.aws.region}:{self.aws.account}"
        return {
            f"arn:aws:iam::{self.aws.account}:role/{self.name}",
            f"arn:aws:lambda:{here}:function:{self.name}",
            f"arn:aws:s3:::{_bucket(self.name)}",
            f"arn:aws:sns:{here}:{self.name}",
            self.key,
            self.pool,
            self.secret,
        }

    def look(self) -> Mapping[str, Any]:
        """Return all that an administrator sees of them."""
        client = self.aws.client
        topic = f"arn:aws:sns:{self.aws.region}:{self.aws.account}:{self.name}"
        pool = self.pool.rsplit("/", 1)[1]
        seen = {
            "role": client("iam").get_role(RoleName=self.name)["Role"],
            "policies": client("iam").list_attached_role_policies(RoleName=self.name),
            "function": client("lambda").get_function(FunctionName=self.name)["Configuration"],
            "key": client("kms").describe_key(KeyId=self.key)["KeyMetadata"],
            "key policy": client("kms").get_key_policy(KeyId=self.key, PolicyName="default"),
            "key tags": client("kms").list_resource_tags(KeyId=self.key)["Tags"],
            "pool": client("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"],
            "objects": client("s3").list_objects_v2(Bucket=_bucket(self.name))["Contents"],
            "secret": client("secretsmanager").describe_secret(SecretId=self.secret),
            "topic": client("sns").get_topic_attributes(TopicArn=topic)["Attributes"],
        }
        looked: dict[str, Any] = json.loads(
            json.dumps(
                {
                    name: {key: each[key] for key in each if key != "ResponseMetadata"}
                    if isinstance(each, dict)
                    else each
                    for name, each in seen.items()
                },
                default=str,
            )
        )
        return looked


def _bucket(name: str) -> str:
    # As the environment's own begin, and not as they go on.
    return name.replace("-", "-data-", 1)
