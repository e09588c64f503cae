"""Which access keys local AWS knows."""

from __future__ import annotations

import importlib

import pytest

from local.gate.keys import AccessKey
from local.services.access_keys import AccessKeys

_ROOT = AccessKey.root()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> AccessKeys:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", _ROOT.id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", _ROOT.secret)
    store = importlib.import_module("ministack.services.iam")._access_keys
    for name, status in (("AKIAGOOD", "Active"), ("AKIAENDED", "Inactive")):
        record = {"SecretAccessKey": f"secret of {name}", "Status": status}
        monkeypatch.setitem(store._data, ("000000000000", name), record)
    return AccessKeys()


def test_the_root_s_and_users_active_keys_are_known(keys: AccessKeys) -> None:
    assert keys.find(_ROOT.id) == _ROOT
    assert keys.find("AKIAGOOD") == AccessKey(id="AKIAGOOD", secret="secret of AKIAGOOD")  # noqa: S106  # of tests


@pytest.mark.parametrize("name", ["AKIAENDED", "test", "000000000000", "", "AKIANONE"])
def test_no_other_key_is(keys: AccessKeys, name: str) -> None:
    assert keys.find(name) is None
