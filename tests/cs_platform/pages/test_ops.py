"""Operations: every number opens its list, what is given up tries again once, on the record."""

import html
import re
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.utils import InternalError

from accounts.models import Account, BusinessEventKind, DirtyAccount, Job, OutboxMessage, User
from accounts.work import jobs
from cs_platform.models import Intervention, InvariantRun, Pulse, StepRun
from cs_platform.runtime import failing_processes
from cs_platform.scheduling import interventions, invariants, job_kinds, job_runner
from health.models import SourceFeed
from tests.page_house import remove_accounts
from tests.times import before_now, now, today, yesterday

pytestmark = pytest.mark.django_db
LISTS = (
    "/ops/",
    "/ops/jobs/",
    "/ops/jobs/?view=dead",
    "/ops/messages/",
    "/ops/messages/?view=dead",
    "/ops/nights/",
    "/ops/nights/?day={day}",
    "/ops/invariants/",
    "/ops/dirty/",
    "/ops/flapping/",
    "/ops/interventions/",
)


@pytest.fixture
def ops(client) -> User:
    user = User.objects.create_user("ops@demo.example", "demo", name="Jona Reed", role="ops")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def dead_job(key: str = "a", **values) -> Job:
    fields = {
        "kind": "inbox.batch",
        "next_at": before_now(minutes=10),
        "finished_at": now(),
        "state": "dead",
    }
    return Job.objects.create(key=key, reason="ValueError: no", attempts=3, **{**fields, **values})


def dead_letter(user: User, key: str = "m") -> OutboxMessage:
    return OutboxMessage.objects.create(
        key=key, channel="email", user=user, subject=f"Subject {key}", state="dead",
        next_at=before_now(minutes=10), attempts=11, reason="SMTPRecipientsRefused",
    )  # fmt: skip


def fill(user: User, *, count: int) -> None:
    """Something in every list."""
    account = Account.objects.create(external_id="acme", name="Acme")
    Pulse.objects.create(process="dispatcher", beat_at=now())
    SourceFeed.objects.create(source="usage", first_day=yesterday(), latest_day=yesterday())
    for number in range(count):
        dead_job(f"dead {number}")
        Job.objects.create(kind="inbox.batch", key=f"due {number}", next_at=before_now(minutes=10))
        dead_letter(user, f"dead {number}")
        OutboxMessage.objects.create(
            key=f"new {number}", channel="email", user=user, account=account, subject="New",
            next_at=before_now(minutes=10),
        )  # fmt: skip
        DirtyAccount.objects.create(account=account)
        StepRun.objects.create(
            step="score", day=yesterday() - timedelta(days=number), position=2,
            finished_at=now(), count=7, seconds=1.5,
        )  # fmt: skip
        StepRun.objects.create(
            step="fire", day=yesterday(), shard=number, position=8, finished_at=now()
        )
        InvariantRun.objects.create(
            asked_at=now(), day=yesterday(), seconds=0.5, asked=16, broken=1, by=user,
            findings=[{"name": "arr_is_the_ledger", "says": "says", "count": 1, "examples": ["x"]}],
        )  # fmt: skip
        Intervention.objects.create(action="retry_job", by=user, at=now(), subject=f"job {number}")


