"""What customers answered to surveys, in another tool or before."""

from accounts.catalogue import AnsweredMoment, AnswerKind
from accounts.intake.fields import Kind, RecordSpec, Type
from accounts.intake.specs.field_builders import EXTERNAL_ID, LEARNED, may, must, one_of, telling

SURVEY_ANSWERS = RecordSpec(
    Kind.SURVEY_ANSWERS,
    ("external_id",),
    (
        EXTERNAL_ID,
        telling("account", Type.ID, help_text="external id of the account; else by the e-mail"),
        may("email", Type.EMAIL, help_text="of who answered: a contact of the account"),
        may("contact", Type.ID, help_text="external id of who answered"),
        one_of("kind", AnswerKind, required=True, clearable=False),
        must("value", Type.INTEGER, max_value=10, help_text="as it was given"),
        must("answered_at", Type.PAST_MOMENT),
        may("highest", Type.INTEGER, min_value=5, max_value=10, help_text="CSAT: 5 or 7"),
        may("is_reversed", Type.BOOLEAN, help_text="CES where 1 is very easy"),
        may("survey", Type.KEY, max_length=40, help_text="which survey; else that of its kind"),
        one_of("moment", AnsweredMoment, clearable=False, help_text="what it was asked after"),
        may("comment", Type.TEXT, max_length=4_000, help_text="in their own words"),
        LEARNED,
    ),
    alternatives=(("account", "email"),),
)
