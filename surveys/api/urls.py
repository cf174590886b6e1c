"""Addresses of surveys in the machine API."""

from django.urls import path

from surveys.api.views import (
    SurveyAnswersView,
    SurveyAnswerView,
    SurveyInvitationsView,
    SurveyInvitationView,
    SurveysView,
    SurveyView,
)

urlpatterns = [
    path("surveys/", SurveysView.as_view(), name="api_surveys"),
    path("surveys/<str:key>/", SurveyView.as_view(), name="api_survey"),
    path("survey_answers/", SurveyAnswersView.as_view(), name="api_survey_answers"),
    path("survey_answers/<int:answer_id>/", SurveyAnswerView.as_view(), name="api_survey_answer"),
    path("survey_invitations/", SurveyInvitationsView.as_view(), name="api_survey_invitations"),
    path(
        "survey_invitations/<int:invitation_id>/",
        SurveyInvitationView.as_view(),
        name="api_survey_invitation",
    ),
]
