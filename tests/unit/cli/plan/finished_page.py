"""What GitHub and GitLab find on the page that Markdown becomes, by their own documents.

The page is made by markdown-it, which nobody here has written. In its text, code left out, people,
references and addresses are looked for as loosely as the two of them might:
https://github.github.com/gfm/#autolinks-extension-,
https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls,
https://docs.gitlab.com/user/markdown/#gitlab-specific-references
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from markdown_it import MarkdownIt

_GFM: Final = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
#: What a plan is made of.
TAGS: Final = frozenset(
    ["code", "details", "em", "h3", "h4", "li", "p", "pre", "strong", "summary", "ul"]
)
_FOUND: Final = {
    "a person, a team or an address of mail": r"@[\w.-]",
    "an issue, a merge request, a snippet, a milestone, a label or an epic": r"[#!$%~&][\w\"]",
    "an issue or an advisory": r"\b(?i:gh)-\d|\b(GHSA|CVE|[A-Z]+)-\w",
    "a commit": r"(?<![\w-])(?=\w*[a-f])(?=\w*[0-9])[0-9a-f]{7,40}\b",
    "an address": r"[a-zA-Z][\w+.-]*:/|\b(?i:www)\.",
    "a reference": r"\[[\w@#!]+:",
}
#: What changes how other characters are read, and is not seen itself.
_UNSEEN: Final = (
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e"
    r"\u2061-\u206f\ufeff]"
)


class _Page(HTMLParser):
    """Takes a page apart: its tags, and its text without code."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.comments: list[str] = []
        self._in_code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Only that of a code block says which language it is.
        self.tags.add(tag if not attrs or tag == "code" else f"{tag} {attrs}")
        self._in_code += tag in ("code", "pre")

    def handle_endtag(self, tag: str) -> None:
        self._in_code -= tag in ("code", "pre")

    def handle_data(self, data: str) -> None:
        if not self._in_code:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data.strip())


def found_on_the_page(markdown: str) -> list[str]:
    """Return all that is neither text nor what a plan is made of, in words."""
    # GitLab reads commands in the text itself, line by line.
    commands = re.findall(r"(?m)^[ \t]*/\w+", markdown)
    return [
        *found_in_html(_GFM.render(markdown)),
        *(f"a command {found!r}" for found in commands),
        *(f"unseen {found!r}" for found in re.findall(_UNSEEN, markdown)),
    ]


def found_in_html(html: str) -> list[str]:
    """Return what is found on a page."""
    page = _Page()
    page.feed(html)
    page.close()
    found = [f"<{tag}>" for tag in sorted(page.tags - TAGS)]
    found += [f"<!-- {each} -->" for each in page.comments if each != "ground-truth-cdk plan"]
    for what, pattern in _FOUND.items():
        found += [
            f"{what} in {text!r}" for text in page.texts if re.search(pattern, text, re.ASCII)
        ]
    return found