def text(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_an_empty_installation_says_so_in_words(client, ops):
    page = text(client, "/ops/")
    for words in (
        "Nothing waits",
        "None was given up",
        "Every score is fresh",
        "Not asked yet",
        "No night has been closed here yet",
        "No source delivers yet",
        "Never seen",
        "Nobody had to step in.",
        "No account is active yet.",
    ):
        assert words in page
    for address in LISTS[1:]:
        assert "0 of" not in text(client, address.format(day=yesterday()))


def test_a_process_that_ends_again_and_again_is_named(client, ops, settings, tmp_path):
    settings.CS_HOME = tmp_path
    failing_processes.write(tmp_path, [failing_processes.Failing(process="beat", deaths=5, code=3)])
    assert "Beat Ended 5 times within seconds (exit code 3)." in text(client, "/ops/")
    failing_processes.forget(tmp_path)
    assert "within seconds" not in text(client, "/ops/")


def test_every_number_opens_a_list_that_counts_the_same(client, ops):
    fill(ops, count=3)
    page = client.get("/ops/").content.decode()
    tile = r'<a class="tile" href="([^"]+)">.*?tile-value">(\d+)<'
    tiles = re.findall(tile, page, re.DOTALL)
    assert dict(tiles) == {
        "/ops/jobs/?view=due": "3",
        "/ops/jobs/?view=dead": "3",
        "/ops/dirty/": "1",
        "/ops/messages/?view=waiting": "3",
        "/ops/messages/?view=dead": "3",
        "/ops/invariants/": "1",
    }
    for address, count in tiles:
        if address not in ("/ops/dirty/", "/ops/invariants/"):
            assert f"of {count} " in text(client, address)
    assert "1–3 of 3 marks" in text(client, "/ops/dirty/")
    assert "ARR is the ledger" in text(client, "/ops/invariants/")


def test_the_latest_night_shows_its_steps_and_each_its_shards(client, ops):
    fill(ops, count=2)
    StepRun.objects.create(
        step="verify",
        day=yesterday(),
        position=11,
        finished_at=now(),
        failure="account 7: ValueError",
    )
    page = text(client, "/ops/")
    day = yesterday()
    assert f"Night of {day.day} {day:%b %Y}" in page
    assert "With failures" in page
    assert "Score every account 1 7 1.5 s 1.5 s Done" in page
    shards = text(client, f"/ops/nights/?day={day}&step=verify")
    assert "account 7: ValueError" in shards
    assert "1–1 of 1 shards" in shards


def test_the_page_says_how_much_scoring_covers_and_how_calm_it_is(client, ops):
    Account.objects.create(external_id="acme", name="Acme")
    page = text(client, "/ops/")
    assert "Coverage 0.0% Flap rate –" in page
    assert "0 of 1 active accounts have a score; 95% is wanted." in page


def test_an_account_that_nobody_owns_is_a_defect_and_opens_where_an_owner_is_set(client, ops):
    for name, status, owner in (
        ("Orphan", "active", None),
        ("Tended", "active", ops),
        ("Gone", "churned", None),
    ):
        Account.objects.create(external_id=name, name=name, status=status, owner=owner)
    page = client.get("/ops/").content.decode()
    assert "Without owner or pool" in page
    (address,) = re.findall(r'href="(/admin/accounts/account/\?[^"]+)"', page)
    listed = client.get(html.unescape(address)).content.decode()
    assert "1 account" in text(client, "/ops/")
    assert "Orphan" in listed
    assert "Tended" not in listed
    assert "Gone" not in listed


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("/ops/", 27),
        ("/ops/jobs/?view=dead", 6),
        ("/ops/messages/?view=dead", 6),
        ("/ops/nights/", 5),
        ("/ops/nights/?day={day}", 7),
        ("/ops/invariants/", 6),
        ("/ops/dirty/", 6),
        ("/ops/interventions/", 6),
    ],
)
def test_pages_ask_a_fixed_number_of_questions(
    client, ops, django_assert_num_queries, address, count
):
    address = address.format(day=yesterday())
    fill(ops, count=1)
    client.get(address)
    with django_assert_num_queries(count):
        client.get(address)
    _more(ops)
    with django_assert_num_queries(count):
        client.get(address)


def _more(user: User) -> None:
    """Thirty of each instead of one."""
    for model in (DirtyAccount, InvariantRun, Job, OutboxMessage, Pulse, SourceFeed, StepRun):
        model.objects.all().delete()
    remove_accounts()
    fill(user, count=30)


def test_lists_are_paged(client, ops):
    for number in range(60):
        dead_job(f"{number:02d}", finished_at=now() - timedelta(seconds=number))
    first, second = (text(client, f"/ops/jobs/?view=dead&page={page}") for page in (1, 2))
    assert "1–50 of 60 jobs" in first
    assert "51–60 of 60 jobs" in second
    assert "Accepted batch 00" in first
    assert "Accepted batch 59" in second


