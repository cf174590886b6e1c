"""A small company whose ledger is written by hand."""

import itertools
import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.catalogue import SHRINKING, HistoryAttribute, MovementKind, Role
from accounts.models import (
    Account,
    AttributeHistory,
    CurrencyRate,
    Installation,
    RevenueMovement,
    Team,
    User,
)
from tests.metrics.world import at, make_card, make_world


class Company:
    def __init__(self):
        self._numbers = itertools.count(1)

    def account(self, name, *, owner=None, segment="smb", since=date(2020, 1, 1)):
        account = Account.objects.create(
            external_id=name.lower(), name=name, owner=owner, segment=segment
        )
        self.segment(account, segment, since=since)
        return account

    def segment(self, account, value, *, since, learned_at=None):
        own = AttributeHistory.objects.filter(account=account, valid_to=None)
        own.update(valid_to=since)
        AttributeHistory.objects.create(
            account=account,
            attribute=HistoryAttribute.SEGMENT,
            value=value,
            valid_from=since,
            learned_at=learned_at or at(since),
        )

    def post(self, *args, **options):
        movement = self.movement(*args, **options)
        movement.save(force_insert=True)
        return movement

    def movement(self, account, day, kind, amount, *, currency="USD", learned_on=None):
        """`amount` as a person says it; the ledger's sign follows from the kind."""
        return RevenueMovement(
            account=account,
            effective_on=day,
            kind=kind,
            amount_minor=-amount if kind in SHRINKING else amount,
            currency=currency,
            recorded_at=at(learned_on or day),
            source_id="direct",
            external_id=str(next(self._numbers)),
        )

    def rate(self, currency, rate, *, since=date(2020, 1, 1), base="USD"):
        return CurrencyRate.objects.create(
            currency=currency, base=base, valid_from=since, rate=Decimal(rate)
        )

    def random_ledger(self, accounts, *, seed, until, currencies=("USD",)):
        """Random but possible: nobody loses more than they have."""
        chance = random.Random(seed)
        movements = []
        for account in accounts:
            balance, had, currency = 0, False, chance.choice(currencies)
            for number in sorted(chance.sample(range(900), chance.randint(0, 8))):
                kind, amount = _step(chance, balance, had)
                day = until - timedelta(days=899 - number)
                movements.append(self.movement(account, day, kind, amount, currency=currency))
                balance += -amount if kind in SHRINKING else amount
                had = True
        RevenueMovement.objects.bulk_create(movements)


def _step(chance, balance, had):
    if balance == 0:
        kind = MovementKind.REACTIVATION if had else MovementKind.NEW
        return kind, chance.randint(1, 999_999)
    kind = chance.choice([MovementKind.EXPANSION, MovementKind.CONTRACTION, MovementKind.CHURN])
    if kind is MovementKind.EXPANSION:
        return kind, chance.randint(1, 999_999)
    if kind is MovementKind.CONTRACTION and balance > 1:
        return kind, chance.randint(1, balance - 1)
    return MovementKind.CHURN, balance


def found_company() -> Company:
    Installation.objects.filter(pk=1).update(currency="USD", as_of=date(2025, 6, 15))
    return Company()


def hire() -> dict[str, User]:
    """Alice in the team that Mona leads, Carl in another."""
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    found = {}
    for name, role, team in [
        ("alice", Role.CSM, north),
        ("carl", Role.CSM, south),
        ("mona", Role.MANAGER, None),
        ("eva", Role.EXECUTIVE, None),
        ("otto", Role.OPS, None),
    ]:
        found[name] = User.objects.create_user(
            f"{name}@demo.example", name=name, role=role, team=team
        )
    north.managers.add(found["mona"])
    return found


@pytest.fixture
def company(db):
    return found_company()


@pytest.fixture
def people(company):
    return hire()


@pytest.fixture
def book(company, people):
    ada = company.account("Ada", owner=people["alice"], segment="enterprise")
    bly = company.account("Bly", owner=people["carl"])
    company.post(ada, date(2023, 1, 1), "new", 40_000_00)
    company.post(ada, date(2024, 8, 1), "expansion", 4_000_00)
    company.post(bly, date(2023, 1, 1), "new", 10_000_00)
    company.post(bly, date(2025, 1, 1), "contraction", 2_500_00)
    for account, arr in ((ada, 44_000_00), (bly, 7_500_00)):
        account.arr_minor = arr
        account.save(update_fields=["arr_minor"])
    return ada, bly


@pytest.fixture
def card(db):
    return make_card()


@pytest.fixture
def world(company, people, book, card):
    return make_world(company=company, people=people, book=book, card=card)
