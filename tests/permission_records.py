"""One row of each model that Django admin shows, for the addresses that name one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Model

from accounts.models import Contact, Function, GroupSession, SavedView
from health.models import RuleSet, Scorecard
from playbooks.models import Playbook
from surveys.library.shipped import shipped_survey
from surveys.models import Survey
from surveys.publishing import draft_of, publish, retire
from tests.permission_house import NOW, House

DAY = date(2025, 3, 1)
PUBLISHED_CARD, PUBLISHED_RULES = "published card", "published rules"
SHARED_VIEW = "shared view"
SURVEYS = {
    "draft survey": "nps",
    "retired survey": "effort_ces",
}
PLAYBOOKS = {
    "playbooks.playbook": "draft",
    "draft playbook": "draft",
    "published playbook": "published",
    "retired playbook": "retired",
}


def record_of(label: str, *, house: House) -> Model:
    """A row made for it, else the first there is; `label` as in "accounts.contact"."""
    if label == PUBLISHED_CARD:
        return published_scorecard()
    if label == SHARED_VIEW:
        return _shared_view(house)
    if label in SURVEYS:
        return _survey(label.partition(" ")[0], SURVEYS[label])
    if label in PLAYBOOKS:
        return _playbook(PLAYBOOKS[label])
    if label == PUBLISHED_RULES:
        return _rules(version=90, state=RuleSet.State.PUBLISHED, published_at=NOW)
    if label == "health.ruleset":
        return _rules(version=91)
    manager = apps.get_model(label)._base_manager
    values = _values(house).get(label)
    if values is not None:
        return manager.create(**values)
    return manager.order_by("pk")[0]


def published_scorecard() -> Scorecard:
    return Scorecard.objects.get_or_create(
        key="secret-card",
        version=1,
        defaults={
            "name": "secret-card",
            "created_at": NOW,
            "state": Scorecard.State.PUBLISHED,
            "published_at": NOW,
        },
    )[0]


def _survey(state: str, key: str) -> Survey:
    """Each state of another key: each of them has versions of its own."""
    found = Survey.objects.filter(key=key, state=state).first()
    if found is not None:
        return found
    made = draft_of(shipped_survey(key), now=NOW)
    if state != "draft":
        made = publish(survey=made, by=None, now=NOW)
    return retire(survey=made) if state == "retired" else made


def _shared_view(house: House) -> SavedView:
    told = {"name": "secret-view", "owner": house.people["ops"], "created_at": NOW}
    told |= {"filters": {"q": "secret"}, "shared_on": DAY, "counted_at": NOW}
    return SavedView.objects.get_or_create(key="secret_view", defaults=told)[0]


def _playbook(state: str) -> Playbook:
    """With a step, of a key of its own."""
    head = {
        "name": f"secret-{state}",
        "summary": "secret-summary",
        "created_at": NOW,
        "cooldown_days": 0,
        "category": "intervention",
        "family": f"secret_{state}",
        "owner_role": "csm",
        "review_cadence": "monthly",
    }
    found, is_new = Playbook.objects.get_or_create(key=f"secret_{state}", version=1, defaults=head)
    if is_new:
        step = {"due_amount": 0, "due_unit": "hours", "channel": "call", "owner_role": "csm"}
        step |= {"purpose": "secret-purpose", "guidance": "secret-guidance"}
        found.steps.create(position=1, key="secret_step", title="secret-step", **step)
    if state != "draft":
        Playbook.objects.filter(pk=found.pk, state="draft").update(state=state, published_at=NOW)
    return found


def _rules(*, version: int, **values: Any) -> RuleSet:
    return RuleSet.objects.get_or_create(version=version, defaults={"created_at": NOW, **values})[0]


def _attendance(house: House) -> dict[str, Any]:
    account = house.accounts["own"]
    session = {"kind_id": "webinar", "starts_at": NOW}
    person = {"account": account, "name": "secret-attendee", "met_on": DAY}
    return {
        "account": account,
        "session": GroupSession.objects.get_or_create(external_id="2", defaults=session)[0],
        "contact": Contact.objects.get_or_create(external_id="2", defaults=person)[0],
    }


def _values(house: House) -> dict[str, dict[str, Any]]:
    fact = {"account": house.accounts["own"], "external_id": "1"}
    money = {"currency": "USD", "amount_minor": 100_00}
    return {
        "account.emailaddress": {"user": house.people["csm"], "email": "secret-a@demo.example"},
        "accounts.attendance": _attendance(house),
        "accounts.groupsession": {"external_id": "1", "kind_id": "webinar", "starts_at": NOW},
        "accounts.businessevent": {
            **fact,
            "kind_id": "reorganisation",
            "occurred_on": DAY,
            "learned_at": NOW,
        },
        "accounts.contact": {**fact, "name": "secret-contact", "met_on": DAY},
        "accounts.contract": {
            **fact,
            "starts_on": DAY,
            "ends_on": DAY + timedelta(days=365),
            "arr_minor": 100_00,
            "currency": "USD",
            "learned_at": NOW,
        },
        "accounts.csmsentiment": {**fact, "said_at": NOW, "value": 4},
        "accounts.currencyrate": {"currency": "EUR", "base": "USD", "valid_from": DAY, "rate": 2},
        "accounts.endpoint": {
            "key": "secret-place",
            "name": "secret-place",
            "kind": "webhook",
            "created_at": NOW,
        },
        "accounts.feature": {"key": "secret-feature", "name": "secret-feature", "valid_from": DAY},
        "accounts.function": {"key": "secret-function", "name": "secret-function"},
        "accounts.holiday": {"day": DAY, "name": "secret-holiday"},
        "accounts.inappsite": {
            "source_id": "direct",
            "origins": ["https://secret-app.example"],
            "sealed_secret": "secret-sealed",
            "rolled_at": NOW,
        },
        "accounts.invoice": {**fact, "issued_on": DAY, "due_on": DAY, **money},
        "accounts.outreachpolicy": {"pk": 1},
        "surveys.surveypolicy": {"pk": 1},
        "surveys.surveybranding": {"pk": 1},
        "surveys.surveybaseline": {
            "survey_key": "secret-survey",
            "first_day": DAY,
            "final_day": DAY,
            "value": 40,
            "favourable": 6,
            "neutral": 2,
            "unfavourable": 2,
            "set_at": NOW,
            "set_by": house.people["ops"],
        },
        "accounts.suppressedaddress": {"digest": "secret-digest", "reason": "bounced", "at": NOW},
        "accounts.plan": {"key": "secret-plan", "name": "secret-plan"},
        "accounts.pool": {"name": "secret-pool"},
        "accounts.revenuemovement": {
            **fact,
            "effective_on": DAY,
            "kind": "new",
            "recorded_at": NOW,
            "source_id": "direct",
            **money,
        },
        "accounts.signal": {
            "account": house.accounts["own"],
            "kind": "band",
            "key": "secret-signal",
            "occurred_at": NOW,
        },
        "accounts.teammember": {
            "account": house.accounts["own"],
            "person": house.people["csm"],
            "function": Function.objects.get(key="legal"),
            "since": DAY,
        },
        "accounts.sourcemapping": {
            "source_id": "direct",
            "kind": "tickets",
            "mapping": {},
            "saved_at": NOW,
        },
        "accounts.accountid": {
            "account": house.accounts["own"],
            "source_id": "direct",
            "value": "secret-id",
        },
        "accounts.source": {"key": "secret-source", "name": "secret-source"},
        "auth.group": {"name": "secret-group"},
        "health.publication": {
            "scorecard": published_scorecard(),
            "published_at": NOW,
            "reason": "secret-reason",
        },
        "health.scorecard": {
            "key": "secret-draft",
            "version": 1,
            "name": "secret-draft",
            "created_at": NOW,
        },
    }
