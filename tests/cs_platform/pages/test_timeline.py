"""The timeline of an account: one list out of every kind of record that is dated."""

from datetime import timedelta
from decimal import Decimal

from django.urls import reverse

from accounts.models import Contact, Interaction, OutboxMessage, RevenueMovement, Ticket
from health.actions import end_override, override_band
from health.models import ThresholdCrossing
from playbooks.actions import complete_task, skip_task
from playbooks.triggers.vocabulary import TaskOutcome
from tests.page_house import (
    DAY,
    GOOD,
    NOW,
    add_task,
    judge,
    open_play,
    show_present,
)


def page(client, account, **query):
    return client.get(reverse("account_timeline", args=[account.external_id]), query)


def entries(client, account, **query):
    return page(client, account, **query).context["entries"]


def test_timeline_merges_sources_newest_first_and_filters(client, csm, account):
    Ticket.objects.create(
        account=account,
        external_id="t-1",
        category="defect",
        subject="Sync stops",
        opened_at=NOW - timedelta(days=2),
        solved_at=NOW - timedelta(days=1),
    )
    Interaction.objects.create(
        account=account,
        external_id="i-1",
        kind_id="qbr",
        subject="Quarterly review",
        occurred_at=NOW - timedelta(days=1),
        host=csm,
    )
    RevenueMovement.objects.create(
        account=account,
        effective_on=DAY - timedelta(days=3),
        kind="new",
        amount_minor=500_00,
        currency="USD",
        recorded_at=NOW,
        source_id="direct",
        external_id="m-1",
    )
    titles = [entry.title for entry in entries(client, account)]
    assert titles == ["Quarterly review", "Sync stops", "New +$500 ARR"]
    only = entries(client, account, kind="tickets")
    assert [(entry.title, entry.text) for entry in only] == [("Sync stops", "Solved after 1 day")]


def test_timeline_pages_reach_everything_once(client, csm, account):
    for number in range(45):
        Ticket.objects.create(
            account=account,
            external_id=f"t-{number}",
            category="how_to",
            subject=f"Question {number}",
            opened_at=NOW - timedelta(hours=number),
        )
    pages = [[entry.title for entry in entries(client, account, page=n)] for n in (1, 2)]
    assert pages[0] + pages[1] == [f"Question {number}" for number in range(45)]


def test_what_a_person_did_and_wrote_is_in_the_timeline(client, csm, account):
    done, skipped = (add_task(account, csm, title=title) for title in ("Call them", "Write"))
    complete_task(
        task_id=done.pk, outcome=TaskOutcome.REACHED, by=csm, now=NOW, note="They stay <b>on</b>."
    )
    skip_task(task_id=skipped.pk, reason="Not needed.", by=csm, now=NOW)

    (entry,) = entries(client, account, kind="tasks")
    assert (entry.title, entry.who) == ("Call them", f"Task: reached, by {csm.name}")
    html = page(client, account).content.decode()
    assert "They stay &lt;b&gt;on&lt;/b&gt;." in html
    assert f'href="{reverse("task", args=[done.pk])}"' in html


def test_what_was_written_stands_with_the_task_and_with_the_step_of_its_play(client, csm, account):
    task = open_play(account, csm).tasks.get()
    complete_task(
        task_id=task.pk, outcome=TaskOutcome.DECIDED, by=csm, now=NOW, note="Ms Quill agrees."
    )

    for address in (
        reverse("task", args=[task.pk]),
        reverse("account_tasks", args=[account.external_id]),
        f"{reverse('tasks')}?view=done",
    ):
        assert "Ms Quill agrees." in client.get(address).content.decode(), address


def test_a_band_set_by_hand_is_in_the_timeline_until_somebody_ends_it(client, csm, account, card):
    show_present(judge(account, card, raw=GOOD))
    for days, band in ((3, "watch"), (2, "intervene")):
        override_band(
            account=account,
            band=band,
            reason=f"Reason {days}",
            day=DAY,
            expires_on=DAY + timedelta(days=9),
            user=csm,
            now=NOW - timedelta(days=days),
        )
    end_override(account=account, user=csm, now=NOW - timedelta(days=1))

    found = entries(client, account, kind="health")
    assert [(entry.title, entry.text, entry.who) for entry in found] == [
        (
            "The computed band counts again",
            "Intervene had been set by hand.",
            f"Health, by {csm.name}",
        ),
        ("Band set to Intervene until 23 Mar 2025", "Reason 2", f"Health, by {csm.name}"),
        ("Band set to Watch until 23 Mar 2025", "Reason 3", f"Health, by {csm.name}"),
    ]


def test_timeline_says_when_another_scorecard_moved_the_band(client, csm, account, card):
    ThresholdCrossing.objects.create(
        account=account,
        day=DAY,
        seq=1,
        subject="score",
        kind="band",
        from_band="watch",
        to_band="healthy",
        cause="new_scorecard",
        direction="up",
        created_at=NOW,
        scorecard_id=card.id,
        score_before=Decimal("74.10"),
        score_after=Decimal("75.20"),
    )
    (entry,) = entries(client, account, kind="health")
    assert entry.text == "Score 74 to 75, judged by another scorecard or version from here"


def test_timeline_says_what_a_rise_had_to_clear(client, csm, account, card):
    def crossing(seq, direction, before, after):
        ThresholdCrossing.objects.create(
            account=account,
            day=DAY,
            seq=seq,
            subject="score",
            kind="band",
            from_band="watch" if direction == "up" else "healthy",
            to_band="healthy" if direction == "up" else "watch",
            cause="moved",
            direction=direction,
            created_at=NOW,
            scorecard_id=card.id,
            score_before=Decimal(before),
            score_after=Decimal(after),
        )

    crossing(1, "up", "76.10", "77.20")
    crossing(2, "down", "76.10", "74.20")

    assert [entry.text for entry in entries(client, account, kind="health")] == [
        "Score 76 to 74",
        "Score 76 to 77, past 75 and the margin of 3",
    ]


def test_mail_to_the_customer_stands_there_when_it_has_gone_out(client, csm, account):
    to = Contact.objects.create(account=account, external_id="bo", name="Bo Quist", met_on=DAY)
    fields = {"channel": "email", "account": account, "contact": to, "sender": csm, "next_at": NOW}
    sent = OutboxMessage.objects.create(
        key="sent", subject="Your renewal", state="sent", sent_at=NOW, **fields
    )
    OutboxMessage.objects.create(key="held", subject="Not yet", state="held", **fields)
    OutboxMessage.objects.create(
        key="ours", subject="For us", channel="email", account=account, user=csm, state="sent",
        sent_at=NOW, next_at=NOW,
    )  # fmt: skip

    (entry,) = entries(client, account, kind="interactions")

    assert (entry.title, entry.who) == ("Your renewal", f"Mail to Bo Quist from {csm}")
    assert entry.href == reverse("mail", args=[sent.pk])
