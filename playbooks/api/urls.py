"""Addresses of plays and tasks in the machine API."""

from django.urls import path

from playbooks.api.views import (
    PlaysView,
    PlayView,
    StartPlayView,
    TaskActionView,
    TasksView,
    TaskView,
)

urlpatterns = [
    path("plays/", PlaysView.as_view(), name="api_plays"),
    path("plays/start/", StartPlayView.as_view(), name="api_play_start"),
    path("plays/<int:play_id>/", PlayView.as_view(), name="api_play"),
    path("tasks/", TasksView.as_view(), name="api_tasks"),
    path("tasks/<int:task_id>/", TaskView.as_view(), name="api_task"),
    path("tasks/<int:task_id>/<slug:action>/", TaskActionView.as_view(), name="api_task_act"),
]
