"""Text into which nothing is read: no mention, reference, link, tag or command.

GitHub and GitLab look for people, issues, commits and addresses in the text of the finished page,
so markup does not hide them. What keeps them from it is a character that nobody sees, within what
they look for. What each of them looks for:
https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
https://github.github.com/gfm/#autolinks-extension-
https://docs.gitlab.com/user/markdown/#gitlab-specific-references

Started as a program, it makes a plan that somebody else's code has written fit for a comment:
`python3 -I cli/plan/inert.py < plan.md`. It needs the standard library only.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from typing import Final

#: Stands in a comment and is not shown, so that the same comment can be found and updated.
MARKER: Final = "<!-- ground-truth-cdk plan -->"
#: A word joiner: it has no width, and no line breaks at it.
JOINER: Final = "\u2060"

#: What is no character that people see, and can change how those around it are read. Two that
#: scripts need between letters are left.
_UNSEEN: Final = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
_NEEDED: Final = "\n\t\u200c\u200d"
#: Behind each match the joiner is put, unless it stands there already.
_READ: Final = re.compile(
    r"(?:"
    # People, teams, addresses of mail; links, pictures, tasks, GitLab's references as [alert:1].
    r"\[|[@\]](?=\S)"
    # Issues, merge requests, snippets, milestones, labels, epics; tags, comments; entities, which
    # could stand for any of them. Not between the several of a heading.
    r"|([#!$%^~&<])(?=\S)(?!\1)"
    # Addresses. A backslash of Markdown's may stand in between and is not shown.
    r"|:(?=[/\\])|[wW]{3}(?=[.\\])"
    # GH-12, GHSA-…, CVE-…, and the keys of other trackers.
    r"|(?:(?<=[A-Z])|(?<=[gG][hH]))-(?=\w)"
    # Commands, at the beginning of a line.
    r"|^[ \t]*/(?=\S)"
    rf")(?!{JOINER})",
    re.MULTILINE,
)
#: What could be a commit. A hash at the end of a name is none.
_COMMIT: Final = re.compile(
    r"(?<![\w-])(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?!\w)", re.ASCII
)
#: The shortest commit that is looked for has seven digits.
_DIGITS: Final = re.compile(r"[0-9a-f]{4}(?!$)")
#: Lines of a plan that are tags: what folds a part away, and the marker.
_TAGS: Final = ("<details>", "</details>", MARKER)
_SUMMARY: Final = re.compile(r"<summary>(.*)</summary>")
#: Characters of a plan in a comment, which has room for 65,536, and bytes of them that are read.
_LONGEST: Final = 60_000
_MOST_BYTES: Final = 4 * _LONGEST


def visible(text: str) -> str:
    """Return text in which what nobody would see is written out, as Python writes it.

    Line ends and tabs are left.
    """
    return "".join(
        character
        if character in _NEEDED or unicodedata.category(character) not in _UNSEEN
        else character.encode("unicode_escape").decode()
        for character in text
    )


def inert(text: str) -> str:
    """Return text that looks the same, in which nothing is found; twice adds nothing."""
    apart = _READ.sub(rf"\g<0>{JOINER}", text)
    return _COMMIT.sub(lambda found: _DIGITS.sub(rf"\g<0>{JOINER}", found[0]), apart)


def fit_for_a_comment(plan: str) -> str:
    """Return somebody's Markdown with headings, lists, emphasis, code and folds only."""
    text = "\n".join(_line(line) for line in plan.replace("\r\n", "\n").split("\n"))
    return text if len(text) <= _LONGEST else text[:_LONGEST].rpartition("\n")[0]


def _line(line: str) -> str:
    shown = visible(line.replace(JOINER, ""))
    if shown in _TAGS:
        return shown
    summary = _SUMMARY.fullmatch(shown)
    return f"<summary>{inert(summary[1])}</summary>" if summary else inert(shown)


def main() -> None:
    """Write what standard input has, fit for a comment."""
    plan = sys.stdin.buffer.read(_MOST_BYTES).decode("utf-8", errors="replace")
    sys.stdout.buffer.write(fit_for_a_comment(plan).encode())


if __name__ == "__main__":
    main()
