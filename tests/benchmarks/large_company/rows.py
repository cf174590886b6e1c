"""How the rows of one table are described."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table: what they are made from, and an SQL expression by column.

    Words in braces stand for what `fill` puts in: accounts, csms, team, day, book; the scorecard
    that judged (card), and how many raw values, measures and components it has. `drops_key`:
    the primary key is made of all rows at once too; no foreign key may lead to it.
    """

    table: str
    source: str
    columns: Mapping[str, str]
    drops_key: bool = False
