"""Addresses of playbooks: read by everybody, built by CS ops."""

from django.urls import path

from playbooks.pages.builder import dry_run, editing, publishing, starting, texts, views

urlpatterns = [
    path("", views.playbooks, name="playbooks"),
    path("new/", editing.new, name="playbook_new"),
    path("text/", texts.take_text, name="playbook_text"),
    path("<int:playbook_id>/", views.playbook, name="playbook"),
    path("<int:playbook_id>/draft/", editing.begin, name="playbook_begin"),
    path("<int:playbook_id>/discard/", editing.discard, name="playbook_discard"),
    path("<int:playbook_id>/publish/", publishing.publish, name="playbook_publish"),
    path("<int:playbook_id>/versions/", publishing.versions, name="playbook_versions"),
    path("<int:playbook_id>/back/", publishing.back, name="playbook_back"),
    path("<int:playbook_id>/dry-run/", dry_run.dry_run, name="playbook_dry_run"),
    path("<int:playbook_id>/start/", starting.start, name="playbook_start"),
    path("<int:playbook_id>/retire/", publishing.retire, name="playbook_retire"),
    path("<int:playbook_id>/reviewed/", publishing.reviewed, name="playbook_reviewed"),
    path("<int:playbook_id>/text/", texts.export, name="playbook_export"),
    path("<int:playbook_id>/move/", editing.move, name="playbook_move"),
    path("<int:playbook_id>/remove/", editing.remove, name="playbook_remove"),
    path("<int:playbook_id>/take-back/", editing.take_back, name="playbook_take_back"),
    path("<int:playbook_id>/add/<slug:part>/", editing.add, name="playbook_add"),
    path("<int:playbook_id>/edit/<slug:part>/", editing.part, name="playbook_part"),
    path("<int:playbook_id>/edit/<slug:part>/<slug:key>/", editing.part, name="playbook_item"),
]
