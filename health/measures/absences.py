"""Reasons for having no value that several components' measures share."""

from health.measures.definition import Absence

NO_INTERACTIONS = Absence(
    "no interaction was ever delivered to the installation",
    lambda facts: ~facts.interactions.connected,
)
NO_EVENTS = Absence(
    "no business event was ever delivered to the installation",
    lambda facts: ~facts.events.connected,
)
NO_USAGE = Absence(
    "no usage was ever delivered to the installation", lambda facts: ~facts.usage.connected
)
NO_CORE = Absence("its plan has no core feature", lambda facts: ~(facts.usage.core_in_plan > 0))
NO_SEATS = Absence("seats unknown", lambda facts: ~(facts.profile.seats > 0))
NO_ACTIVITY = Absence(
    "no active day was ever delivered to the installation",
    lambda facts: ~facts.activity.connected,
)
NO_TICKETS = Absence(
    "no ticket was ever delivered to the installation", lambda facts: ~facts.support.connected
)
