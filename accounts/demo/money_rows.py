"""Rows of contracts, the revenue ledger and invoices. Each movement is what the contracts say."""

from __future__ import annotations

import numpy as np

from accounts.catalogue import ContractState
from accounts.demo.block import Profile
from accounts.demo.commerce import Term
from accounts.demo.invoices import invoices
from accounts.demo.offering import PRODUCT
from accounts.demo.writer import CURRENCY, Writer, account_key

# As if derived by the loading of contracts: a later contract continues the same ledger.
LEDGER_SOURCE = "contracts"
LEARNED_LATE, LATE_DAYS = 0.05, 25


def add_contracts(writer: Writer, *, profile: Profile) -> None:
    previous = ""
    key = account_key(profile.account.id)
    for place, term in enumerate(profile.account.story.terms):
        id_ = writer.next_id(writer.tables.contracts)
        writer.tables.contracts.add(
            id_,
            profile.account.id,
            f"{key}-C{place + 1}",
            writer.day(term.starts),
            writer.day(term.ends),
            term.arr_minor,
            "",  # the price is stated as a year's worth
            CURRENCY,
            term.months,
            term.months == 1 or profile.in_pool,
            term.state.value,
            writer.optional_day(term.closed),
            previous,
            writer.learned(term.starts),
        )
        previous = f"{key}-C{place + 1}" if term.state == ContractState.RENEWED else ""
        _add_lines(writer, contract_id=id_, term=term)


def _add_lines(writer: Writer, *, contract_id: int, term: Term) -> None:
    for product, amount in term.lines:
        quantity = term.seats if product == PRODUCT else 1
        table = writer.tables.lines
        table.add(writer.next_id(table), contract_id, product, quantity, amount)


def add_movements(random: np.random.Generator, *, writer: Writer, profile: Profile) -> None:
    """A few are learned late, as in life: reports as known on an earlier day differ by them."""
    table = writer.tables.movements
    last = writer.timeline.days - 1
    for place, movement in enumerate(profile.account.story.movements):
        late = int(random.integers(2, LATE_DAYS)) if random.random() < LEARNED_LATE else 0
        table.add(
            writer.next_id(table),
            profile.account.id,
            writer.day(movement.day),
            movement.kind.value,
            movement.amount_minor,
            CURRENCY,
            movement.subtype,
            movement.reason,
            movement.product,
            writer.learned(min(movement.day + late, last)),
            LEDGER_SOURCE,
            f"{profile.account.id}:{place + 1}",
        )


def add_invoices(random: np.random.Generator, *, writer: Writer, profile: Profile) -> None:
    table = writer.tables.invoices
    rows = invoices(random, account=profile.account, timeline=writer.timeline)
    for place, row in enumerate(rows):
        table.add(
            writer.next_id(table),
            profile.account.id,
            f"{account_key(profile.account.id)}-I{place + 1}",
            writer.day(row.issued),
            writer.day(row.due),
            writer.optional_day(row.paid),
            row.amount_minor,
            CURRENCY,
            row.state.value,
        )
