"""Addresses below /imports/."""

from django.urls import path

from accounts.pages.imports import file as imports_file
from accounts.pages.imports import overlaps as imports_overlaps
from accounts.pages.imports import run as imports_run
from accounts.pages.imports import views as imports

urlpatterns = [
    path("", imports.imports, name="imports"),
    path("upload/", imports.upload, name="imports_upload"),
    path("examples/<slug:kind>.csv", imports.example, name="imports_example"),
    path("files/<int:file_id>/", imports_file.file, name="imports_file"),
    path("files/<int:file_id>/encoding/", imports_file.encoding, name="imports_encoding"),
    path("files/<int:file_id>/sheet/", imports_file.sheet, name="imports_sheet"),
    path("files/<int:file_id>/discard/", imports_file.discard, name="imports_discard"),
    path("files/<int:file_id>/check/", imports_file.check, name="imports_check"),
    path("files/<int:file_id>/overlaps/", imports_overlaps.answer, name="imports_overlaps"),
    path("files/<int:file_id>/start/", imports_file.start, name="imports_start"),
    path("<int:run_id>/", imports_run.run, name="imports_run"),
    path("<int:run_id>/to-fix.csv", imports_run.errors, name="imports_errors"),
    path("<int:run_id>/retry/", imports_run.retry, name="imports_retry"),
    path("<int:run_id>/go-on/", imports_run.go_on, name="imports_go_on"),
    path("<int:run_id>/records/<int:position>/", imports_run.record, name="imports_record"),
]
