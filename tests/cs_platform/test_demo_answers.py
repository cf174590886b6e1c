"""Answers of the demo company: they follow its hidden satisfaction, and move nothing else."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from django.core.management import call_command

from accounts import clock
from accounts.catalogue import SURVEYS_SOURCE
from accounts.demo.block import Profile
from accounts.demo.facts import block_tables
from accounts.demo.shape import Shape
from accounts.demo.staff import staff_of
from accounts.models import Signal, User
from cs_platform.demo.answers.comments import BANK, THEMES
from cs_platform.demo.answers.drawn import response_chance
from cs_platform.demo.answers.loops import follow_past_answers, steps_of
from cs_platform.demo.answers.rows import answer_tables
from cs_platform.demo.desk import DESK
from surveys.models import FollowUp, Invitation, Response, Survey
from surveys.publishing import begin_draft, install_surveys, publish
from surveys.scoring.sentiment import sentiment

FULL = Shape(last_day=date(2025, 3, 14))
PUBLISHED = ("nps", "onboarding_csat", "first_value_csat", "renewal_csat", "expansion_csat")
SURVEYS = {key: number for number, key in enumerate(PUBLISHED, start=1)}
SMALL = {"accounts": 14, "years": 0.5, "processes": 1}


def rows_of(shape, *, surveys=SURVEYS):
    """Responses and invitations as mappings, the profiles, and what the fact tables hold."""
    responses, invitations, profiles, facts = [], [], [], []
    for block in range(shape.blocks):
        told: list[Profile] = []
        tables = block_tables(shape, block=block, staff=staff_of(shape), usage_days=1, told=told)
        made = answer_tables(shape, block=block, facts=tables, profiles=told, surveys=surveys)
        for into, table in ((responses, made.responses), (invitations, made.invitations)):
            into += [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        profiles += told
        facts.append(tables.contacts.rows)
    return responses, invitations, profiles, facts


@pytest.fixture(scope="module")
def answers():
    return rows_of(FULL)


def day_number(row):
    return (row["answered_at"].date() - FULL.first_day).days


def test_answers_are_the_same_for_the_same_seed_and_differ_for_another():
    small = Shape(last_day=FULL.last_day, accounts=40, years=1.5, seed=11)
    other = Shape(last_day=FULL.last_day, accounts=40, years=1.5, seed=12)
    assert rows_of(small)[:2] == rows_of(small)[:2]
    assert rows_of(small)[0] != rows_of(other)[0]


def test_no_fact_moves_with_the_answers():
    small = Shape(last_day=FULL.last_day, accounts=40, years=1.5, seed=11)
    alone = block_tables(small, block=0, staff=staff_of(small))
    told: list[Profile] = []
    beside = block_tables(small, block=0, staff=staff_of(small), told=told)
    answer_tables(small, block=0, facts=beside, profiles=told, surveys=SURVEYS)
    assert told
    for one, other in zip(alone.in_order(), beside.in_order(), strict=True):
        assert one == other


def test_no_survey_published_leaves_the_answers_and_no_invitations():
    small = Shape(last_day=FULL.last_day, accounts=40, years=1.5, seed=11)
    responses, invitations, *_ = rows_of(small, surveys={})
    with_surveys = rows_of(small)[0]
    assert not invitations
    assert [r["value"] for r in responses] == [r["value"] for r in with_surveys]
    assert {r["survey_id"] for r in responses} == {None}


def test_scores_and_rates_are_believable(answers):
    responses, invitations, *_ = answers
    nps = [r["standing"] for r in responses if r["survey_key"] == "nps"]
    assert len(nps) > 600
    assert 10 <= 100 * np.mean(nps) <= 50
    over = [i["state"] for i in invitations if i["state"] in ("answered", "expired")]
    assert 0.15 < np.mean([state == "answered" for state in over]) < 0.45
    assert {i["reason"] for i in invitations if i["state"] == "held_back"} == {
        "asked_lately",
        "bad_ticket",
    }
    assert {r["language"] for r in responses} == {"en", "de", "fr", "es"}


def test_answers_follow_the_satisfaction_of_their_day(answers):
    responses, _, profiles, _ = answers
    paths = {p.account.id: p.account.path for p in profiles}
    nps = [r for r in responses if r["survey_key"] == "nps"]
    felt = [paths[r["account_id"]][day_number(r)] for r in nps]
    assert np.corrcoef(felt, [r["value"] for r in nps])[0, 1] > 0.5


def test_low_nps_comes_before_churn(answers):
    responses, _, profiles, _ = answers
    until = {p.account.id: p.account.until for p in profiles}
    early = [r for r in responses if r["survey_key"] == "nps" and day_number(r) + 180 <= FULL.days]
    left = [(until[r["account_id"]] or 10**6) <= day_number(r) + 180 for r in early]
    assert sum(left) >= 5
    assert np.corrcoef([r["value"] for r in early], left)[0, 1] < -0.08


def test_people_are_asked_while_they_are_there_and_not_again_within_30_days(answers):
    _, invitations, _, contacts = answers
    known = {row[0]: row for rows in contacts for row in rows}
    by_person: dict[int, list[date]] = {}
    for row in invitations:
        left, met = known[row["contact_id"]][-3:-1]
        on = row["planned_at"].date()
        assert met <= on
        assert left is None or on < left
        if row["state"] != "held_back":
            by_person.setdefault(row["contact_id"], []).append(on)
    gaps = [(b - a).days for days in by_person.values() for a, b in pairwise(days)]
    assert min(gaps) >= 30
    assert len({row["key"] for row in invitations}) == len(invitations)


@pytest.mark.parametrize(("mood", "chance"), [(0.0, 0.15), (0.3, 0.15), (0.6, 0.3), (1.0, 0.45)])
def test_who_is_less_content_answers_less(mood, chance):
    assert response_chance(mood) == pytest.approx(chance)


def test_bank_has_words_for_every_theme_and_most_sound_as_they_are_meant():
    found = [
        (standing, sentiment(sentence, language=language))
        for language, bank in BANK.items()
        for standing, themes in bank.items()
        for sentences in themes.values()
        for sentence in sentences
    ]
    assert len(found) >= 80
    assert all(set(t) == set(THEMES) for bank in BANK.values() for t in bank.values())
    sided = [(standing, heard) for standing, heard in found if standing]
    wrong = [each for each in sided if each[1] is not None and each[0] * each[1] <= 0]
    silent = [each for each in sided if each[1] is None]
    assert not wrong
    assert len(silent) <= 4


def test_steps_of_a_loop_follow_one_another_and_end_with_the_company():
    since = datetime(2025, 1, 1, tzinfo=UTC)
    for seed in range(200):
        end = since + timedelta(days=seed % 40)
        steps = steps_of(np.random.default_rng(seed), since=since, end=end)
        taken = [at for at in (steps.triaged, steps.acted, steps.told) if at]
        assert taken == sorted(taken)
        assert all(since < at < end for at in taken)
        assert not (steps.told and not steps.acted)
        assert not (steps.acted and not steps.triaged)


def test_company_has_surveys_in_force_answers_and_loops(transactional_db):
    options = {**SMALL, "accounts": 40, "play_days": 3, "history_days": 5}
    call_command("demo", verbosity=0, **options)
    first_day = clock.today() - timedelta(days=round(0.5 * 365.25))
    states = dict(Survey.objects.values_list("key", "state"))
    assert {key for key, state in states.items() if state == "published"} == set(PUBLISHED)
    assert states["ticket_csat"] == states["effort_ces"] == "draft"
    begun = Survey.objects.filter(state="published").values_list("published_at", flat=True)
    assert {at.date() for at in begun} == {first_day}
    responses = Response.objects.all()
    assert responses.exists()
    assert set(responses.values_list("source", flat=True)) == {SURVEYS_SOURCE}
    assert not responses.filter(answered_at__gte=clock.now()).exists()
    answered = Invitation.objects.filter(state="answered")
    assert answered.count() == responses.exclude(invitation=None).count() > 0
    # Told on the nights that playbooks were in use, once an answer; none of those before.
    told = Signal.objects.filter(kind="survey.answered")
    newest = {f"answer:{each.pk}": each.answered_at for each in responses}
    assert told.exists()
    assert all(row.occurred_at == newest[row.key] for row in told)
    assert told.count() == len(set(told.values_list("key", flat=True))) < responses.count()
    low = responses.filter(standing=-1).exclude(moment="after_ticket")
    weeks = clock.now() - timedelta(days=55)
    assert not low.filter(answered_at__gte=weeks, follow_up=None).exists()
    steps = Counter(FollowUp.objects.values_list("state", flat=True))
    assert steps["collected"] >= steps.total() // 5
    for row in FollowUp.objects.select_related("response", "account"):
        assert row.response.standing == -1 or row.owner.email == DESK
        assert row.owner_id == row.account.owner_id or row.account.owner_id is None
    # Repeated it opens no loop twice.
    assert follow_past_answers(last_day=clock.today() - timedelta(days=1), seed=19) == 0


def test_reset_takes_surveys_back_that_its_people_edited(transactional_db):
    call_command("demo", verbosity=0, facts_only=True, **SMALL)
    install_surveys(now=clock.now())
    ops = User.objects.get(email="ops@demo.example")
    first = publish(survey=Survey.objects.get(key="nps"), by=ops, now=clock.now())
    begin_draft(version=first, by=ops, now=clock.now())
    call_command("demo", verbosity=0, facts_only=True, reset=True, **SMALL)
    assert not Survey.objects.exclude(published_by=None, edited_by=None).exists()
