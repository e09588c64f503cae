"""What workers are told."""

import html.parser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid import Environment

from ground_truth.config.labels import Instructions
from ground_truth.templates.instructions import html_of

_ALLOWED = {
    *("a", "blockquote", "br", "code", "em", "hr", "img", "li", "ol", "p", "pre", "strong", "ul"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "tbody", "td", "th", "thead", "tr"),
}
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
#: With all that Markdown, HTML and Liquid are made of.
_WILD = st.lists(
    st.sampled_from([*"<>&\"'{}%[]()!#*_`|-:~\\\n /aß😀", "script", "onclick=", "https://a.b"])
).map("".join)


class _Page(html.parser.HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def _html_or_none(markdown: str) -> str | None:
    try:
        return html_of(markdown)
    except ValueError:
        return None


def test_a_blank_line_starts_a_paragraph_and_a_line_break_stays() -> None:
    assert html_of("one\n\ntwo\nthree") == "<p>one</p>\n<p>two<br>\nthree</p>"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("*a* **b**", "<p><em>a</em> <strong>b</strong></p>"),
        ("## Cars", "<h2>Cars</h2>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>'),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
    ],
)
def test_instructions_are_markdown(markdown: str, expected: str) -> None:
    assert html_of(markdown) == expected


def test_a_table_keeps_its_alignment() -> None:
    page = _Page(html_of("| label | when |\n| --- | --: |\n| Car | wheels |"))

    assert page.elements[-1] == ("td", {"style": "text-align:right"})
    assert "wheels" in page.text


def test_a_link_opens_beside_the_task() -> None:
    (_, (tag, attributes)) = _Page(html_of("[rules](https://example.com/?a=1&b=2)")).elements

    assert tag == "a"
    assert attributes == {
        "href": "https://example.com/?a=1&b=2",
        "rel": "noopener noreferrer",
        "target": "_blank",
    }


def test_a_picture_stays_within_its_column() -> None:
    (_, (tag, attributes)) = _Page(html_of("![a car](https://example.com/car.png)")).elements

    assert tag == "img"
    assert attributes == {
        "alt": "a car",
        "src": "https://example.com/car.png",
        "style": "max-width:100%",
    }


@pytest.mark.parametrize(
    ("markdown", "address"),
    [
        ("![a car](images/car.png)", "images/car.png"),
        ("![a car](http://example.com/car.png)", "http://example.com/car.png"),
        ("[rules](s3://bucket/rules.pdf)", "s3://bucket/rules.pdf"),
        ("> * <mailto:lead@example.com>", "mailto:lead@example.com"),
    ],
)
def test_an_address_that_browsers_can_t_open_is_refused(markdown: str, address: str) -> None:
    with pytest.raises(ValueError, match="expected an address") as error:
        html_of(markdown)

    assert str(error.value) == (
        "expected an address that begins with 'https://' for a link or picture, got"
        f" {address!r}; put it where workers' browsers can read it"
    )


@pytest.mark.parametrize(
    "typed", ["<b>bold</b>", "<script>alert(1)</script>", "&amp; &lt;", "{{ x }}", "{% if x %}"]
)
def test_neither_html_nor_liquid_is_more_than_text(typed: str) -> None:
    page = _Page(html_of(typed))

    assert page.text == typed
    assert [tag for tag, _ in page.elements] == ["p"]


def test_a_script_can_t_be_linked() -> None:
    assert _Page(html_of("[a](javascript:alert(1))")).text == "[a](javascript:alert(1))"


@given(_WILD)
def test_nothing_but_harmless_elements_comes_out(markdown: str) -> None:
    page = _html_or_none(markdown)

    for tag, attributes in _Page(page or "").elements:
        assert tag in _ALLOWED
        assert not any(name.startswith("on") for name in attributes)
        for name in ("href", "src"):
            assert (attributes.get(name) or "https://").lower().startswith("https://")


@given(_WILD)
def test_liquid_changes_nothing(markdown: str) -> None:
    page = _html_or_none(markdown) or ""

    assert Environment().from_string(page).render() == page


@given(_TEXTS)
def test_any_code_arrives_as_it_is_typed(typed: str) -> None:
    # Five marks enclose what has fewer of them.
    typed = typed.replace("`", "'")

    assert _Page(html_of(f"````` {typed}x `````")).text == f"{typed}x"


def test_examples_stand_behind_the_short_and_the_full_instructions() -> None:
    instructions = Instructions(
        short="Short.", full="Full.", good_example="*42*", bad_example="21 is not Even."
    )

    for page, first in ((instructions.short_html(), "Short."), (instructions.full_html(), "Full.")):
        assert page == (
            f"<p>{first}</p>\n<h3>Good example</h3>\n<p><em>42</em></p>\n"
            "<h3>Bad example</h3>\n<p>21 is not Even.</p>"
        )


def test_without_full_instructions_the_short_ones_stand_for_them() -> None:
    assert Instructions(short="Short.").full_html() == "<p>Short.</p>"
