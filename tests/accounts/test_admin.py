"""CS ops' room: people get in, keys are shown once, rates are set, money reads as money."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.admin.people import FORGOTTEN
from accounts.keys import create_key, digest_of, find_key
from accounts.loading.due_ledgers import derive_overdue
from accounts.models import (
    Account,
    ApiKey,
    Contract,
    CurrencyRate,
    Function,
    Installation,
    RevenueMovement,
    Team,
    TeamMember,
    User,
)
from accounts.work import outbox
from tests.accounts.loading import NOW, account, contract, load_raw
from tests.fresh_sign_in import sign_in_freshly

TODAY = date(2026, 11, 28)
PASSWORD = "a long enough passphrase"


@pytest.fixture
def ola(db):
    return User.objects.create_user("ola@example.test", PASSWORD, name="Ola Ops", role="ops")


@pytest.fixture
def ops(client, ola):
    sign_in_freshly(client, ola)
    return client


@pytest.fixture
def yen(db):
    account = Account.objects.create(
        external_id="acc-1", name="Tannwald", currency="JPY", arr_minor=1_170_000
    )
    Contract.objects.create(
        account=account,
        external_id="c-1",
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 1, 1),
        arr_minor=1_170_000,
        currency="JPY",
        learned_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return account


def at(name, *args):
    return reverse(f"admin:accounts_{name}", args=args)


def text(response):
    return response.content.decode()


def test_a_new_person_gets_a_role_and_a_way_in(ops, settings):
    team = Team.objects.create(name="North")
    form = {"name": "Nia New", "email": "nia@example.test", "role": "csm", "team": team.pk}
    said = text(ops.post(at("user_add"), form, follow=True))
    nia = User.objects.get(email="nia@example.test")

    assert (nia.role, nia.team, nia.has_usable_password()) == ("csm", team, False)
    assert "Nia New is written to at nia@example.test" in said
    assert f">{FORGOTTEN}<" in text(Client().get("/login/"))
    outbox.send_due(now=datetime.now(UTC))
    (message,) = mail.outbox
    assert message.to == ["nia@example.test"]
    assert "Ola" in message.body


def test_a_new_person_without_a_role_is_refused(ops):
    refused = text(ops.post(at("user_add"), {"name": "Nia", "email": "nia@example.test"}))

    assert "This field is required." in refused
    assert not User.objects.filter(email="nia@example.test").exists()


def test_nothing_of_a_hash_is_shown(ops, ola):
    page = text(ops.get(at("user_change", ola.pk)))

    assert "Set. People set a new one" in page
    for part in ola.password.split("$"):
        assert part not in page


def test_a_person_is_changed_without_touching_the_password(ops, ola):
    mira = User.objects.create_user("mira@example.test", PASSWORD, name="Mira", role="csm")
    form = {"name": "Mira Q", "email": mira.email, "role": "manager", "is_active": "on"}
    ops.post(at("user_change", mira.pk), form)

    before, mira = mira.password, User.objects.get(pk=mira.pk)
    assert (mira.name, mira.role, mira.password) == ("Mira Q", "manager", before)


def test_a_key_is_shown_once_and_kept_as_its_hash(ops, ola):
    form = {"name": "Warehouse", "scopes": ["ingest:usage", "ingest:tickets"], "days": "30"}
    said = text(ops.post(at("apikey_add"), form, follow=True))
    token = re.search(r"cs_live_[\w-]+", said)[0]
    key = ApiKey.objects.get()

    assert (key.name, key.scopes) == ("Warehouse", ["ingest:tickets", "ingest:usage"])
    assert key.digest == digest_of(token)
    assert key.expires_at - key.created_at == timedelta(days=30)
    assert find_key(token, now=datetime.now(UTC)) == key
    assert "not shown again" in said
    for page in (at("apikey_changelist"), at("apikey_change", key.pk)):
        shown = text(ops.get(page))
        assert token not in shown
        assert key.digest not in shown


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["ingest:moon"]}, "Select a valid choice."),
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "366"}, "less than or equal to 365"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(ops, change, says):
    form = {"name": "Warehouse", "scopes": ["ingest:usage"], "days": "30"} | change

    assert says in text(ops.post(at("apikey_add"), form))
    assert not ApiKey.objects.exists()


def test_keys_are_revoked_never_changed_or_deleted(ops):
    ops.post(at("apikey_add"), {"name": "Old", "scopes": ["ingest:*"], "days": "30"})
    key = ApiKey.objects.get()
    chosen = {"action": "revoke_selected", "_selected_action": [key.pk]}
    ops.post(at("apikey_changelist"), chosen)

    key.refresh_from_db()
    assert key.revoked_at
    assert ops.post(at("apikey_change", key.pk), {"name": "New"}).status_code == 403
    assert ops.post(at("apikey_delete", key.pk), {"post": "yes"}).status_code == 403


def test_a_new_key_stands_in_its_own_page_and_in_no_cookie(ops):
    form = {"name": "Warehouse", "scopes": ["ingest:usage"], "days": "365"}
    answer = ops.post(at("apikey_add"), form)
    token = re.search(r"cs_live_[\w-]{20,}", text(answer))[0]
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert not [cookie for cookie in ops.cookies.values() if token in cookie.OutputString()]
    assert "messages" not in answer.cookies
    assert token not in text(ops.get(at("apikey_changelist")))


@pytest.mark.parametrize(("action", "days"), [("roll_for_a_day", 1), ("roll_for_a_week", 7)])
def test_a_key_is_rolled_with_an_overlap(ops, action, days):
    now = datetime.now(UTC)
    old, _token = create_key(name="Warehouse", scopes=["ingest:usage"], now=now)
    chosen = {"action": action, "_selected_action": [old.pk]}
    shown = text(ops.post(at("apikey_changelist"), chosen))
    new = ApiKey.objects.get(replaces=old)
    token = re.search(r"cs_live_[\w-]{20,}", shown)[0]
    assert find_key(token, now=now) == new
    old.refresh_from_db()
    assert timedelta(0) <= old.expires_at - now - timedelta(days=days) < timedelta(hours=1)

    again = text(ops.post(at("apikey_changelist"), chosen, follow=True))
    assert f"has been rolled already: roll Warehouse ({new.prefix}…) instead" in again


def test_only_ops_makes_keys(client, db):
    eva = User.objects.create_user("eva@example.test", "x", name="Eva", role="manager")
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(at("apikey_add"), follow=True).status_code == 403


def test_a_rate_is_added_and_corrected(ops):
    form = {"base": "USD", "currency": "EUR", "rate": "1.08", "valid_from": "2026-01-01"}
    ops.post(at("currencyrate_add"), form)
    rate = CurrencyRate.objects.get()
    ops.post(at("currencyrate_change", rate.pk), {"rate": "1.09", "currency": "CHF"})

    rate.refresh_from_db()
    assert (rate.currency, rate.rate) == ("EUR", Decimal("1.09"))
    assert "EUR" in text(ops.get(at("currencyrate_changelist")))
    assert 'value="USD"' in text(ops.get(at("currencyrate_add"), {"currency": "CHF"}))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rate": "0"}, "A rate is above 0."),
        ({"rate": "-1"}, "A rate is above 0."),
        ({"currency": "USD"}, "A currency needs no rate into itself."),
        ({"currency": "EURO"}, "at most 3 characters"),
        ({"currency": "QQQ"}, "QQQ is no currency code of ISO 4217."),
        ({"currency": "CHF"}, "has a rate from that day on already"),
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(ops, change, says):
    CurrencyRate.objects.create(base="USD", currency="CHF", rate=1, valid_from=date(2026, 1, 1))
    form = {"base": "USD", "currency": "EUR", "rate": "1.08", "valid_from": "2026-01-01"} | change

    assert says in text(ops.post(at("currencyrate_add"), form))
    assert CurrencyRate.objects.count() == 1


INSTALLATION = {
    "name": "Acme",
    "time_zone": "UTC",
    "language": "en",
    "visibility": "team",
    "overdue_grace_days": "30",
    "working_days": ["1", "2", "3", "4", "5"],
    "opens_at": "09:00",
    "closes_at": "18:00",
    "renewal_lead": "csm",
    "expansion_lead": "account_executive",
}


@pytest.mark.parametrize("code", ["ZZZ", "XXY", "usd", "EU"])
def test_reports_convert_into_a_currency_that_exists(ops, code):
    said = text(ops.post(at("installation_change", 1), INSTALLATION | {"currency": code}))
    assert f"{code} is no currency code of ISO 4217. Write one in capitals, such as EUR." in said
    assert Installation.current().currency == "USD"


@pytest.mark.parametrize(
    ("typed", "stored"), [("German", "de"), ("PT_br", "pt-BR"), ("English (UK)", "en-GB")]
)
def test_the_language_of_customers_is_stored_as_its_code(ops, typed, stored):
    form = INSTALLATION | {"currency": "USD", "language": typed}
    assert ops.post(at("installation_change", 1), form).status_code == 302
    assert Installation.current().language == stored


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Klingonese", "“Klingonese” is not a language. Write a code such as en, de or pt-BR."),
        ("", "This field is required."),
    ],
)
def test_the_installation_speaks_a_language(ops, typed, says):
    form = INSTALLATION | {"currency": "USD", "language": typed}
    assert says in text(ops.post(at("installation_change", 1), form))
    assert Installation.current().language == "en"


def test_a_new_currency_names_what_nothing_brings_into_it(ops, yen):
    Account.objects.create(external_id="acc-2", name="Bolt", currency="USD")
    CurrencyRate.objects.create(base="EUR", currency="USD", rate=1, valid_from=date(2026, 1, 1))
    form = INSTALLATION | {"currency": "EUR"}
    said = text(ops.post(at("installation_change", 1), form, follow=True))
    assert "No rate brings JPY into EUR: reports leave these amounts out until" in said
    assert Installation.current().currency == "EUR"
    said = text(ops.post(at("installation_change", 1), form | {"name": "Bolt"}, follow=True))
    assert "No rate brings" not in said


def test_accounts_whose_currency_nobody_said_follow_that_of_reports(ops, yen):
    """A company in euros that was imported before somebody said so."""
    load_raw("accounts", account("plain"), account("paid"))
    contracts = [
        contract("a", "2026-01-01", "2027-01-01", "60.00", account="plain", currency="EUR"),
        contract("b", "2026-01-01", "2027-01-01", "60.00", account="paid", currency="USD"),
    ]
    load_raw("contracts", *contracts, day=TODAY)
    form = INSTALLATION | {"currency": "EUR"}
    said = text(ops.post(at("installation_change", 1), form, follow=True))
    assert "1 account without any amount in USD is in EUR now." in said
    derive_overdue(day=TODAY, now=NOW, real_now=NOW)
    found = Account.objects.values_list("external_id", "currency", "arr_minor")
    assert set(found) == {
        ("plain", "EUR", 60_00), ("paid", "USD", 60_00), ("acc-1", "JPY", 1_170_000)
    }  # fmt: skip


def test_money_reads_as_money(ops, yen):
    RevenueMovement.objects.create(
        account=yen,
        effective_on=date(2026, 1, 1),
        kind="churn",
        amount_minor=-1_170_050,
        currency="USD",
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        source_id="direct",
        external_id="m-1",
    )
    contract, movement = Contract.objects.get(), RevenueMovement.objects.get()

    for page, shown in [
        (at("account_change", yen.pk), "¥1,170,000"),
        (at("contract_changelist"), "¥1,170,000"),
        (at("contract_change", contract.pk), "¥1,170,000"),
        (at("revenuemovement_changelist"), "−$11,700.50"),
        (at("revenuemovement_change", movement.pk), "−$11,700.50"),
    ]:
        said = text(ops.get(page))
        assert shown in said, page
        assert "1170" not in said, page


def test_a_function_of_an_account_has_one_person_a_day_and_the_form_says_so(ops, ola, yen):
    legal = Function.objects.get(key="legal")
    row = {"account": yen.pk, "function": legal.pk, "person": ola.pk, "since": "2026-01-01"}

    assert ops.post(at("teammember_add"), row).status_code == 302
    page = ops.post(at("teammember_add"), row | {"since": "2026-02-01"})

    assert "Somebody else has this function of the account" in page.content.decode()
    member = TeamMember.objects.get()
    ended = {"since": "2026-01-01", "until": "2026-01-31"}
    assert ops.post(at("teammember_change", member.pk), ended).status_code == 302
    assert ops.post(at("teammember_add"), row | {"since": "2026-02-01"}).status_code == 302
    history = ops.get(at("teammember_history", member.pk)).content.decode()
    assert "31 Jan 2026" in history


def test_nobody_joins_in_a_function_that_is_switched_off(ops, ola, yen):
    legal = Function.objects.get(key="legal")
    Function.objects.filter(pk=legal.pk).update(is_active=False)
    row = {"account": yen.pk, "function": legal.pk, "person": ola.pk, "since": "2026-01-01"}

    assert "is switched off" in ops.post(at("teammember_add"), row).content.decode()


def test_a_function_is_renamed_and_keeps_its_key(ops):
    legal = Function.objects.get(key="legal")
    form = {"key": "other", "name": "Counsel", "position": 80, "is_active": "on", "pool": ""}

    ops.post(at("function_change", legal.pk), form)

    legal.refresh_from_db()
    assert (legal.key, legal.name) == ("legal", "Counsel")
