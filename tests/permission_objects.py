"""What fills an address of the permission matrix: an object of the account in that place."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import (
    ApiKey,
    Contact,
    ImportFile,
    ImportRun,
    Job,
    OutboxMessage,
    RejectedRecord,
)
from health.models import CurrentHealth, HealthScore, Publication, Scorecard
from playbooks.models import Play, Playbook, PlayStart, Task
from surveys.models import FollowUp, Invitation, Response, Survey
from tests.permission_house import NOW, House
from tests.permission_records import published_scorecard, record_of


def make_object(kind: str, *, house: House, place: str) -> object:
    """The value for an address: of the account in that place, or of none ("missing")."""
    if kind in _NAMED:
        return _NAMED[kind](house, place)
    if place == "missing":
        return 2**40
    if kind.startswith("record "):
        return record_of(kind.removeprefix("record "), house=house).pk
    return _MADE[kind](house, place).pk


def _dead_job(house: House, place: str) -> Job:
    return Job.objects.create(
        kind="test", key=f"secret-{place}", state="dead", next_at=NOW, finished_at=NOW
    )


def _dead_letter(house: House, place: str) -> OutboxMessage:
    account = house.accounts[place]
    return OutboxMessage.objects.create(
        key=f"secret-{account.external_id}",
        channel="email",
        account=account,
        user=account.owner,
        subject="secret-subject",
        state="dead",
        next_at=NOW,
    )


def _held_mail(house: House, place: str) -> OutboxMessage:
    account = house.accounts[place]
    person = {"external_id": f"held-{place}", "name": "secret-person", "met_on": NOW.date()}
    return OutboxMessage.objects.create(
        key=f"held-{account.external_id}",
        channel="email",
        account=account,
        contact=Contact.objects.get_or_create(account=account, **person)[0],
        subject="secret-subject",
        state="held",
        next_at=NOW,
    )


def _follow_up(house: House, place: str) -> FollowUp:
    account = house.accounts[place]
    answer, _ = Response.objects.get_or_create(
        account=account, external_id=f"secret-{place}", survey_key="nps", kind="nps", lowest=0,
        highest=10, value=2, standing=-1, comment="secret-words", answered_at=NOW, learned_at=NOW,
    )  # fmt: skip
    made = {"account": account, "collected_at": NOW, "due_at": NOW}
    return FollowUp.objects.get_or_create(response=answer, defaults=made)[0]


def _survey_answer(house: House, place: str) -> Response:
    return _follow_up(house, place).response


def _survey_invitation(house: House, place: str) -> Invitation:
    account = house.accounts[place]
    survey, _ = Survey.objects.get_or_create(
        key="secret-survey", version=1, kind="nps", moment="rhythm", created_at=NOW,
    )  # fmt: skip
    made = {"survey": survey, "account": account, "moment": "rhythm", "occasion": "secret-day"}
    made |= {"state": "held_back", "reason": "left", "due_at": NOW, "planned_at": NOW}
    return Invitation.objects.get_or_create(key=f"secret-{place}", defaults=made)[0]


def _import_file(house: House, place: str) -> ImportFile:
    return ImportFile.objects.create(
        name=f"secret-file-{place}.csv",
        size=9,
        digest="",
        user=house.people["ops"],
        uploaded_at=NOW,
        state=ImportFile.State.READY,
        titles=["secret-column"],
        kind="accounts",
    )


def _import_run(house: House, place: str) -> ImportRun:
    """With one refused record, at position 2."""
    run = ImportRun.objects.create(
        kind="accounts", source="secret-source.csv", started_at=NOW, finished_at=NOW, state="done"
    )
    RejectedRecord.objects.create(
        run=run, position=2, field="name", code="required", message="is missing",
        record={"external_id": "secret-id", "name": ""},
    )  # fmt: skip
    return run


def _api_run(house: House, place: str) -> ImportRun:
    """Own: of the key that may send everything; that of a file has no key at all."""
    names = {"own": "ingest:*", "other": "revoked key"}
    key = ApiKey.objects.filter(name=names.get(place, "")).first()
    return ImportRun.objects.create(
        kind="usage",
        source="secret-source",
        started_at=NOW,
        finished_at=NOW,
        state="done",
        api_key=key,
    )


def _task(house: House, place: str) -> Task:
    account = house.accounts[place]
    return Task.objects.create(
        account=account,
        title=f"secret-task-{account.external_id}",
        channel="call",
        owner=account.owner,
        opened_at=NOW,
        due_at=NOW + timedelta(days=1),
    )


def _play(house: House, place: str) -> Play:
    account = house.accounts[place]
    playbook, _ = Playbook.objects.get_or_create(
        key="secret-playbook", version=1, defaults={"cooldown_days": 0, "created_at": NOW}
    )
    # One is open: several keys ask for it in one house.
    if (made := Play.objects.filter(account=account, playbook=playbook).first()) is not None:
        return made
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


def _survey_key(house: House, place: str) -> str:
    """Of a survey that only this account has answered, in another tool."""
    if place == "missing":
        return "nothing"
    Response.objects.get_or_create(
        account=house.accounts[place], external_id=f"secret-answer-{place}",
        survey_key=f"secret-{place}", kind="nps", lowest=0, highest=10, value=9, standing=1,
        answered_at=NOW, learned_at=NOW,
    )  # fmt: skip
    return f"secret-{place}"


def _card_in_force() -> Scorecard:
    card = published_scorecard()
    Publication.objects.get_or_create(
        scorecard=card, defaults={"published_at": NOW, "reason": "secret-reason"}
    )
    return card


def _judged_account(house: House, place: str) -> str:
    if place == "missing":
        return "acc-missing"
    # What was judged a week ago is read too.
    judged = {"scorecard": _card_in_force(), "score": 60, "band": "watch", "confidence": 100}
    arrays: dict[str, object] = {"components": [], "computed_at": NOW}
    for days in (0, 400):
        HealthScore.objects.get_or_create(
            account=house.accounts[place], day=NOW.date() - timedelta(days=days), **judged,
            defaults={"raw": [], "readings": [], "weights": [], **arrays},
        )  # fmt: skip
    CurrentHealth.objects.get_or_create(
        account=house.accounts[place], **judged,
        defaults={
            "day": NOW.date(), "effective_band": "watch", "component_bands": [], "spark": [],
            **arrays,
        },
    )  # fmt: skip
    return f"acc-{place}"


def _scorecard_key(house: House, place: str) -> str:
    return "nothing" if place == "missing" else _card_in_force().key


# What is named otherwise than by a number.
_NAMED = {
    "judged_account": _judged_account,
    "scorecard_key": _scorecard_key,
    "account": lambda house, place: f"acc-{place}",
    "api_kind": lambda house, place: "nothing" if place == "missing" else place,
    "import_kind": lambda house, place: "nothing" if place == "missing" else "accounts",
    "import_position": lambda house, place: 2,
    "survey": _survey_key,
}
_MADE = {
    "api_run": _api_run,
    "dead_job": _dead_job,
    "dead_letter": _dead_letter,
    "held_mail": _held_mail,
    "follow_up": _follow_up,
    "survey_answer": _survey_answer,
    "survey_invitation": _survey_invitation,
    "import_file": _import_file,
    "import_run": _import_run,
    "play": _play,
    "task": _task,
}
