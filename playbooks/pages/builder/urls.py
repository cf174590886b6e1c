"""Addresses of playbooks: read by everybody, built by CS ops."""

from django.urls import path

from playbooks.pages.builder import bulk_start, drafts, dry_run, publication, texts, views

urlpatterns = [
    path("", views.playbooks, name="playbooks"),
    path("new/", drafts.new, name="playbook_new"),
    path("text/", texts.take_text, name="playbook_text"),
    path("<int:playbook_id>/", views.playbook, name="playbook"),
    path("<int:playbook_id>/draft/", drafts.begin, name="playbook_begin"),
    path("<int:playbook_id>/discard/", drafts.discard, name="playbook_discard"),
    path("<int:playbook_id>/publish/", publication.publish, name="playbook_publish"),
    path("<int:playbook_id>/versions/", publication.versions, name="playbook_versions"),
    path("<int:playbook_id>/back/", publication.back, name="playbook_back"),
    path("<int:playbook_id>/dry-run/", dry_run.dry_run, name="playbook_dry_run"),
    path("<int:playbook_id>/start/", bulk_start.start, name="playbook_start"),
    path("<int:playbook_id>/retire/", publication.retire, name="playbook_retire"),
    path("<int:playbook_id>/reviewed/", publication.reviewed, name="playbook_reviewed"),
    path("<int:playbook_id>/text/", texts.export, name="playbook_export"),
    path("<int:playbook_id>/move/", drafts.move, name="playbook_move"),
    path("<int:playbook_id>/remove/", drafts.remove, name="playbook_remove"),
    path("<int:playbook_id>/take-back/", drafts.take_back, name="playbook_take_back"),
    path("<int:playbook_id>/add/<slug:part>/", drafts.add, name="playbook_add"),
    path("<int:playbook_id>/edit/<slug:part>/", drafts.part, name="playbook_part"),
    path("<int:playbook_id>/edit/<slug:part>/<slug:key>/", drafts.part, name="playbook_item"),
]
