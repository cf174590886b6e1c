"""Addresses of surveys as CS ops keep them."""

from django.urls import URLPattern, path

from surveys.pages.editor import drafts, forecast, publication, views
from surveys.pages.editor.started import StartedBySignals


def survey_paths(started: StartedBySignals) -> list[URLPattern]:
    """`started`: which playbooks answers start; surveys know of none."""
    return [
        path("", views.surveys, name="surveys_editor"),
        path("new/", drafts.new, name="survey_new"),
        path("forecast/", forecast.survey_forecast, name="survey_forecast"),
        path("<int:survey_id>/", drafts.survey, {"started": started}, name="survey_version"),
        path("<int:survey_id>/text/<str:code>/", drafts.text, name="survey_text"),
        path("<int:survey_id>/languages/", drafts.languages, name="survey_languages"),
        path("<int:survey_id>/yaml/", drafts.yaml_text, name="survey_yaml"),
        path("<int:survey_id>/versions/", publication.versions, name="survey_versions"),
        path("<int:survey_id>/begin/", publication.begin, name="survey_begin"),
        path("<int:survey_id>/take-back/", publication.take_back, name="survey_take_back"),
        path("<int:survey_id>/discard/", publication.discard, name="survey_discard"),
        path("<int:survey_id>/publish/", publication.publish, name="survey_publish"),
        path("<int:survey_id>/retire/", publication.retire, name="survey_retire"),
        path("<int:survey_id>/back/", publication.back, name="survey_back"),
    ]
