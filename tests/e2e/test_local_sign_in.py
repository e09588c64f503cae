"""Workers sign in to the local worker portal through the user pool's login pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from local.aws import LocalAws
from local.browser import Browser, Page
from local.worker import Worker, WorkerError
from tests.e2e.people import People, make_people, make_workforce, wait_until_active


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with LocalAws(tmp_path_factory.mktemp("local-aws"), delay=0.05) as aws:
        people = make_people(aws, {"ana": ["readers"]})
        people.open_portal()
        yield people


@pytest.fixture
def portal_open(people: People) -> Iterator[None]:
    """Give the client its URLs back, whatever a test does to it."""
    yield
    people.open_portal()


@pytest.fixture
def portal_replaced(people: People) -> Iterator[None]:
    """Make the workforce anew."""
    people.sagemaker.delete_workforce(WorkforceName="default")
    while people.sagemaker.list_workforces()["Workforces"]:
        pass
    make_workforce(people)
    yield
    people.open_portal()


def test_the_first_login_is_with_the_password_of_the_mail_and_needs_a_new_one(
    people: People,
) -> None:
    people.invite("bo", [])
    chosen = "A-new-password-1"
    worker = people.worker("bo", password=chosen)

    page = worker.sign_in()

    assert page.url == f"https://{people.sub_domain}/"
    assert "bo@example.com" in page.text
    user = people.cognito.admin_get_user(UserPoolId=people.pool, Username="bo@example.com")
    assert user["UserStatus"] == "CONFIRMED"
    assert people.worker("bo", password=chosen).tasks() == []


def test_a_new_password_has_to_fit_the_pools_policy(people: People) -> None:
    people.invite("cy", [])
    chosen = "short"

    with pytest.raises(WorkerError, match="Password did not conform with policy"):
        people.worker("cy", password=chosen).sign_in()


def test_a_password_that_nobody_has_given_is_refused(people: People) -> None:
    with pytest.raises(WorkerError, match="Incorrect username or password"):
        people.worker("nobody").sign_in()


def test_accounts_of_any_kind_can_not_be_told_from_none(people: People) -> None:
    for name in ("fay", "gus", "hal"):
        people.invite(name, [])
    people.worker("gus").sign_in()
    people.cognito.admin_disable_user(UserPoolId=people.pool, Username="hal@example.com")

    browser = Browser(people.aws.ca_bundle)
    asked = browser.open(f"https://{people.sub_domain}/")

    def refused(name: str) -> tuple[Page, list[str]]:
        wrong = {"username": f"{name}@example.com", "password": "A-wrong-password-1"}
        answer = browser.submit(asked, wrong)
        # Every answer has another one.
        told = dict.fromkeys(("date", "x-amzn-requestid", "x-amz-request-id"), "")
        cookies = sorted(str(cookie) for cookie in browser.cookies)
        return replace(answer, headers={**answer.headers, **told}), cookies

    of_nobody = refused("nobody")

    assert "Incorrect username or password." in of_nobody[0].text
    # Invited, signed in, disabled.
    assert [refused(name) for name in ("fay", "gus", "hal")] == [of_nobody] * 3


@pytest.mark.usefixtures("portal_open")
def test_nobody_signs_in_while_the_portals_url_is_not_a_call_back_url(people: People) -> None:
    people.open_portal(CallbackURLs=["https://127.0.0.1"])

    with pytest.raises(WorkerError, match="redirect_mismatch"):
        people.worker("ana").sign_in()


@pytest.mark.usefixtures("portal_replaced")
def test_a_new_workforce_has_another_portal_so_old_urls_help_nobody(people: People) -> None:
    client = people.cognito.describe_user_pool_client(
        UserPoolId=people.pool, ClientId=people.client
    )["UserPoolClient"]

    with pytest.raises(WorkerError, match="redirect_mismatch"):
        people.worker("ana").sign_in()

    assert client["CallbackURLs"] != [f"https://{people.sub_domain}/oauth2/idpresponse"]


@pytest.mark.usefixtures("portal_open")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"AllowedOAuthFlows": ["implicit"]}, "unauthorized_client"),
        ({"AllowedOAuthFlowsUserPoolClient": False}, "unauthorized_client"),
        ({"AllowedOAuthScopes": ["openid"]}, "invalid_scope"),
        ({"SupportedIdentityProviders": []}, "Login pages unavailable"),
    ],
)
def test_a_client_without_what_the_portal_needs_lets_nobody_in(
    people: People, changes: dict[str, object], message: str
) -> None:
    people.open_portal(**changes)

    with pytest.raises(WorkerError, match=message):
        people.worker("ana").sign_in()


@pytest.mark.usefixtures("portal_open")
def test_the_login_page_leads_back_only_to_a_registered_sign_out_url(people: People) -> None:
    worker = people.worker("ana")
    worker.sign_in()
    people.open_portal(LogoutURLs=[])

    page = worker.sign_out()

    assert "redirect_mismatch" in page.text


@pytest.fixture
def unrestricted(people: People) -> Iterator[None]:
    """Let everybody in again."""
    yield
    _restrict(people)


def _restrict(people: People, *cidrs: str) -> None:
    people.sagemaker.update_workforce(
        WorkforceName="default", SourceIpConfig={"Cidrs": list(cidrs)}
    )
    wait_until_active(people.sagemaker)


@pytest.mark.usefixtures("unrestricted")
def test_the_portal_is_not_found_from_an_address_outside_its_cidrs(people: People) -> None:
    worker = people.worker("ana")

    _restrict(people, "203.0.113.0/24", "127.0.0.0/8")
    inside = worker.tasks()
    _restrict(people, "203.0.113.0/24")

    assert inside == []
    with pytest.raises(WorkerError, match="Not Found"):
        worker.tasks()


def test_who_signs_out_has_to_sign_in_again(people: People) -> None:
    worker = people.worker("ana")
    worker.sign_in()

    page = worker.sign_out()

    assert page.url == f"https://{people.sub_domain}/logout"
    assert "signed out" in page.text


def test_a_disabled_worker_is_out_at_once_and_can_not_come_back(people: People) -> None:
    people.invite("dee", ["readers"])
    worker = people.worker("dee")
    worker.sign_in()
    user = {"UserPoolId": people.pool, "Username": "dee@example.com"}

    people.cognito.admin_disable_user(**user)
    with pytest.raises(WorkerError, match="User is disabled"):
        worker.tasks()
    people.cognito.admin_enable_user(**user)

    assert worker.tasks() == []


def test_a_global_sign_out_ends_the_portals_session(people: People) -> None:
    people.invite("ed", [])
    browser, url = _signed_in(people, "ed")

    before = browser.open(f"{url}/tasks").status
    people.cognito.admin_user_global_sign_out(UserPoolId=people.pool, Username="ed@example.com")
    after = browser.open(f"{url}/tasks").status

    assert (before, after) == (200, 401)


def test_the_session_is_a_cookie_that_no_script_reads_and_no_other_host_gets(
    people: People,
) -> None:
    browser, url = _signed_in(people, "ana")
    jar = {each.name: each for each in browser.cookies}

    session = jar["__Host-session"]
    assert (session.secure, session.path) == (True, "/")
    assert session.has_nonstandard_attr("HttpOnly")
    assert not session.domain_specified
    assert url == f"https://{people.sub_domain}"


def test_an_answer_of_the_login_page_that_this_browser_has_not_asked_for_is_refused(
    people: People,
) -> None:
    mine, url = _signed_in(people, "ana")
    foreign = Browser(people.aws.ca_bundle)
    login = foreign.open(f"{url}/")
    state = parse_qs(urlsplit(login.url).query)["state"][0]

    page = mine.open(f"{url}/oauth2/idpresponse?code=stolen&state={state}")

    assert page.status == 401
    assert "no sign-in of this browser" in page.text


def test_the_page_runs_only_its_own_script_and_loads_only_from_local_aws(people: People) -> None:
    browser, url = _signed_in(people, "ana")

    page = browser.open(f"{url}/")

    nonces = set(re.findall(r'nonce="([^"]+)"', page.content))
    policy = page.headers["content-security-policy"]
    assert len(nonces) == 1
    assert f"script-src 'nonce-{nonces.pop()}'" in policy
    assert "default-src 'none'" in policy
    assert f"img-src {people.aws.endpoint}; media-src {people.aws.endpoint}" in policy


def test_the_portal_answers_to_its_own_name_only(people: People) -> None:
    browser = Browser(people.aws.ca_bundle)
    port = people.aws.endpoint.rsplit(":", 1)[1]

    other = browser.open(f"https://abcdefghij.labeling.us-east-1.localhost:{port}/")
    no_pool = browser.open(f"https://nobody.auth.us-east-1.localhost:{port}/oauth2/authorize")

    assert (other.status, no_pool.status) == (404, 404)


def _signed_in(people: People, name: str) -> tuple[Browser, str]:
    worker: Worker = people.worker(name)
    worker.sign_in()
    assert worker.portal is not None
    return worker.browser, worker.portal
