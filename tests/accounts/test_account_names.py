"""An account is found by what each system calls it: case 23."""

import pytest

from accounts.intake.parse_options import iso_reading
from accounts.intake.usage_blocks import BlockReader
from accounts.loading.account_names import renamed_columns
from accounts.loading.usage_ids import UsageIds
from accounts.models import Account, AccountId, ApiKey, Source, Ticket, UsageDay
from tests.accounts.bulk import make_key, post
from tests.accounts.loading import NOW, account, load_raw, problems, statuses
from tests.accounts.uploads import imported, uploaded

pytestmark = pytest.mark.django_db


def ticket(external_id, name):
    return {
        "external_id": external_id, "account": name, "opened_at": "2025-03-02T09:00:00Z",
        "category": "defect",
    }  # fmt: skip


@pytest.fixture
def desk():
    return Source.objects.create(key="desk", name="Help desk")


def _accounts_of_tickets():
    return dict(Ticket.objects.values_list("external_id", "account__external_id"))


def test_a_further_id_counts_within_its_source(desk):
    load_raw("accounts", account("acme"), account("bolt", further_ids=["org-1"]))
    load_raw("accounts", account("acme", further_ids=["org-1", "org-2"]), source="desk")
    load_raw("tickets", ticket("t1", "org-1"), ticket("t2", "org-2"), source="desk")
    load_raw("tickets", ticket("t3", "org-1"))
    assert _accounts_of_tickets() == {"t1": "acme", "t2": "acme", "t3": "bolt"}
    # What a source does not know itself is looked for among those of Direct; never the other way.
    load_raw("accounts", account("bolt", further_ids=["org-9"]))
    result = load_raw("tickets", ticket("t4", "org-9"), source="desk")
    assert statuses(result) == ["created"]
    assert problems(load_raw("tickets", ticket("t5", "org-2"))) == {(0, "account", "unknown")}


def test_a_further_id_of_another_account_stays_there():
    load_raw("accounts", account("acme", further_ids=["x"]))
    result = load_raw("accounts", account("bolt", further_ids=["x", "y"]))
    assert (statuses(result), problems(result)) == (["created"], {(0, "further_ids", "id_taken")})
    assert dict(AccountId.objects.values_list("value", "account__external_id")) == {
        "x": "acme",
        "y": "bolt",
    }


def test_a_domain_finds_one_account_and_no_mail_provider():
    load_raw(
        "accounts",
        account("acme", domain="acme.example"),
        account("one", domain="shared.example"),
        account("two", domain="shared.example"),
        account("solo", domain="gmail.com"),
    )
    result = load_raw(
        "tickets",
        ticket("t1", "Acme.example"),
        ticket("t2", "shared.example"),
        ticket("t3", "gmail.com"),
    )
    assert statuses(result) == ["created", "rejected", "rejected"]
    assert _accounts_of_tickets() == {"t1": "acme"}


def test_fifteen_and_eighteen_characters_are_one_customer():
    names = ["001Hs00003AbCdE", "001Hs00003AbCde", "001Hs00003AbCdEIAV", "00123", "123", "1e5"]
    text = "external_id,name\n" + "".join(f"{n},{n[:15]} Ltd\n" for n in names)
    run = imported(uploaded("accounts.csv", text.encode()))
    assert (run.created, run.unchanged, run.rejected) == (5, 1, 0)
    assert not Account.objects.filter(external_id="001Hs00003AbCdEIAV").exists()
    load_raw("tickets", ticket("t1", "001Hs00003AbCdEIAV"))
    assert _accounts_of_tickets() == {"t1": "001Hs00003AbCdE"}
    # Stored in eighteen, it is found by fifteen: only X and Z of the last five are capitals.
    load_raw("accounts", account("001Hs00003XyZabIAF"))
    load_raw("tickets", ticket("t2", "001Hs00003XyZab"))
    assert _accounts_of_tickets()["t2"] == "001Hs00003XyZabIAF"


def test_usage_finds_its_account_by_every_way_in(desk):
    load_raw("accounts", account("acme", further_ids=["w-1"]), source="desk")
    rows = "account,day,feature,events\nw-1,2025-03-02,search,5\nacme,2025-03-03,search,2\n"
    file = uploaded("usage.csv", rows.encode())
    file.mapping = {**file.mapping, "source": "desk"}
    file.save()
    assert imported(file).created == 2
    token = make_key()
    ApiKey.objects.update(source=desk)
    sent = {"account": "w-1", "day": "2025-03-04", "feature": "search", "events": 3}
    assert post("/api/v1/bulk/usage/", [sent], token).json()["created"] == 1
    body = b"account,day,feature,events\nw-1,2025-03-05,search,5\n"
    answer = post("/api/v1/bulk/usage/", body, token, content_type="text/csv").json()
    assert answer["created"] == 1
    assert UsageDay.objects.filter(account__external_id="acme").count() == 4


def test_two_names_of_an_account_in_one_block_are_one(desk):
    load_raw("accounts", account("acme", further_ids=["w-1"]), source="desk")
    header = ("account", "day", "feature", "events")
    reader = BlockReader(header, iso_reading(now=NOW, typed=False))
    rows = [(2, ["w-1", "2025-03-02", "s", "1"]), (3, ["acme", "2025-03-03", "s", "2"])]
    columns, _ = reader.read(rows)
    found = renamed_columns(columns, source="desk", directory=UsageIds())
    assert (list(found.accounts), found.account.tolist()) == (["acme"], [0, 0])


def test_a_name_finds_one_account_in_any_case():
    """Case 23: tickets by the organisation's name, as a help desk exports them."""
    load_raw(
        "accounts",
        account("plain", name="Plain Ltd", domain="plain.example"),
        account("t1", name="Twin Ltd"),
        account("t2", name="TWIN LTD"),
    )
    desk = b"Ticket ID,Organization,Created at,Type\nON-1,plain LTD,2025-03-02T09:00:00Z,defect\n"
    desk += b"ON-2,plain.example,2025-03-02T09:00:00Z,defect\n"
    desk += b"ON-3,Twin Ltd,2025-03-02T09:00:00Z,defect\n"
    run = imported(uploaded("tickets.csv", desk))
    assert _accounts_of_tickets() == {"ON-1": "plain", "ON-2": "plain"}
    assert (run.created, run.rejected) == (2, 1)
