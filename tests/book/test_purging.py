from __future__ import annotations

import pytest

from helpers.book.purging import Element, Rule, rules, trimmed

ELEMENTS = {
    Element("html"),
    Element("body"),
    Element("a", frozenset({"headerlink", "external"})),
    Element("div", frozenset({"cell", "tag_hide-input"}), "top"),
    Element("div", frozenset({"sm:wide"})),
}


def trim(css: str, *words: str) -> str:
    return trimmed(css, elements=ELEMENTS, words=words)


@pytest.mark.parametrize(
    "selector",
    [
        "*",
        ":root",
        "a",
        "A:hover",
        "a.headerlink",
        "a.headerlink.external::before",
        "#top",
        "div#top.cell",
        "body > div.cell + a",
        "html[data-theme=dark] a",
        "div[class*=hide-]",
        "div:not(.never)",
        "a:is(.never, .external)",
        "div:has(> a)",
        "a:nth-child(2n + 1)",
        r".sm\:wide",
        "::selection",
    ],
)
def test_keeps_what_an_element_can_meet(selector: str) -> None:
    assert trim(f"{selector} {{ color: red }}") == f"{selector}{{color:red}}"


@pytest.mark.parametrize(
    "selector",
    [
        "table",
        ".never",
        "a.cell",
        "div.cell.external",
        "#elsewhere",
        ".never a",
        "a > .never",
        "div[class^=never-]",
        "div:is(.never, .nowhere)",
        "div:has(> .never)",
        "#top.external:hover",
    ],
)
def test_drops_what_no_element_can_meet(selector: str) -> None:
    assert trim(f"{selector} {{ color: red }} a {{ color: blue }}") == "a{color:blue}"


def test_keeps_of_several_selectors_those_that_can_be_met() -> None:
    assert trim("a, .never, div:is(.cell, .never) { top: 0 }") == "a,div:is(.cell, .never){top:0}"


def test_keeps_what_a_script_may_make() -> None:
    assert trim("dialog.open a { top: 0 }") == ""
    assert trim("dialog.open a { top: 0 }", "dialog") == ""
    assert trim("dialog.open a { top: 0 }", "dialog", "open") == "dialog.open a{top:0}"


def test_looks_into_conditions_and_drops_empty_ones() -> None:
    css = """@media (min-width: 1px) { a { top: 0 } .never { top: 0 } }
    @media print { .never { top: 0 } }"""
    assert trim(css) == "@media (min-width: 1px){a{top:0}}"


def test_strings_addresses_and_comments_do_not_confuse_it() -> None:
    css = """@charset "UTF-8"; /* a { } */
    a::after { content: "};{"; /* ; */ background: url(data:image/svg+xml;utf8,<svg>) }
    .never { content: '}' } a { top: 0 }"""
    assert trim(css) == (
        'a::after{content:"};{";background:url(data:image/svg+xml;utf8,<svg>)}a{top:0}'
    )


def test_drops_variables_that_nothing_uses_and_those_that_only_they_use() -> None:
    css = """:root { --used: var(--base); --base: red; --alone: var(--other); --other: 1px }
    a { color: var(--used) } .never { margin: var(--alone) }"""
    assert trim(css) == ":root{--used:var(--base);--base:red}a{color:var(--used)}"
    assert "--other:1px" in trim(css, "--other")


def test_keeps_animations_and_fonts_that_a_rule_names() -> None:
    css = """@keyframes turn { to { rotate: 1turn } } @keyframes gone { to { top: 0 } }
    @font-face { font-family: "Book Math"; src: url(a.woff) }
    @font-face { font-family: Icons; src: url(b.woff) }
    a { animation: turn 1s; font-family: "Book Math", serif }"""
    found = trim(css)
    assert "@keyframes turn" in found
    assert "gone" not in found
    assert "a.woff" in found
    assert "b.woff" not in found


def test_rules_in_rules_are_kept_whole() -> None:
    assert trim("a { top: 0; &:hover { top: 1px } }") == "a{top: 0; &:hover { top: 1px }}"


def test_splits_a_style_sheet() -> None:
    assert list(rules('@import "a.css"; a , b { x: y }')) == [
        Rule('@import "a.css"', None),
        Rule("a , b", " x: y "),
    ]
