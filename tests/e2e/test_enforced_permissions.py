"""IAM is enforced: with one permission less the deployment fails and says which one."""

import pytest

from tests.e2e.target import Prepared

_LESS = "python -m tests.e2e.app_without_permission"


@pytest.mark.parametrize(
    "action",
    [
        pytest.param("s3:ListBucket", id="function lists the data objects"),
        pytest.param("s3:PutObject", id="function writes the manifest"),
        pytest.param("sagemaker:CreateLabelingJob", id="function starts the job"),
        pytest.param("iam:PassRole", id="function passes the execution role"),
        pytest.param("kms:Decrypt", id="execution role decrypts the manifest"),
    ],
)
def test_without_a_permission_the_deployment_fails_and_names_it(
    prepared: Prepared, action: str
) -> None:
    with prepared.objects({"Input/1.txt": b"42"}):
        printed = prepared.refusal(app=f"{_LESS} {action}")

    words = printed.split("not authorized to perform", 1)[1].removeprefix(":").split()
    assert words[0] == action
    assert prepared.running_jobs() == []
