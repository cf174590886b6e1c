"""Closed vocabularies of surveys."""

from __future__ import annotations

from enum import StrEnum

from accounts.catalogue import Words


class SurveyType(StrEnum):
    """What a survey measures: one of the scored kinds (`surveys.scoring`), or nothing (`FREE`)."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    FREE = "free"


class Moment(StrEnum):
    """What a survey is asked after."""

    RHYTHM = "rhythm"
    """NPS, by touch tier: a month after the start, then again and again."""
    END_OF_ONBOARDING = "end_of_onboarding"
    FIRST_VALUE = "first_value"
    BEFORE_RENEWAL = "before_renewal"
    AFTER_EXPANSION = "after_expansion"
    AFTER_TICKET = "after_ticket"
    """For support's own use: kept apart from health and from churn."""
    AFTER_EVENT = "after_event"
    """A business event of a kind that the survey names: a task known for friction, a release."""
    ON_REQUEST = "on_request"
    """A step of a playbook, or one of us, asks for it."""


CHECKPOINTS = (
    Moment.END_OF_ONBOARDING,
    Moment.FIRST_VALUE,
    Moment.BEFORE_RENEWAL,
    Moment.AFTER_EXPANSION,
)


class Recipients(StrEnum):
    """Whom of an account a survey asks."""

    CLOSEST = "closest"
    """One person: the champion, else whoever we know best."""
    DECIDERS = "deciders"
    """Economic buyers and executive sponsors; where there is none, the closest."""
    EVERYBODY = "everybody"
    """Whoever may be written to, the closest first."""


class Delivery(StrEnum):
    MAIL = "mail"
    IN_APP = "in_app"


class QuestionKind(StrEnum):
    """Of a further question, beside the scored one and the words."""

    TEXT = "text"
    CHOICE = "choice"


class TriageCriterion(StrEnum):
    """What an answer is about, as whoever triages it decides."""

    PRODUCT = "product"
    RELIABILITY = "reliability"
    SERVICE = "service"
    SUPPORT = "support"
    ONBOARDING = "onboarding"
    PRICE = "price"
    RELATIONSHIP = "relationship"
    OTHER = "other"


class RevokedBecause(StrEnum):
    """Why one of us took a link back."""

    BY_MISTAKE = "by_mistake"
    WRONG_PERSON = "wrong_person"
    TOLD_OTHERWISE = "told_otherwise"
    """They have said it in another way."""
    NOT_NOW = "not_now"
    LINK_SPREAD = "link_spread"
    """Others have the link."""


KIND_WORDS = Words({"nps": "NPS", "csat": "CSAT", "ces": "CES", "free": "Free questions"})
MOMENT_WORDS = Words(
    {
        "rhythm": "On a rhythm, by touch tier",
        "end_of_onboarding": "End of onboarding",
        "first_value": "First value moment",
        "before_renewal": "Before the renewal",
        "after_expansion": "After an expansion",
        "after_ticket": "After a ticket (support's own)",
        "after_event": "After a business event",
        "on_request": "When a playbook or a person asks",
    }
)
RECIPIENT_WORDS = Words(
    {
        "closest": "The person we know best",
        "deciders": "Those who decide",
        "everybody": "Everybody who may be written to",
    }
)
REVOKED_WORDS = Words(
    {
        "by_mistake": "Asked by mistake",
        "wrong_person": "The wrong person",
        "told_otherwise": "They have told us in another way",
        "not_now": "Not the time to ask",
        "link_spread": "Others have the link",
    }
)
DELIVERY_WORDS = Words({"mail": "E-mail", "in_app": "In the product"})
HELD_BACK_WORDS = Words(
    {
        "not_customer": "The account is no customer",
        "left": "The person has left, or was erased",
        "do_not_contact": "Asked not to be written to",
        "unreachable": "No address, or mail to it comes back",
        "already_planned": "The same survey waits for this person",
        "same_moment": "Another survey asks about this moment",
        "bad_ticket": "A bad ticket was days ago",
        "asked_lately": "Another survey asked this person lately",
        "account_cap": "The account has had as many surveys as it may",
        "no_consent": "Has not agreed to be written to",
        "touch_budget": "No room in the touch budget in time",
        "too_late": "Could not go out in time",
        "nobody": "The account has no people",
        "retired": "The survey was taken out of force",
        "undelivered": "The mail could not be delivered",
        "discarded": "One of us decided not to send it",
    }
)
"""Why somebody is not asked: `surveys.scoring.governance.HeldBack`."""
