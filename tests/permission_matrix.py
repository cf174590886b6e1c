"""The permission matrix as cells: what each route answers to each method, actor and object.

What is expected comes from permissions.yaml and the models that the admin lists, never from a view.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.contrib.admin import site

from accounts.access import GRANTED, Right
from accounts.intake.specs import Kind
from cs_platform.runtime.checks import right_of
from cs_platform.runtime.routes import routes
from tests.permission_house import (
    ACTORS,
    ENDED_KEYS,
    EVERY_KIND,
    KEYS,
    OBJECTS,
    ROLE_OF,
)

MATRIX = yaml.safe_load((Path(__file__).parent / "permissions.yaml").read_text())
REACH = MATRIX["reach"]
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_SAVED = [200, 302]  # the form again, or where it leads
# Nobody known, and somebody known without the right.
_REFUSED = {"pages": (302, 403), "admin": (302, 403), "api": (401, 401)}


# A key without a person reads, and does nothing.
_SCOPES = {
    Right.READ_WORK: "work:read",
    Right.READ_SURVEYS: "surveys:read",
    Right.READ_HEALTH: "health:read",
    Right.DO_WORK: "work:write of a person",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """`place` is whose object the address names; `reads` which line of the reach holds."""

    route: str
    method: str
    actor: str
    place: str = "own"
    reads: str = "read"


def name_of(name: str, address: str) -> str:
    """What the matrix calls a route: by its name, by its address where it has none."""
    return address if name.endswith("None") else name


def _admin_rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """Six rows of each model that the admin lists, from what CS ops may do with it there."""
    for model in site._registry:
        label = model._meta.label_lower
        may = set(MATRIX["admin_models"].get(label, ()))
        looks, adds = _given(may, 200), _given(may & {"add"}, 200)
        saves, deletes = _given(may & {"change"}, _SAVED), _given(may & {"delete"}, 200)
        gone = {"answer": looks, "missing": _given(may, 302)}
        of_one = {
            "change": gone | {"post_answer": saves, "post_missing": _given(may & {"change"}, 302)},
            "delete": {"answer": deletes, "post_answer": _given(may & {"delete"}, _SAVED)}
            | {"missing": _given(may & {"delete"}, 302)},
            "history": {"answer": looks, "post_answer": looks, "missing": 302},
        }
        base = {"right": "administer", "room": "admin"}
        named = "admin:" + label.replace(".", "_")
        yield f"{named}_changelist", base | {"answer": looks, "post_answer": _given(may, _SAVED)}
        yield f"{named}_add", base | {"answer": adds, "post_answer": _given(may & {"add"}, _SAVED)}
        base["args"] = {"object_id": f"record {label}"}
        for page, answers in of_one.items():
            yield f"{named}_{page}", base | answers
        leads = {"answer": 302, "post_answer": 302, "missing": 302}  # to the change page
        yield f"admin/{label.replace('.', '/')}/<path:object_id>/", base | leads


def _given(rights: set[str], answer: Any) -> Any:
    return answer if rights else 403


def _rows() -> dict[str, dict[str, Any]]:
    """Those of the admin's models last: they name rows that the objects of pages are made of."""
    rows: dict[str, dict[str, Any]] = {}
    for room in ("pages", "api", "admin"):
        rows |= {name: {"room": room} | row for name, row in MATRIX[room].items()}
    return rows | {name: row for name, row in _admin_rows() if name not in rows}


ROWS = _rows()


def unlike_the_matrix() -> list[str]:
    """Routes without a row, rows without a route, and rights that are not those of the row."""
    entries = [(name_of(name, address), address, entry) for name, address, entry in routes()]
    names = {name for name, _, _ in entries}
    problems = [f"no route has the row {name}" for name in ROWS.keys() - names]
    for name, address, entry in entries:
        if name not in ROWS:
            problems.append(f"no row has the route {name} ({address})")
        elif (right := right_of(entry)) != ROWS[name]["right"]:
            problems.append(f"{name} ({address}) asks for {right}, not for {ROWS[name]['right']}")
    return problems


