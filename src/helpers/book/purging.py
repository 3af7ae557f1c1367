"""Trim style sheets to the rules that some element of the book can meet.

The theme's styles are written for every book: nine tenths of them match nothing here. A rule stays
when each part of its selector fits an element of some page, or names something that a script may
make. What a selector says about states, attributes and neighbours is not looked at: too much stays
rather than too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Element:
    """What selectors can ask of an element."""

    tag: str
    classes: frozenset[str] = frozenset()
    id: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule of a style sheet: what stands before its braces, and what within them."""

    prelude: str
    body: str | None
    """None for a statement without braces, such as ``@import``."""


_NAME = r"(?:[\w-]|\\.|[^\x00-\x7f])+"
_OPAQUE = r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|url\([^)"']*\)"""
_BRACES = re.compile(rf"{_OPAQUE}|[{{}};]", re.DOTALL)
_COMMAS = re.compile(rf"{_OPAQUE}|[(),]|\[|\]", re.DOTALL)
_SEMICOLONS = re.compile(rf"{_OPAQUE}|[();]", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACES = re.compile(r"\s+")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
_NESTED = ("@media", "@supports", "@layer", "@container", "@scope")
_ALTERNATIVES = frozenset({":is", ":where", ":has", ":host", ":-webkit-any", ":matches"})


def trimmed(
    css: str, *, elements: Collection[Element], words: Collection[str] = frozenset()
) -> str:
    """Return a style sheet without the rules that nothing can meet, and without spaces.

    Parameters
    ----------
    css
        The style sheet.
    elements
        Of all pages.
    words
        Words of the scripts: a class, an identifier or a tag of that name may come to be.
    """
    fits = _fitting(elements, frozenset(words))
    kept = _without_unused_names(list(_trimmed_rules(css, fits)), frozenset(words))
    return "".join(map(_written, kept))


def rules(css: str) -> Iterator[Rule]:
    """Split a style sheet into its rules, in order."""
    depth, begin, opened, prelude = 0, 0, 0, ""
    for found in _BRACES.finditer(css):
        mark = found.group(0)
        if mark == "{":
            if depth == 0:
                prelude, opened = css[begin : found.start()], found.end()
            depth += 1
        elif mark == "}":
            depth -= 1
            if depth == 0:
                yield Rule(_plain(prelude), css[opened : found.start()])
                begin = found.end()
        elif mark == ";" and depth == 0:
            yield Rule(_plain(css[begin : found.start()]), None)
            begin = found.end()


def split(text: str, at: re.Pattern[str], mark: str) -> list[str]:
    """Split text at a mark that stands outside of brackets, strings and comments."""
    parts, depth, begin = [], 0, 0
    for found in at.finditer(text):
        each = found.group(0)
        depth += (each in "([") - (each in ")]") if len(each) == 1 else 0
        if each == mark and depth == 0:
            parts.append(text[begin : found.start()])
            begin = found.end()
    return [part.strip() for part in [*parts, text[begin:]] if part.strip()]


def _plain(text: str) -> str:
    return _SPACES.sub(" ", _COMMENT.sub("", text)).strip()


def _trimmed_rules(css: str, fits: Callable[[str], bool]) -> Iterator[Rule]:
    for rule in rules(css):
        if rule.body is None:
            if not rule.prelude.startswith("@charset"):
                yield rule
        elif rule.prelude.startswith(_NESTED):
            inner = "".join(_written(each) for each in _trimmed_rules(rule.body, fits))
            if inner:
                yield Rule(rule.prelude, inner)
        elif rule.prelude.startswith("@"):
            yield rule
        else:
            kept = [each for each in split(rule.prelude, _COMMAS, ",") if fits(each)]
            body = ";".join(_declarations(rule.body))
            if kept and body:
                yield Rule(",".join(kept), body)


def _declarations(body: str) -> list[str]:
    """Return the declarations of a rule; one with rules nested in it is kept as it is."""
    if "{" in re.sub(_OPAQUE, "", body, flags=re.DOTALL):
        return [_plain(body)]
    return [
        f"{name.strip()}:{_SPACES.sub(' ', value).strip()}"
        for each in split(body, _SEMICOLONS, ";")
        for name, colon, value in [_COMMENT.sub("", each).partition(":")]
        if colon
    ]


def _written(rule: Rule) -> str:
    return f"{rule.prelude};" if rule.body is None else f"{rule.prelude}{{{rule.body}}}"


# --- Selectors ---------------------------------------------------------------------------

_PART = re.compile(
    rf"(?P<attribute>\[[^\]]*\])|(?P<pseudo>::?{_NAME})(?P<open>\()?|\.(?P<class>{_NAME})"
    rf"|\#(?P<id>{_NAME})|(?P<tag>{_NAME})|(?P<between>[\s>+~]+)|."
)
_CLASS_PART = re.compile(r"""\[class\s*([*^]?)=\s*["']?([^"'\]]*)["']?\s*\]""")


def _fitting(elements: Collection[Element], words: frozenset[str]) -> Callable[[str], bool]:
    """Return what says whether elements of the pages can meet a selector."""
    known: dict[tuple[str, frozenset[str], str], bool] = {}
    names = " ".join({name for element in elements for name in element.classes})

    def compound_fits(tag: str, classes: frozenset[str], identifier: str) -> bool:
        asked = (
            "" if tag in words else tag,
            classes - words,
            "" if identifier in words else identifier,
        )
        if asked not in known:
            tag, classes, identifier = asked
            known[asked] = any(
                tag in ("", element.tag)
                and classes <= element.classes
                and identifier in ("", element.id)
                for element in elements
            )
        return known[asked]

    def fits(selector: str) -> bool:
        tag, classes, identifier = "", set(), ""
        at = 0
        while at < len(selector):
            found = _PART.match(selector, at)
            assert found is not None
            at = found.end()
            if found["open"]:
                inner, at = _bracketed(selector, at)
                known_function = found["pseudo"].lower() in _ALTERNATIVES
                if known_function and not any(map(fits, split(inner, _COMMAS, ","))):
                    return False
            elif found["attribute"]:
                written = _CLASS_PART.match(found["attribute"])
                if written and written[2].strip() not in names:
                    return False
            elif found["class"]:
                classes.add(found["class"].replace("\\", ""))
            elif found["id"]:
                identifier = found["id"].replace("\\", "")
            elif found["tag"]:
                tag = found["tag"].lower()
            elif found["between"]:
                if not compound_fits(tag, frozenset(classes), identifier):
                    return False
                tag, classes, identifier = "", set(), ""
        return compound_fits(tag, frozenset(classes), identifier)

    return fits


def _bracketed(text: str, at: int) -> tuple[str, int]:
    """Return what stands up to the bracket that closes the one before, and where it ends."""
    depth, begin = 1, at
    while at < len(text) and depth:
        depth += (text[at] == "(") - (text[at] == ")")
        at += 1
    return text[begin : at - 1], at


# --- Names that rules give to each other ---------------------------------------------------


def _without_unused_names(found: list[Rule], words: frozenset[str]) -> list[Rule]:
    """Drop variables, animations and fonts that no rule left over refers to."""
    while True:
        text = "".join(_written(rule) for rule in found if not rule.prelude.startswith("@font-"))
        used = frozenset(_VARIABLE.findall(text)) | words
        animated = frozenset(
            name
            for value in re.findall(r"animation(?:-name)?:([^;}]*)", text)
            for name in re.findall(_NAME, value)
        )
        families = " ".join(re.findall(r"(?:--[\w-]*font[\w-]*|font(?:-family)?):([^;}]*)", text))
        smaller = list(_named(found, used=used, animated=animated, families=families))
        if smaller == found:
            return found
        found = smaller


def _named(
    found: Iterable[Rule], *, used: frozenset[str], animated: frozenset[str], families: str
) -> Iterator[Rule]:
    for rule in found:
        if rule.body is None:
            yield rule
        elif rule.prelude.startswith(_NESTED):
            inside = _named(rules(rule.body), used=used, animated=animated, families=families)
            body = "".join(map(_written, inside))
            if body:
                yield Rule(rule.prelude, body)
        elif "keyframes" in rule.prelude:
            if rule.prelude.split()[-1] in animated:
                yield rule
        elif rule.prelude.startswith("@font-face"):
            family = re.search(r"font-family\s*:\s*[\"']?([^;\"'}]+)", rule.body)
            if family and family[1].replace("\\", "").strip() in families.replace("\\", ""):
                yield rule
        elif rule.prelude.startswith("@") or "{" in rule.body or "--" not in rule.body:
            yield rule
        else:
            kept = [
                each
                for each in split(rule.body, _SEMICOLONS, ";")
                if not each.startswith("--") or each.partition(":")[0] in used
            ]
            if kept:
                yield Rule(rule.prelude, ";".join(kept))
