"""A session that has run out: where the log-in leads back to, and what is said."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import Installation, User
from tests.page_house import DAY, add_task
from tests.permission_house import build_house

PASSWORD = "demo-demo-demo"
HERE = "http://testserver"
PAGE = {"Accept": "text/html"}
PART = {"HX-Request": "true"}


@pytest.fixture
def house(db):
    Installation.objects.update_or_create(pk=1, defaults={"name": "Acme", "as_of": DAY})
    house = build_house()
    for person in User.objects.all():
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return house


@pytest.fixture
def task(house):
    return add_task(house.accounts["own"], house.people["csm"], title="Call the buyer")


def sign_in(client, name="csm"):
    form = {"login": f"{name}@demo.example", "password": PASSWORD}
    return client.post(reverse("login"), form)


def expire():
    Session.objects.all().delete()


@pytest.fixture
def expired(client, house):
    """The browser of the CSM, left open overnight."""
    sign_in(client)
    expire()
    return client


def way_back(response):
    """Where the log-in leads."""
    address = response.headers.get("HX-Redirect") or response.headers["Location"]
    assert urlsplit(address).path == reverse("login")
    return parse_qs(urlsplit(address).query).get("next", [""])[0]


def test_a_page_comes_back_to_itself(expired):
    assert way_back(expired.get("/portfolio/?q=fine")) == "/portfolio/?q=fine"


def test_a_part_comes_back_to_the_page_it_was_asked_from(expired):
    headers = PART | {"HX-Current-URL": f"{HERE}/portfolio/?q=fine"}
    answer = expired.get("/portfolio/?q=finely", headers=headers)
    assert (answer.status_code, way_back(answer)) == (401, "/portfolio/?q=fine")


def test_a_form_comes_back_to_the_page_it_stands_on(expired, task):
    address = reverse("task_complete", args=[task.pk])
    sent = expired.post(address, {"note": "x"}, headers=PAGE | {"Referer": f"{HERE}/today/"})
    assert way_back(sent) == "/today/"


ELSEWHERE = (
    "https://evil.example/today/",
    "http://testserver.evil.example/today/",
    f"{HERE}//evil.example/",
    f"{HERE}/\\evil.example/",
    "null",
    "/today/",
    "",
)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_form_sent_from_elsewhere_comes_back_to_the_page_of_its_action(expired, task, address):
    headers = PAGE | {"Referer": address}
    sent = expired.post(reverse("task_complete", args=[task.pk]), {"note": "x"}, headers=headers)
    assert way_back(sent) == f"/tasks/{task.pk}/"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_a_part_asked_for_from_elsewhere_comes_back_to_its_own_page(expired, address):
    answer = expired.get("/portfolio/?q=x", headers=PART | {"HX-Current-URL": address})
    assert way_back(answer) == "/portfolio/?q=x"


@pytest.mark.parametrize("how", ["get", "post"])
def test_the_way_back_is_never_an_address_that_is_only_posted_to(expired, how):
    """A refused form without JavaScript stands at the address it was posted to."""
    action = reverse("account_override", args=["acc-own"])
    headers = PAGE | ({"Referer": f"{HERE}{action}"} if how == "post" else {})
    assert way_back(getattr(expired, how)(action, headers=headers)) == "/accounts/acc-own/health/"


def test_forms_of_the_admin_come_back_too(client, house):
    sign_in(client, "ops")
    expire()
    address = reverse("admin:accounts_holiday_add")
    sent = client.post(address, {"name": "Easter"}, headers=PAGE | {"Referer": f"{HERE}{address}"})
    assert way_back(sent) == address


def test_who_lacks_the_right_after_the_log_in_gets_the_usual_answer(expired):
    back = way_back(expired.get("/ops/"))
    assert sign_in(expired).status_code == 302
    assert (back, expired.get(back).status_code) == ("/ops/", 403)


def test_signing_out_twice_ends_at_the_log_in(expired):
    answer = expired.post(reverse("logout"), headers=PAGE | {"Referer": f"{HERE}/today/"})
    assert answer.headers["Location"] == reverse("login")
    assert "signed out before" not in expired.get(reverse("login")).content.decode()


def test_a_step_without_anything_typed_is_said_to_be_undone(client, house):
    sign_in(client, "ops")
    expire()
    client.post(reverse("ops_invariants_ask"), headers=PAGE)
    page = client.get(reverse("login")).content.decode()
    assert "You were signed out, so your last step was not done." in page
    assert "your last step" not in client.get(reverse("login")).content.decode()


def test_what_a_script_tells_by_the_way_leaves_no_word(expired):
    expired.post(reverse("notifications_read"), {"id": "1"}, headers={"Accept": "*/*"})
    assert "signed out" not in expired.get(reverse("login")).content.decode()


def test_a_method_that_a_page_does_not_take_ends_on_a_page_with_a_way_on(client, house):
    sign_in(client)
    refused = client.post("/today/", headers=PAGE)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")
    page = refused.content.decode()
    assert 'class="rail"' in page
    assert 'href="/"' in page
    assert client.post("/healthz").content == b""


class TestAFormOlderThanTheLogIn:
    """Django gives forms a new token at each log-in: those of other tabs are older."""

    @pytest.fixture
    def browser(self, house):
        browser = Client(enforce_csrf_checks=True)
        self.log_in(browser)
        return browser

    def log_in(self, browser):
        token = self.token(browser, reverse("login"))
        form = {"login": "csm@demo.example", "password": PASSWORD, "csrfmiddlewaretoken": token}
        assert browser.post(reverse("login"), form).status_code == 302

    def token(self, browser, address):
        return browser.get(address).context["csrf_token"]

    def send(self, browser, task, *, token, **headers):
        form = {"outcome": "reached", "note": "They <b>bought</b>", "csrfmiddlewaretoken": token}
        return browser.post(reverse("task_complete", args=[task.pk]), form, headers=headers)

    @pytest.fixture
    def stale(self, browser, task):
        """The token of a form in another tab."""
        token = self.token(browser, f"/tasks/{task.pk}/")
        expire()
        self.log_in(browser)
        return str(token)

    def test_it_is_offered_again(self, browser, task, stale):
        sent = self.send(browser, task, token=stale, Origin=HERE, Accept="text/html")
        assert (sent.status_code, sent.headers["Location"]) == (302, reverse("unsaved"))
        page = browser.get(reverse("unsaved")).content.decode()
        assert "They &lt;b&gt;bought&lt;/b&gt;" in page
        assert stale not in page

    def test_refused_once_more_it_is_offered_once(self, browser, task, stale):
        self.send(browser, task, token=stale, Origin=HERE, Accept="text/html")
        (kept,) = browser.session["unsaved"]
        form = {"note": "They bought", "unsaved": kept["id"], "csrfmiddlewaretoken": stale}
        browser.post(kept["action"], form, headers={"Origin": HERE, "Accept": "text/html"})
        (again,) = browser.session["unsaved"]
        assert again["fields"] == [["note", "They bought"]]

    def test_so_is_a_part(self, browser, task, stale):
        sent = self.send(browser, task, token=stale, Origin=HERE, **PART)
        assert (sent.status_code, sent.headers["HX-Redirect"]) == (401, reverse("unsaved"))

    def test_after_another_session_it_waits_for_the_log_in(self, browser, task, stale):
        expire()
        headers = {"Origin": HERE, "Referer": f"{HERE}/today/", "Accept": "text/html"}
        assert way_back(self.send(browser, task, token=stale, **headers)) == "/today/"

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
    def test_nothing_of_another_site_is_ever_offered(self, browser, task, stale, origin):
        sent = self.send(browser, task, token=stale, Origin=origin, Accept="text/html")
        assert sent.status_code == 403
        assert "bought" not in sent.content.decode()
        assert "bought" not in browser.get(reverse("unsaved")).content.decode()

    def test_a_step_without_anything_typed_comes_back_to_its_page(self, browser, house, stale):
        form, headers = {"csrfmiddlewaretoken": stale}, {"Origin": HERE, "Accept": "text/html"}
        sent = browser.post(reverse("notifications_read"), form, headers=headers)
        assert sent.headers["Location"] == reverse("notifications")
        page = browser.get(reverse("notifications")).content.decode()
        assert "older than your last log-in" in page

    def test_a_second_log_in_leads_on(self, browser, stale):
        form = {"login": "csm@demo.example", "password": PASSWORD, "csrfmiddlewaretoken": stale}
        sent = browser.post(reverse("login"), form, headers={"Origin": HERE})
        assert (sent.status_code, sent.headers["Location"]) == (302, "/")

    def test_without_any_cookie_the_page_shows_what_was_typed(self, task, stale):
        stranger = Client(enforce_csrf_checks=True)
        sent = self.send(stranger, task, token=stale, Origin=HERE, Accept="text/html")
        assert sent.status_code == 403
        assert "They &lt;b&gt;bought&lt;/b&gt;" in sent.content.decode()
        assert Session.objects.count() == 1