def cells(actor: str) -> Iterator[Cell]:
    """All of an actor: keys beside the one that may send everything ask the machine API only."""
    for name, row in ROWS.items():
        if row["room"] != "api" and actor in KEYS and actor != EVERY_KIND:
            continue
        for method in METHODS:
            for place in _places(row, actor, method):
                yield Cell(name, method, actor, place)
            if (
                actor in ROLE_OF
                and method in ("GET", "POST")
                and "team" in _places(row, actor, method)
            ):
                yield Cell(name, method, actor, "team", "read_when_own")


def _places(row: dict[str, Any], actor: str, method: str) -> tuple[str, ...]:
    """Whom the admin shuts out never gets as far as the object; the API takes records by POST."""
    if row["right"] == "ingest":
        scope = actor.partition(":")[2]
        few = {Kind.ACCOUNTS, Kind.USAGE, Kind(scope)} if scope in set(Kind) else set(Kind)
        return (*(Kind if method == "POST" else sorted(few)), "missing")
    if row["room"] == "admin" and actor != "ops":
        return ("own",)
    kinds = row.get("args", {}).values()
    if any(kind.startswith("record ") for kind in kinds):
        return ("own", "missing")
    return OBJECTS if kinds else ("own",)


def expected(cell: Cell) -> set[int]:
    row = ROWS[cell.route]
    nobody, without = _REFUSED[row["room"]]
    if not _is_let_in(cell):
        is_known = cell.actor in _signed_in(row)
        return {nobody if not is_known else without if cell.actor in ACTORS else 403}
    answer = _answer(cell, row)
    return set(answer) if isinstance(answer, list) else {answer}


def may_change(cell: Cell) -> bool:
    """Whether the cell may leave a row changed; all others must not."""
    if cell.method != "POST" or cell.place == "missing" or not _is_let_in(cell):
        return False
    answer = _answer(cell, ROWS[cell.route])
    return answer not in (403, 404, 405)


def _signed_in(row: dict[str, Any]) -> set[str]:
    if row["room"] == "api":
        return set(KEYS) - set(ENDED_KEYS)
    return set(ACTORS) - {"anonymous"}


def _is_let_in(cell: Cell) -> bool:
    row = ROWS[cell.route]
    right = Right(row["right"])
    if right == Right.OPEN:
        return True
    if cell.actor not in _signed_in(row):
        return False
    if right in (Right.SIGNED_IN, Right.HOLD_KEY):
        return True
    if right in _SCOPES:
        return cell.actor == _SCOPES[right]
    if right == Right.INGEST:
        return cell.actor in (EVERY_KIND, f"ingest:{cell.place}") or cell.place == "missing"
    return ROLE_OF.get(cell.actor) in {str(role) for role in GRANTED[right]}


def _answer(cell: Cell, row: dict[str, Any]) -> Any:
    """Of somebody who has the right: the method is looked at first, then the object."""
    if row["right"] == "ingest" and cell.place == "missing":
        return 404  # which scope it would take is not known
    if (refused := _of_method(cell.method, row)) is not None:
        return refused
    reads = cell.method != "POST"
    if row.get("args") and (answer := _out_of_reach(cell, row, reads=reads)):
        return answer
    answer = row.get("answer", 200) if reads else row.get("post_answer", 302)
    if cell.actor == "anonymous" or cell.actor not in ACTORS:
        return answer
    if cell.actor == "no_role" and reads:
        answer = row.get("no_role_answer", answer)
    return row.get("signed_in_answer" if reads else "signed_in_post_answer", answer)


def _of_method(method: str, row: dict[str, Any]) -> int | None:
    """What is answered whatever the object; None where it is looked at."""
    if method in ("GET", "HEAD"):
        return row.get("head", row.get("get")) if method == "HEAD" else row.get("get")
    if method == "POST":
        return None if "post" in row or "post_answer" in row else 405
    answer: int = row.get(method.lower(), row.get("other", 405))
    return answer


def _out_of_reach(cell: Cell, row: dict[str, Any], *, reads: bool) -> int | None:
    if cell.place == "missing":
        missing: int = row.get("missing", 404)
        return missing if reads else row.get("post_missing", missing)
    # A key of nobody with the scope reads the rows of all accounts.
    if (
        row["right"] in ("ingest", "read_work", "read_surveys", "read_health")
        or row["room"] == "admin"
    ):
        return None
    if cell.place not in REACH[cell.reads].get(cell.actor, []):
        return 404
    if not reads and cell.place not in REACH["change"].get(cell.actor, []):
        return 403
    return None
