"""What somebody has to do so that the people of an environment can work, in sentences."""

from __future__ import annotations

from typing import Final

from cli.aws.people import People
from cli.aws.people_words import changed_lines, of_single_people
from cli.aws.repairs import differences
from ground_truth.config import Environment

#: State of a worker → what somebody has to do.
_WAITING: Final = (
    (
        "not invited",
        "in the file, without an account: ground-truth deploy {environment}, or, if that changes"
        " nothing, ground-truth workers {environment} --fix",
    ),
    (
        "invited",
        "not signed in yet; a temporary password is good for {days} days. If an address is wrong,"
        " write the right one in its place and deploy",
    ),
    ("mail due", "no invitation has gone yet, remind them"),
    (
        "mail unclear",
        "nobody knows whether the invitation has gone; for a day it counts as sent",
    ),
    ("password ended", "the temporary password has ended, remind them"),
    (
        "password reset",
        "somebody has reset the password; whoever signs in gets a code by mail for a new one",
    ),
    ("disabled by hand", "disabled by somebody, and left so; who may work is enabled in Cognito"),
)


def to_do(environment: Environment, people: People) -> list[str]:
    """Return what somebody has to do so that all can work, a sentence each."""
    persons = people.persons.values()
    sentences = [people.login_problem] if people.login_problem else []
    for state, words in _WAITING:
        waiting = [each.email for each in persons if each.is_worker and each.state == state]
        if waiting:
            places = {"environment": environment.name, "days": people.password_days}
            sentences.append(f"{', '.join(waiting)}: {words.format(**places)}")
    sentences += [
        f"{each.email}: no mail could be sent ({each.account.record.why}); see that the address is"
        " right and takes mails, then remind them"
        for each in persons
        if each.state == "mail refused" and each.account and each.account.record
    ]
    told = {old.email for old, _ in changed_lines(environment, people)}
    for email, said in differences(environment, people).items():
        if email in told:
            continue
        wrong = [each for each in said if each.startswith(("is in ", "is not in "))]
        if wrong:
            sentences.append(
                f"{email} {', '.join(wrong)}: ground-truth workers {environment.name} --fix"
            )
    sentences += [
        f"{each.email}: the account has the address {each.account.email} by now; write that into"
        f" environments/{environment.name}.yaml in place of the old one, and deploy"
        for each in persons
        if each.is_worker and each.account and each.account.email != each.email
    ]
    sentences += of_single_people(environment, people)
    asked = [each.email for each in persons if "pending" in each.subscriptions.values()]
    if asked:
        sentences.append(
            f"{', '.join(asked)}: get no mail before they follow the link in SNS's request"
        )
    silent = [each.email for each in persons if each.is_listed and each.is_silent]
    if silent:
        sentences.append(
            f"{', '.join(silent)}: get no mail, and are not asked any more: they have not followed"
            " the link within 48 hours, or have ended their subscription; ground-truth workers"
            f" {environment.name} remind all asks again"
        )
    unnamed = [
        each.email
        for each in persons
        if not each.is_listed and "confirmed" in each.subscriptions.values()
    ]
    if unnamed:
        sentences.append(
            f"{', '.join(unnamed)}: get mails, which the file does not say; what was confirmed"
            " after its address had left the file ends within an hour, and what somebody has made"
            " by hand stays"
        )
    return sentences
