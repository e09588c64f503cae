"""What is said of people rests on what AWS says."""

import botocore.session
import pytest

from ground_truth.validators import people

_COGNITO = botocore.session.get_session().get_service_model("cognito-idp")


def test_aws_offers_nobody_a_second_factor_that_is_optional() -> None:
    request = _COGNITO.shape_for("SetUserPoolMfaConfigRequest")
    said = request.members["MfaConfiguration"].documentation  # type: ignore[attr-defined]  # a structure

    assert "managed login doesn't automatically prompt users to set up MFA" in said
    with pytest.raises(ValueError, match="got 'optional', with which nobody can set one up"):
        people.second_factor("optional")


def test_threat_protection_wants_a_pool_to_be_optional() -> None:
    request = _COGNITO.shape_for("UpdateUserPoolRequest")
    said = request.members["MfaConfiguration"].documentation  # type: ignore[attr-defined]  # a structure

    assert "adaptive authentication with threat protection, choose <code>OPTIONAL</code>" in said


@pytest.mark.parametrize("value", ["off", "required"])
def test_any_other_second_factor_is_as_it_is_written(value: str) -> None:
    assert people.second_factor(value) == value
