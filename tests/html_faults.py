"""What is wrong with the HTML of a page, by kinds we have had: no general validator.

Names are what a list of links or voice control reads out: `aria-label`, else the words inside,
those for screen readers included, else `title`. They are compared within `main`: the rail and the
way back lead to pages by their names.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_FLOW = frozenset(
    "address article aside blockquote details dialog div dl fieldset figure footer form h1 h2 h3 h4"
    " header hr main nav ol p pre section table ul".split()
)
# Hold words and what stands within a line, nothing that begins one.
_PHRASING = frozenset("abbr b button code em h1 h2 h3 h4 i kbd label p small span strong".split())
_LISTS = frozenset({"ul", "ol"})
_IN_A_LIST = frozenset({"li", "template", "script"})
_REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "list", "form")
_FRACTION = re.compile(r"\.\d{4,}")


@dataclass(slots=True)
class _Named:
    """A link with its address, or a button with that of its form."""

    tag: str
    leads_to: str
    label: str
    title: str
    words: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return " ".join((self.label or "".join(self.words) or self.title).split())


class Page(HTMLParser):
    """`faults` of the markup, `title`, and where each link and button of a name leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._open: list[str] = []
        self._ids: Counter[str] = Counter()
        self._referred: dict[str, str] = {}
        self._seen: Counter[str] = Counter()
        self._option: list[str] | None = None
        self._words: list[str] = []
        self._action = ""
        self._naming: list[_Named] = []
        self._named: list[_Named] = []
        self.feed(html)
        self.close()
        self._judge_the_whole()

    @property
    def title(self) -> str:
        return " ".join("".join(self._words).split())

    def repeated_names(self) -> list[str]:
        """Links of one name that lead to different places, and buttons that do different things."""
        places: dict[tuple[str, str], set[str]] = defaultdict(set)
        for each in self._named:
            places[each.tag, each.name].add(each.leads_to)
        return sorted(
            f"{tag} “{name}” leads to {len(found)} places"
            for (tag, name), found in places.items()
            if len(found) > 1
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._judge_place(tag)
        self._judge_attributes(tag, given, [name for name, _ in attrs])
        self._seen[tag] += 1
        if tag == "form":
            self._action = given.get("action", "")
        is_pressed = tag == "button" or (tag == "a" and "href" in given)
        # What is hidden has no name for anybody: Enter in a field presses it.
        if "main" in self._open and is_pressed and "hidden" not in given:
            self._begin_name(tag, given)
        if tag == "option":
            self._option = [given["label"]] if given.get("label") else []
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._judge_attributes(tag, dict(attrs), [name for name, _ in attrs])

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> closes <{self._open[-1] if self._open else 'nothing'}>")
            return
        self._open.pop()
        if tag == "form":
            self._action = ""
        if tag in ("a", "button") and self._naming:
            self._named.append(self._naming.pop())
        if tag == "option":
            if not "".join(self._option or []).strip():
                self.faults.append("<option> without a word")
            self._option = None

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["title"] and "svg" not in self._open:
            self._words.append(data)
        if self._option is not None:
            self._option.append(data)
        for each in self._naming:
            each.words.append(data)

    def _begin_name(self, tag: str, given: dict[str, str]) -> None:
        leads_to = given["href"] if tag == "a" else given.get("formaction", self._action)
        if tag == "button":
            chosen = ("name", "value", "type", "data-theme-set")
            leads_to += "".join(f" {key}={given[key]}" for key in chosen if key in given)
        label, title = given.get("aria-label", ""), given.get("title", "")
        self._naming.append(_Named(tag, leads_to, label, title))

    def _judge_place(self, tag: str) -> None:
        parent = self._open[-1] if self._open else ""
        if tag in _FLOW and parent in _PHRASING:
            self.faults.append(f"<{tag}> in <{parent}>")
        if parent in _LISTS and tag not in _IN_A_LIST:
            self.faults.append(f"<{tag}> in <{parent}>")

    def _judge_attributes(self, tag: str, given: dict[str, str], names: list[str]) -> None:
        if len(set(names)) < len(names):
            self.faults.append(f"<{tag}> says an attribute twice")
        if "id" in given:
            self._ids[given["id"]] += 1
        if "autofocus" in given:
            self._seen["autofocus"] += 1
        if tag == "time" and _FRACTION.search(given.get("datetime", "")):
            self.faults.append(f"<time> of {given['datetime']}")
        if tag == "input" and given.get("type") == "search" and "role" in given:
            self.faults.append(f"<input type=search> with the role {given['role']}")
        for name in _REFERENCES:
            for referred in given.get(name, "").split():
                self._referred[referred] = f"{name} of <{tag}>"

    def _judge_the_whole(self) -> None:
        self.faults += [f"id {name} {n} times" for name, n in self._ids.items() if n > 1]
        self.faults += [
            f"{what} names {name}, which is not there"
            for name, what in self._referred.items()
            if name not in self._ids
        ]
        if self._seen["autofocus"] > 1:
            self.faults.append("autofocus twice")
        self.faults += [f"<{tag}> is never closed" for tag in self._open]
        if self._seen["html"]:
            counts = {tag: self._seen[tag] for tag in ("h1", "main")}
            self.faults += [f"{n} <{tag}>" for tag, n in counts.items() if n != 1]
