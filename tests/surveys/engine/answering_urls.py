"""The platform with an address to answer at, for tests of what leads there."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.access import Right, requires
from cs_platform import urls as platform_urls


@requires(Right.OPEN)
def answering(request: HttpRequest, token: str) -> HttpResponse:
    raise AssertionError("nobody answers here")


urlpatterns = [
    path("answer-here/<str:token>/", answering, name="survey_answer"),
    *platform_urls.urlpatterns,
]
