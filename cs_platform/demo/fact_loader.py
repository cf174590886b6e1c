"""The demo company into the tables: COPY, block by block, each block in one transaction."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from psycopg2 import sql

from accounts.catalogue import RevenueSource
from accounts.demo.account_rows import POOL_ID
from accounts.demo.block import Profile
from accounts.demo.facts import block_tables
from accounts.demo.offering import FEATURES, PLANS
from accounts.demo.shape import Shape
from accounts.demo.staff import PASSWORD, SPECIALISTS_TEAM, Staff, staff_of
from accounts.demo.tables import BinaryTable, TextTable, counts
from accounts.demo.timeline import holidays_between
from accounts.loading import ensure_partitions
from accounts.loading.ledger_upgrade import upgrade_ledgers
from accounts.models import (
    Account,
    Feature,
    Holiday,
    Installation,
    LedgerDue,
    Plan,
    Pool,
    Team,
    User,
)
from accounts.postgres_copy import copy
from cs_platform.demo.answers.rows import answer_tables
from cs_platform.demo.teams import load_teams
from cs_platform.runtime.embedded.process import die_with_parent
from surveys.models import Survey

COMPANY = "Tallis Workflow"
PRODUCT_URL = "https://app.tallis.example/"
HOLIDAYS_AHEAD_YEARS = 2
_OWN_IDS = (
    "account contact attributehistory contract contractline revenuemovement invoice ticket"
    " interaction interactioncontact businessevent onboardingstep csmsentiment user team pool plan"
    " feature"
).split()

_TABLES_WITH_ID = (
    *(f"accounts_{name}" for name in _OWN_IDS), "surveys_invitation", "surveys_response",
)  # fmt: skip

_PARENTS_OWN: list[object] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    shape: Shape
    usage_days: int | None = None
    processes: int = 1


def load_facts(load: Load, *, on_progress: Callable[[str], None]) -> Counter[str]:
    """Rows by table. Facts only: nothing is scored and no signal is emitted."""
    shape = load.shape
    staff = staff_of(shape)
    load_frame(shape, staff=staff)
    _make_partitions(shape)
    loaded: Counter[str] = Counter()
    for done, rows in enumerate(_load_blocks(load, staff=staff), start=1):
        loaded.update(rows)
        on_progress(f"{done} of {shape.blocks} blocks: {loaded['accounts_account']:,} accounts,"
             f" {sum(loaded.values()):,} rows")  # fmt: skip
    loaded["accounts_teammember"] = load_teams()
    _set_sequences()
    _tell_causes(shape)
    return loaded


def _tell_causes(shape: Shape) -> None:
    """Why the ARR of each account moved, from its contracts: the ledger itself, derived again, is
    as it was written."""
    ids = Account.objects.values_list("pk", flat=True)
    LedgerDue.objects.bulk_create(LedgerDue(account_id=pk) for pk in ids)
    now = datetime.combine(shape.last_day, time.max, tzinfo=UTC)
    changes = upgrade_ledgers(day=shape.last_day, now=now)
    if changes is not None and changes.changed:
        raise RuntimeError(f"the ledger of the demo is not what its contracts derive: {changes}")


def _make_partitions(shape: Shape) -> None:
    """Before any process copies or scores: making one waits for everybody."""
    with connection.cursor() as cursor:
        for table in ("accounts_usageday", "health_healthscore"):
            cursor.execute(
                "SELECT cs_ensure_partitions(%s, %s, %s)", [table, shape.first_day, shape.last_day]
            )
    ensure_partitions(day=shape.last_day)


def load_frame(shape: Shape, *, staff: Staff) -> None:
    """What accounts hang on: the installation, our people, plans, features, holidays."""
    with transaction.atomic():
        Installation.objects.update_or_create(
            pk=1,
            defaults={
                "name": COMPANY,
                "currency": "USD",
                "time_zone": "UTC",
                "is_demo": True,
                "product_url": PRODUCT_URL,
                "revenue_source": RevenueSource.CONTRACTS,
            },
        )
        _load_staff(staff)
        Plan.objects.bulk_create(
            Plan(id=p.id, key=p.key, name=p.name, first_value_days=p.first_value_days)
            for p in PLANS
        )
        begun = shape.first_day.replace(year=shape.first_day.year - 3, day=1)
        Feature.objects.bulk_create(
            Feature(id=f.id, key=f.key, name=f.name, is_core=f.is_core, plans=list(f.plans),
                    valid_from=begun)
            for f in FEATURES
        )  # fmt: skip
        last = shape.last_day.replace(year=shape.last_day.year + HOLIDAYS_AHEAD_YEARS, day=1)
        Holiday.objects.bulk_create(
            (Holiday(day=day, name=name) for day, name in holidays_between(shape.first_day, last)),
            ignore_conflicts=True,
        )


def _load_staff(staff: Staff) -> None:
    """One hash for all of them: the password is the same and known to everybody."""
    hashed = make_password(PASSWORD)
    Team.objects.bulk_create(Team(id=id_, name=name) for id_, name, _ in staff.teams)
    Team.objects.create(id=staff.specialists_team_id, name=SPECIALISTS_TEAM)
    User.objects.bulk_create(
        User(
            id=member.id,
            email=member.email,
            name=member.name,
            title=member.title,
            role=member.role,
            team_id=member.team_id,
            password=hashed,
        )
        for member in staff.members
    )
    managed = Team.managers.through
    managed.objects.bulk_create(
        managed(team_id=id_, user_id=manager) for id_, _, manager in staff.teams
    )
    pool = Pool.objects.create(id=POOL_ID, name="Scale pool")
    pool.members.set(staff.pool_members)


def _load_blocks(load: Load, *, staff: Staff) -> Iterator[Counter[str]]:
    """Blocks are independent: as many processes as asked for make and copy them."""
    published = Survey.objects.filter(state=Survey.State.PUBLISHED)
    surveys = dict(published.values_list("key", "pk"))
    work = partial(_load_block, load=load, staff=staff, surveys=surveys)
    blocks = range(load.shape.blocks)
    if load.processes == 1 or len(blocks) == 1:
        yield from map(work, blocks)
        return
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(load.processes, mp_context=fork, initializer=leave_connection) as pool:
        yield from pool.map(work, blocks)


def leave_connection() -> None:
    """In a forked child: connect anew, and never close what the parent goes on using.

    A killed parent takes its children along: nobody would wait for what they write.
    """
    if arrange := die_with_parent(signal.SIGKILL, parent=os.getppid()):
        arrange()
    _PARENTS_OWN.append(connection.connection)
    connection.connection = None


def _load_block(
    block: int, *, load: Load, staff: Staff, surveys: Mapping[str, int]
) -> Counter[str]:
    told: list[Profile] = []
    facts = block_tables(
        load.shape, block=block, staff=staff, usage_days=load.usage_days, told=told
    )
    answers = answer_tables(load.shape, block=block, facts=facts, profiles=told, surveys=surveys)
    tables = (*facts.in_order(), *answers.in_order())
    with transaction.atomic():
        for table in tables:
            copy_table(table)
    return Counter(dict(counts(tables)))


def copy_table(table: TextTable | BinaryTable) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    options = "(FORMAT binary)" if isinstance(table, BinaryTable) else r"(FORMAT csv, NULL '\N')"
    command = sql.SQL("COPY {} ({}) FROM STDIN " + options).format(
        sql.Identifier(table.name), columns
    )
    data = table.stream() if isinstance(table, BinaryTable) else table.as_csv()
    copy(command, data)


def _set_sequences() -> None:
    """Sequences go on after the ids given here; the planner learns what the tables hold."""
    with connection.cursor() as cursor:
        for table in _TABLES_WITH_ID:
            cursor.execute(
                sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}").format(
                    sql.Literal(table), sql.Identifier(table)
                )
            )
        cursor.execute("ANALYZE")
