"""Which of our fields a column is likely to be: by its name first, then by what stands in it.

A guess is shown and can be changed; nothing is read by it until somebody has agreed.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from accounts.intake import german_names
from accounts.intake.dates import DateOrder
from accounts.intake.fields import Kind, Type
from accounts.intake.specs import SPECS
from accounts.intake.synonyms import EVERYWHERE, SYNONYMS

_APART = re.compile(r"[^a-z0-9]+")
_DATES = {
    DateOrder.ISO: re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"),
    DateOrder.DAY_FIRST: re.compile(r"(1[3-9]|2[0-9]|3[01])[-./][0-9]{1,2}[-./][0-9]{4}.*"),
    DateOrder.MONTH_FIRST: re.compile(r"[0-9]{1,2}[-./](1[3-9]|2[0-9]|3[01])[-./][0-9]{4}.*"),
}
_OPEN_DATE = re.compile(r"[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{4}.*")
_COMMA = re.compile(r"-?[0-9.]*,[0-9]{1,2}")
# Thousands apart: “1.204” of a whole number is none with a decimal point.
_GROUPED_BY_POINTS = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+")
_DECIMAL_POINT = re.compile(r"-?[0-9]+\.[0-9]{1,2}|-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
# What exports of customers carry along, the likelier first: ARR is of contracts and movements.
_ELSEWHERE = (Kind.CONTRACTS, Kind.CONTACTS, Kind.MOVEMENTS, Kind.INVOICES)
_DATED = frozenset({Type.DAY, Type.LONG_DAY, Type.PAST_DAY, Type.LONG_PAST_DAY, Type.PAST_MOMENT})
# Words behind a name that change nothing of it, for fields of these types.
_FILLERS = {
    **dict.fromkeys(("at", "on", "date"), _DATED),
    "amount": frozenset({Type.AMOUNT}),
    "flag": frozenset({Type.BOOLEAN}),
    "score": frozenset({Type.INTEGER}),
}


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def plain(name: str) -> str:
    """A name without case, spaces and signs: “Account ID” and account_id are one, as are “Währung”
    and “Waehrung”."""
    return _APART.sub("", unicodedata.normalize("NFC", name).lower().translate(_UMLAUTS))


def names_of(kind: Kind) -> dict[str, str]:
    """Our field by each of the names it goes by."""
    found: dict[str, str] = {}
    for field in SPECS[kind].fields:
        also = (
            *SYNONYMS.get(kind, {}).get(field.name, ()),
            *german_names.NAMES.get(kind, {}).get(field.name, ()),
            *EVERYWHERE.get(field.name, ()),
            *german_names.EVERYWHERE.get(field.name, ()),
        )
        for name in (field.name, *also):
            found.setdefault(plain(name), field.name)
    # A record's own key is often just called id; where the account has none, it is the account's.
    found.setdefault("id", "external_id" if "external_id" in SPECS[kind].by_name() else "account")
    return found


def guess_columns(header: Sequence[str], *, kind: Kind) -> dict[str, str]:
    """Each column's field, "" where none fits; a field is given once, to the closest name."""
    known = names_of(kind)
    found = dict.fromkeys(header, "")
    taken: set[str] = set()
    exact = set(SPECS[kind].by_name())
    for name in sorted(header, key=lambda n: n not in exact):
        ours = (
            known.get(plain(name))
            or _without_kind(name, known=known, kind=kind)
            or _without_filler(name, known=known, kind=kind)
        )
        if ours and ours not in taken:
            found[name] = ours
            taken.add(ours)
    return found


def other_kind(name: str, *, kind: Kind) -> Kind | None:
    """Which other records have this column as a field; None where none or many kinds do."""
    knowing = [other for other in SPECS if plain(name) in names_of(other)]
    if kind in knowing or len(knowing) > 3:  # a date or a note may be of anything
        return None
    return next((other for other in _ELSEWHERE if other in knowing), None)


def _without_kind(name: str, *, known: Mapping[str, str], kind: Kind) -> str | None:
    """“Contact e-mail” is the e-mail of a contact, “Ticket ID” the id of a ticket."""
    word = kind.value.rstrip("s")
    text = plain(name)
    rest = text.removeprefix(word)
    if rest == text or (rest == "id" and known["id"] == "account"):
        return None  # the number of a row of usage names no account
    return known.get(rest)


