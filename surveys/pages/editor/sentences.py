"""What a survey does, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext, ngettext

from accounts.ui.formats import language
from surveys.catalogue import KIND_WORDS, MOMENT_WORDS, RECIPIENT_WORDS, Delivery
from surveys.library.definition import SurveyDefinition


def sentences(survey: SurveyDefinition) -> list[str]:
    return list(_sentences_of(survey))


def _sentences_of(survey: SurveyDefinition) -> Iterator[str]:
    kind = gettext(KIND_WORDS.label(survey.kind))
    if survey.is_scored:
        scale = {"kind": kind, "low": survey.lowest, "high": survey.highest}
        yield gettext("%(kind)s, from %(low)s to %(high)s.") % scale
    else:
        yield gettext("No score: words alone.")
    if survey.is_reversed:
        yield gettext("The lowest answer is the best.")
    when = gettext(MOMENT_WORDS.label(survey.moment))
    if survey.event_kind:
        when = f"{when} ({survey.event_kind})"
    yield gettext("Asked: %(when)s.") % {"when": when}
    if survey.delay_hours:
        yield ngettext(
            "Sent %(hours)s hour after that.",
            "Sent %(hours)s hours after that.",
            survey.delay_hours,
        ) % {"hours": survey.delay_hours}
    yield gettext("Asks: %(whom)s.") % {"whom": gettext(RECIPIENT_WORDS.label(survey.recipients))}
    in_app = survey.delivery is Delivery.IN_APP
    yield gettext("Shown in the product.") if in_app else gettext("Sent by e-mail.")
    if survey.needs_consent:
        yield gettext("Only to people who agreed to be written to.")
    if survey.audience:
        yield gettext("Only accounts of the audience %(key)s.") % {"key": survey.audience}
    yield ngettext(
        "Can be answered for %(days)s day.",
        "Can be answered for %(days)s days.",
        survey.expires_days,
    ) % {"days": survey.expires_days}
    yield gettext("Languages: %(codes)s.") % {"codes": ", ".join(map(language, survey.texts))}
