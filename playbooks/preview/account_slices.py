"""How many accounts stand, read slice by slice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from playbooks import facts
from playbooks.engine.owners import Owners
from playbooks.triggers.rules import AccountState, Rule

_SLICE = 10_000


def states_in_slices(
    account_ids: Sequence[int], *, rule: Rule, day: date
) -> Iterator[dict[int, AccountState]]:
    """As far as that playbook asks."""
    for start in range(0, len(account_ids), _SLICE):
        part = account_ids[start : start + _SLICE]
        owners = Owners(accounts=facts.account_rows(part).values(), day=day)
        csms = {account_id: owners.csm_of(account_id) for account_id in part}
        yield facts.account_states(account_ids=part, csms=csms, day=day, conditions=rule.conditions)