def _without_filler(name: str, *, known: Mapping[str, str], kind: Kind) -> str | None:
    """“Submitted at” is what others call submitted, “ARR amount” is the ARR."""
    *words, last = _APART.split(name.lower().strip())
    ours = known.get("".join(words))
    return ours if ours and SPECS[kind].by_name()[ours].type in _FILLERS.get(last, ()) else None


def guess_kind(name: str, header: Sequence[str]) -> Kind | None:
    """By the file's name, else the kind whose required fields the header names best."""
    stem = _APART.sub("_", name.lower())
    named = [kind for kind in Kind if kind.value in stem]
    if len(named) == 1:
        return named[0]
    scores = {kind: _header_fit(header, kind=kind) for kind in named or SPECS}
    if named and not any(scores.values()):
        return max(named, key=len)
    best = max(scores, key=lambda kind: scores[kind])
    return best if scores[best] > 1 else None


def best_fit(header: Sequence[str]) -> float:
    """How well these names are columns of some kind of record; 0 where they are of none."""
    return max(_header_fit(header, kind=kind) for kind in SPECS)


def names_required(header: Sequence[str]) -> bool:
    """Whether all required fields of some kind of record are among these names."""
    return any(
        required <= found
        for required, found in (_required_and_found(header, kind) for kind in SPECS)
    )


def _required_and_found(header: Sequence[str], kind: Kind) -> tuple[set[str], set[str]]:
    """The required fields of a kind, and the fields that are found."""
    required = {f.name for f in SPECS[kind].fields if f.required}
    return required, {ours for ours in guess_columns(header, kind=kind).values() if ours}


def _header_fit(header: Sequence[str], *, kind: Kind) -> float:
    """Required fields found, as a share, then columns that mean something here."""
    required, found = _required_and_found(header, kind)
    if not required & found or ("account" in required and "account" not in found):
        return 0
    share = len(required & found) / len(required)
    return share * 2 + len(found) / max(len(header), 1) + len(found) / 100


def guess_dates(
    samples: Mapping[str, Sequence[str]], *, columns: Mapping[str, str], kind: Kind
) -> DateOrder | None:
    """The order that all sampled dates agree on; None when they can be read in two ways."""
    fields = SPECS[kind].by_name()
    values = [
        value
        for name, ours in columns.items()
        if ours in fields and fields[ours].type in _DATED
        for value in samples.get(name, ())
        if value
    ]
    votes = Counter(
        order for value in values for order, form in _DATES.items() if form.fullmatch(value)
    )
    slashed = [value for value in values if _OPEN_DATE.fullmatch(value)]
    votes.pop(DateOrder.ISO, None)
    if not slashed:
        return DateOrder.ISO
    if not votes and all("." in value for value in slashed):
        return DateOrder.DAY_FIRST  # nobody writes the month first between points
    return next(iter(votes)) if len(votes) == 1 else None


def guess_decimal_mark(
    samples: Mapping[str, Sequence[str]], *, columns: Mapping[str, str], kind: Kind
) -> str:
    """By amounts, else by whole numbers whose thousands stand apart."""
    amounts = values_of_types(samples, columns, kind, frozenset({Type.AMOUNT}))
    if any(map(_COMMA.fullmatch, amounts)):
        return ","
    whole = grouped_numbers(samples, columns, kind)
    is_point = any(map(_DECIMAL_POINT.fullmatch, (*amounts, *whole)))
    return "," if not is_point and any(map(_GROUPED_BY_POINTS.fullmatch, whole)) else "."


def grouped_numbers(
    samples: Mapping[str, Sequence[str]], columns: Mapping[str, str], kind: Kind
) -> list[str]:
    """Whole numbers that have a point or a comma in them."""
    whole = values_of_types(samples, columns, kind, frozenset({Type.INTEGER}))
    return [value for value in whole if "." in value or "," in value]


def values_of_types(
    samples: Mapping[str, Sequence[str]],
    columns: Mapping[str, str],
    kind: Kind,
    types: frozenset[Type],
) -> list[str]:
    """What stands in columns that go to fields of these types."""
    fields = SPECS[kind].by_name()
    return [
        value
        for name, ours in columns.items()
        if ours in fields and fields[ours].type in types
        for value in samples.get(name, ())
    ]
