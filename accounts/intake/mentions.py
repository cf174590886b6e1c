"""A person in words that others wrote: the name in any case and order, the address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=False)
class MentionedPerson:
    """Who is looked for. An empty name or address is not looked for. `alone`: parts of the name
    that mean nobody else here; they are looked for as they are written or in capitals, because many
    are ordinary words in lower case.
    """

    name: str
    email: str = ""
    alone: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        forms = [re.escape(self.email)] if self.email else []
        if words := [re.escape(word) for word in self.name.split()]:
            forms.append(r"\s+".join(words))
        if len(words) > 1:
            forms.append(words[-1] + r"\s*,?\s+" + r"\s+".join(words[:-1]))
        forms += [f"(?-i:{re.escape(w)}|{re.escape(w.upper())})" for w in self.alone]
        if not forms:
            return None
        # Between characters that are no part of a longer name or address.
        return re.compile(rf"(?<![\w.+-])(?:{'|'.join(forms)})(?![\w-])", re.IGNORECASE)

    @property
    def hints(self) -> list[str]:
        """Texts of which one stands in whatever mentions the person, in some case: to search by."""
        max_length = max(self.name.split(), key=len, default="")
        return [text for text in (max_length, self.email, *self.alone) if text]

    def cut(self, value: object, *, by: str) -> object:
        """The value with `by` for each mention: of a text, or of texts within JSON."""
        if isinstance(value, str):
            return self.pattern.sub(by, value) if self.pattern else value
        if isinstance(value, list):
            return [self.cut(part, by=by) for part in value]
        if isinstance(value, dict):
            return {self.cut(k, by=by): self.cut(v, by=by) for k, v in value.items()}
        return value

    def is_in(self, value: object) -> bool:
        return self.cut(value, by="") != value