def test_a_job_that_was_given_up_tries_again_once_and_on_the_record(client, ops):
    job = dead_job(kind="plays.advance")
    answer = client.post(f"/ops/jobs/{job.pk}/retry/", follow=True)
    assert "The job tries again within seconds." in answer.content.decode()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.finished_at) == ("new", 0, None)
    assert jobs.claim(job_id=job.pk, now=now()) is not None
    (row,) = Intervention.objects.values_list("action", "by", "row_id", "before")
    assert row == ("retry_job", ops.pk, job.pk, "ValueError: no")
    again = client.post(f"/ops/jobs/{job.pk}/retry/", follow=True)
    assert "That job is not given up any more." in again.content.decode()
    assert Intervention.objects.count() == 1
    assert "Retried a job" in text(client, "/ops/interventions/")


def test_a_dead_letter_goes_out_again_once_and_on_the_record(client, ops):
    message = dead_letter(ops)
    client.post(f"/ops/messages/{message.pk}/resend/")
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("new", 0)
    assert Intervention.objects.get().subject == "m"
    client.post(f"/ops/messages/{message.pk}/resend/")
    assert Intervention.objects.count() == 1


def test_looking_at_an_action_does_nothing(client, ops):
    job, message = dead_job(), dead_letter(ops)
    for address in (
        f"/ops/jobs/{job.pk}/retry/",
        f"/ops/messages/{message.pk}/resend/",
        "/ops/invariants/ask/",
    ):
        assert client.get(address).status_code == 302
    assert Intervention.objects.count() == 0


def test_the_invariants_are_asked_as_a_job_and_keep_what_they_said(client, ops):
    client.post("/ops/invariants/ask/")
    job = Job.objects.get(kind=job_kinds.INVARIANTS)
    assert InvariantRun.objects.count() == 0
    assert job_runner.run_job(job.pk) is True
    run = InvariantRun.objects.get()
    assert (run.by, run.broken, run.findings) == (ops, 0, [])
    assert f"All {invariants.COUNT} hold" in text(client, "/ops/invariants/")


def test_the_invariants_are_asked_once_a_minute_at_most(ops):
    moment = now()
    interventions.ask_invariants(by=ops, now=moment)
    with pytest.raises(interventions.NothingToDoError, match="asked in this minute already"):
        interventions.ask_invariants(by=ops, now=moment)
    assert (Job.objects.count(), Intervention.objects.count()) == (1, 1)


def test_a_broken_invariant_is_named_with_examples(client, ops):
    Account.objects.create(external_id="acme", name="Acme", arr_minor=100)
    invariants.record_invariants(day=today(), now=now())
    page = text(client, "/ops/invariants/")
    assert "ARR is the ledger" in page
    assert "account acme: 100, the ledger says 0" in page


def test_nobody_changes_what_was_done_by_hand(ops):
    Intervention.objects.create(action="retry_job", by=ops, at=now(), subject="x")
    for statement in (
        "UPDATE cs_platform_intervention SET subject = 'y'",
        "DELETE FROM cs_platform_intervention",
    ):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            connection.cursor().execute(statement)


@pytest.mark.parametrize(
    "address",
    [
        "/ops/jobs/?view=nonsense",
        "/ops/jobs/?kind=%27%3B--",
        "/ops/jobs/?page=0",
        "/ops/nights/?day=yesterday",
        "/ops/nights/?day=2020-01-01",
        "/ops/nights/?day=2020-01-01&step=1",
        "/ops/messages/?view=1&page=99999999999",
    ],
)
def test_a_mistyped_address_shows_a_list(client, ops, address):
    assert client.get(address).status_code == 200


def test_kinds_that_came_with_a_record_are_listed_until_somebody_describes_them(client, ops):
    Account.objects.create(external_id="acme", name="Acme")
    assert "Not described yet" not in client.get("/ops/").content.decode()
    BusinessEventKind.objects.create(key="board_change", name="Board change", met_in_data=True)

    page = client.get("/ops/").content.decode()
    assert "1 kind of business event" in page
    link = "/admin/accounts/businesseventkind/?met_in_data__exact=1"
    assert f'href="{link}"' in page
    assert "Board change" in client.get(link).content.decode()
