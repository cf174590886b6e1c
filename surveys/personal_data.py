"""Which columns of surveys can name a contact (see accounts.personal_data)."""

from accounts.personal_data import PersonalData

PERSONAL_DATA = PersonalData(
    account_texts=(
        "surveys.FollowUp.drop_reason",
        "surveys.FollowUp.what_changed",
        "surveys.Response.comment",
        "surveys.Response.further",
    ),
    impersonal_columns=(
        "surveys.Invitation.asked_by",
        "surveys.Invitation.key",
        "surveys.Invitation.nonce",
        "surveys.Invitation.occasion",
        "surveys.Invitation.reason",
        "surveys.Response.external_id",
        "surveys.Response.survey_key",
        "surveys.Survey.event_kind",
        "surveys.Survey.further",
        "surveys.Survey.name",
        "surveys.Survey.reason",
        "surveys.Survey.texts",
        "surveys.SurveyBaseline.survey_key",
        "surveys.SurveyBranding.logo",
        "surveys.SurveyBranding.name",
        "surveys.SurveyBranding.privacy_url",
        "surveys.SurveyPolicy.rhythm",
    ),
)
