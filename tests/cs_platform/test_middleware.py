"""What every answer passes through."""

import gzip

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.models import Installation
from accounts.models import installation as installation_module
from cs_platform.runtime import middleware, refusals
from cs_platform.wsgi import application
from tests.accounts.bulk import is_problem


def test_healthz_answers_without_a_database_query(client: Client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_is_ready_and_says_that_the_dispatcher_is_silent(client: Client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "warnings": ["the dispatcher is silent"]}


@pytest.mark.parametrize("query", ["q=%00", "q=%ff", "q=%ed%a0%80", "%00=1"])
def test_text_that_is_none_is_refused_in_the_address(client: Client, query: str):
    assert client.get(f"/healthz?{query}").status_code == 400


@pytest.mark.parametrize("query", ["q=%C3%A9t%C3%A9", "q=a+b", "q=%F0%9F%9A%80", ""])
def test_text_in_any_language_passes(client: Client, query: str):
    assert client.get(f"/healthz?{query}").status_code == 200


@pytest.mark.django_db
def test_a_person_who_is_refused_gets_a_page_that_leads_on(client: Client):
    answer = client.get("/healthz?q=%00", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 400
    assert "We could not read that request" in answer.content.decode()


def test_text_that_is_none_is_refused_in_a_form(client: Client):
    assert client.post("/healthz", {"name": "a\0b"}).status_code == 400
    assert client.post("/healthz", {"name": "a b"}).status_code == 405


@pytest.mark.parametrize("charset", ["hex", "rot13", "base64", "idna", "utf-16", "unheard-of"])
def test_no_header_chooses_the_codec_of_an_address_or_a_form(charset: str):
    form = b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n\xc3\xa9t\xc3\xa9\r\n--x--\r\n'
    sent = RequestFactory().generic(
        "POST", "/?q=%C3%A9", form, content_type="multipart/form-data; boundary=x"
    )
    announced = {"CONTENT_TYPE": f"multipart/form-data; boundary=x; charset={charset}"}
    request = application.request_class(sent.environ | announced)
    assert (request.GET["q"], request.POST["q"]) == ("é", "été")
    assert request.content_type == "multipart/form-data"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/today/", "/login/"])
@pytest.mark.parametrize("cookie", [r'sessionid="\000aaaaaaaaaaaa"', r'csrftoken="a\000b"'])
def test_a_cookie_that_is_no_text_is_as_if_it_had_not_been_sent(client, path, cookie):
    answer = client.get(path, HTTP_COOKIE=cookie)
    assert answer.status_code == client.get(path).status_code


LARGE = {"CONTENT_LENGTH": str(6 * 2**20)}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/imports/upload/", "/login/"])
@pytest.mark.parametrize("cookie", [{}, {"HTTP_COOKIE": "sessionid=nobodynobodynobody"}])
def test_a_large_form_of_anybody_is_refused_before_it_is_taken(client, path, cookie):
    answer = client.post(path, {"file": "x"}, **cookie, **LARGE)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/api/v1/bulk/accounts/", LARGE, 401, "not_authenticated"),
        ("/api/v1/bulk/accounts/", {"QUERY_STRING": "a=%00"}, 400, "address"),
        ("/api/v1/bulk/accounts/", {"HTTP_HOST": "elsewhere.example"}, 400, "host"),
        ("/api/v1/schema/", {}, 401, "not_authenticated"),
        ("/api/v1/nowhere", {}, 404, "not_found"),
        ("/api/v2/accounts/", {}, 404, "not_found"),
    ],
)
def test_the_api_answers_no_page_whatever_is_sent(client, path, headers, status, code):
    """A browser's headers and a form's content type change nothing."""
    answer = client.post(path, {"file": "x"}, **{"HTTP_ACCEPT": "text/html,*/*;q=0.8", **headers})
    assert is_problem(answer, status) == code


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(ValueError("ours"), 500, "error"), (OperationalError("gone"), 503, "unavailable")],
)
def test_an_error_that_nobody_expected_is_a_problem_below_the_api(error, status, code):
    request = RequestFactory(HTTP_ACCEPT="text/html").post("/api/v1/bulk/accounts/")
    try:
        raise error
    except (ValueError, OperationalError):
        answer = refusals.server_error(request)
    assert is_problem(answer, status) == code


@pytest.mark.django_db
def test_a_small_form_costs_no_look_at_the_session(django_assert_num_queries):
    refuse = middleware.RefuseLargeBodiesMiddleware(lambda request: HttpResponse())
    request = RequestFactory(HTTP_COOKIE="sessionid=nobody").post("/imports/upload/", {"file": "x"})
    with django_assert_num_queries(0):
        assert refuse(request).status_code == 200


def test_every_answer_limits_the_browser(client: Client):
    headers = client.get("/healthz").headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none';"
        " base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_view_whose_database_is_gone_answers_503_and_when_to_come_back():
    refuse = middleware.DatabaseUnavailableMiddleware(lambda request: HttpResponse())
    answer = refuse.process_exception(HttpRequest(), OperationalError("gone"))
    assert answer is not None
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert refuse.process_exception(HttpRequest(), ValueError("ours")) is None


def test_a_middleware_whose_database_is_gone_answers_503():
    try:
        raise OperationalError("gone")
    except OperationalError:
        answer = refusals.server_error(RequestFactory().get("/"))
    assert answer.status_code == 503


@pytest.mark.django_db
def test_the_installation_is_read_once_within_a_request_and_afresh_in_the_next(
    django_assert_num_queries,
):
    with Installation.read_once(), django_assert_num_queries(1):
        before = Installation.current().name
        assert Installation.current().name == before
    Installation.objects.update_or_create(pk=1, defaults={"name": "Renamed"})
    with Installation.read_once():
        assert Installation.current().name == "Renamed"
    with django_assert_num_queries(2):  # outside of a request nothing is kept
        Installation.current()
        Installation.current()


@pytest.mark.django_db
def test_a_change_within_a_request_is_seen_in_it():
    with Installation.read_once():
        row = Installation.current()
        row.name = "Renamed here"
        row.save()
        assert Installation.current().name == "Renamed here"


def test_one_request_never_sees_what_another_read(client: Client):
    """Each runs in a context of its own, also when it ends in an error."""
    kept = []

    def view(request: HttpRequest) -> HttpResponse:
        kept.append(Installation(name="mine"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        middleware.OneInstallationMiddleware(view)(RequestFactory().get("/"))
    assert kept
    assert installation_module._read_once.get() is None


def test_a_page_is_compressed_for_whoever_takes_it(client: Client, db):
    plain = client.get("/login/")
    packed = client.get("/login/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert b"Sign in" in gzip.decompress(packed.content)
    assert len(packed.content) < len(plain.content) / 2
