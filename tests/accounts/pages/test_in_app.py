"""The page of in-app messages, its products in admin, and the pages on which to see one."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import InAppSite, OutboxMessage, Source
from tests.accounts.test_in_app import ask, tell
from tests.fresh_sign_in import sign_in_freshly
from tests.in_app import make_person, make_site, sign, wait_in_product
from tests.permission_house import House, build_house


@pytest.fixture
def house(db) -> House:
    return build_house()


@pytest.fixture
def ops(client, house) -> Client:
    sign_in_freshly(client, house.people["ops"])
    return client


def words(response) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", text)


def test_without_a_product_the_page_says_that_nobody_sees_anything(ops):
    said = words(ops.get(reverse("in_app")))
    assert "Until a product has a secret, messages wait and nobody sees them." in said
    assert "/in-app/v1/in_app.js" in said


def test_the_page_names_products_and_each_count_opens_its_messages(ops, house):
    now = datetime.now(UTC)
    make_site()
    make_site("desk", sealed_secret="sealed by another key")
    bo = make_person(house.accounts["own"])
    for number in range(3):
        wait_in_product(bo, f"k{number}", now=now, subject=f"News {number}")
    OutboxMessage.objects.filter(key="k0").update(state="sent", sent_at=now, dismissed_at=now)
    OutboxMessage.objects.filter(key="k1").update(state="suppressed", reason="old")
    response = ops.get(reverse("in_app"))
    assert "https://app.acme.example" in words(response)
    assert "SECRET_KEY has changed" in words(response)
    for figure, subject in zip(response.context["figures"], (2, 0, 1), strict=True):
        listed = ops.get(figure.href)
        assert (figure.count, [row.subject for row in listed.context["found"]]) == (
            1,
            [f"News {subject}"],
        )
    assert "dismissed" in words(ops.get(response.context["figures"][1].href))
    row = OutboxMessage.objects.get(key="k0")
    assert "First shown in the product" in words(ops.get(reverse("mail", args=[row.pk])))


def test_a_product_is_added_its_secret_shown_once_and_proves(ops, house):
    make_person(house.accounts["own"])
    Source.objects.create(key="shop", name="Shop")
    form = {"source": "shop", "origins": " https://APP.acme.example:443/\nhttp://localhost:3000 "}
    answer = ops.post(reverse("admin:accounts_inappsite_add"), form | {"is_active": "on"})
    (secret,) = re.findall(r"<code>(in_app_[^<]+)</code>", answer.content.decode())
    site = InAppSite.objects.get()
    assert site.origins == ["https://app.acme.example", "http://localhost:3000"]
    assert secret not in site.sealed_secret
    assert ask(sign(secret)).status_code == 200
    assert secret not in ops.get(reverse("admin:accounts_inappsite_change", args=[site.pk])).text

    rolled = ops.post(
        reverse("admin:accounts_inappsite_changelist"),
        {"action": "roll_selected", "_selected_action": [site.pk]},
    )
    (newer,) = re.findall(r"<code>(in_app_[^<]+)</code>", rolled.content.decode())
    assert [ask(sign(each)).status_code for each in (secret, newer)] == [200, 200]


@pytest.mark.parametrize(
    "origin",
    [
        "app.acme.example",
        "http://app.acme.example",
        "https://app.acme.example/shop",
        "https://",
        "https://app.acme.example:99999",
        "https://[",
        "*",
        "javascript:alert(1)",
        "https://me@app.acme.example",
    ],
)
def test_what_is_no_origin_is_refused_with_advice(ops, origin):
    form = {"source": "direct", "origins": origin, "is_active": "on"}
    answer = ops.post(reverse("admin:accounts_inappsite_add"), form)
    assert "write it as https://app.example.com" in words(answer)
    assert not InAppSite.objects.exists()


def test_a_message_is_tried_on_a_page_and_nothing_is_noted(ops):
    page = ops.get(reverse("in_app_try"), {"subject": "Hello", "body": "See https://a.example"})
    (token,) = re.findall(r'data-token="([^"]+)"', page.content.decode())
    headers = {"Authorization": f"Bearer {token}"}
    answer = ops.get("/in-app/try/messages", headers=headers)
    assert json.loads(answer.content) == {
        "messages": [
            {
                "id": 0,
                "subject": "Hello",
                "body": [["See ", ""], ["https://a.example", "https://a.example"]],
            }
        ]
    }
    assert ops.post("/in-app/try/messages/0/shown", headers=headers).status_code == 204
    assert ops.get("/in-app/try/in_app.js").content == ops.get("/in-app/v1/in_app.js").content
    assert not OutboxMessage.objects.exists()


def test_in_the_demo_a_person_for_whom_one_waits_sees_it(ops, house, settings):
    make_site()
    bo = make_person(house.accounts["own"])
    row = wait_in_product(bo, now=datetime.now(UTC))
    assert ops.get(reverse("in_app_example")).status_code == 404
    settings.DEMO = True
    page = ops.get(reverse("in_app_example"))
    (token,) = re.findall(r'data-token="([^"]+)"', page.content.decode())
    assert [each["id"] for each in ask(token, origin="").json()["messages"]] == [row.pk]
    assert "Signed in as Bo" in words(page)
    assert ops.get(reverse("in_app_example"), {"person": "x"}).status_code == 200


def test_messages_of_accounts_out_of_sight_are_on_no_page(client, house):
    make_site()
    zoe = make_person(house.accounts["other"], "Zoe")
    row = wait_in_product(zoe, now=datetime.now(UTC))
    sign_in_freshly(client, house.people["csm"])
    assert client.get(reverse("mails"), {"view": "planned"}).context["found"] == []
    assert client.get(reverse("mail", args=[row.pk])).status_code == 404
    account = house.accounts["other"].external_id
    assert tell(row, "shown", user="u-zoe", account=account) == 204
