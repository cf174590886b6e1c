"""What fills an address of the permission matrix: an object of the account in that place."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Account, ImportFile, ImportRun, Job, OutboxMessage, RejectedRecord
from playbooks.models import Play, Playbook, PlayStart, Task
from tests.permission_house import NOW, House


def make_object(kind: str, *, house: House, place: str) -> object:
    """The value for an address: of the account in that place, or of none ("missing")."""
    if kind == "account":
        return "acc-missing" if place == "missing" else house.accounts[place].external_id
    if kind == "task":
        return 2**40 if place == "missing" else _task(house.accounts[place]).pk
    if kind == "play":
        return 2**40 if place == "missing" else _play(house.accounts[place]).pk
    if kind in _IMPORTS:
        return _IMPORTS[kind](house, place)
    if kind == "dead_job":
        return 2**40 if place == "missing" else _dead_job(place).pk
    if kind == "dead_letter":
        return 2**40 if place == "missing" else _dead_letter(house.accounts[place]).pk
    raise ValueError(f"the matrix knows no object {kind!r}")


def _dead_job(place: str) -> Job:
    return Job.objects.create(
        kind="test", key=f"secret-{place}", state="dead", next_at=NOW, finished_at=NOW
    )


def _dead_letter(account: Account) -> OutboxMessage:
    return OutboxMessage.objects.create(
        key=f"secret-{account.external_id}",
        channel="email",
        account=account,
        user=account.owner,
        subject="secret-subject",
        state="dead",
        next_at=NOW,
    )


def _import_file(house: House, place: str) -> int:
    if place == "missing":
        return 2**40
    return ImportFile.objects.create(
        name="secret-file.csv",
        size=9,
        digest="",
        user=house.people["ops"],
        uploaded_at=NOW,
        state=ImportFile.State.READY,
        titles=["secret-column"],
        kind="accounts",
    ).pk


def _import_run(house: House, place: str) -> int:
    """With one refused record, at position 2."""
    if place == "missing":
        return 2**40
    run = ImportRun.objects.create(
        kind="accounts", source="secret-source.csv", started_at=NOW, finished_at=NOW, state="done"
    )
    RejectedRecord.objects.create(
        run=run, position=2, field="name", code="required", message="is missing",
        record={"external_id": "secret-id", "name": ""},
    )  # fmt: skip
    return run.pk


_IMPORTS = {
    "import_file": _import_file,
    "import_run": _import_run,
    "import_position": lambda house, place: 2,
    "import_kind": lambda house, place: "nothing" if place == "missing" else "accounts",
}


def _task(account: Account) -> Task:
    return Task.objects.create(
        account=account,
        title=f"secret-task-{account.external_id}",
        owner=account.owner,
        opened_at=NOW,
        due_at=NOW + timedelta(days=1),
    )


def _play(account: Account) -> Play:
    playbook, _ = Playbook.objects.get_or_create(
        key="secret-playbook", version=1, defaults={"cooldown_days": 0, "created_at": NOW}
    )
    start = PlayStart.objects.create(
        account=account,
        playbook=playbook,
        playbook_key=playbook.key,
        result="started",
        decided_at=NOW,
    )
    return Play.objects.create(
        account=account,
        playbook=playbook,
        playbook_key=playbook.key,
        severity=0,
        start=start,
        why="secret-why",
        opened_at=NOW,
        opened_day=NOW.date(),
    )
