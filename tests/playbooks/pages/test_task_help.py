"""The page of a task: what its step says about doing it well."""

from datetime import timedelta
from decimal import Decimal

from django.urls import reverse

from accounts.models import Contact, Contract, Installation
from accounts.ui import formats
from playbooks.engine.merge_values import merge_values
from playbooks.library.mail import MERGE_FIELDS
from playbooks.models import Task
from tests.page_house import DAY, add_task, open_play, sign_in


def test_the_page_of_a_task_says_what_to_have_at_hand_to_ask_and_to_write(client, house):
    account, csm = house.accounts["own"], house.people["csm"]
    for name, roles, strength in (
        ("Ana Buyer", ["economic_buyer"], 5),
        ("Cem Champion", ["champion"], 3),
    ):
        Contact.objects.create(
            account=account,
            external_id=name,
            name=name,
            email=f"{name.split()[0].lower()}@own.example",
            roles=roles,
            strength=strength,
            met_on=DAY,
        )
    step = open_play(account, csm).playbook.steps.get(key="follow_up")
    task = add_task(account, csm, title=step.title)
    Task.objects.filter(pk=task.pk).update(step=step)
    sign_in(client, csm)

    html = client.get(reverse("task", args=[task.pk])).content.decode()

    assert f"What we agreed for {account.name}" in html
    assert "Hello Cem Champion," in html
    address = reverse("account_mail", args=[account.external_id])
    assert f'href="{address}?subject=What+we+agreed+for+' in html
    to = Contact.objects.get(account=account, name="Cem Champion")
    assert f"contact={to.pk}" in html
    assert step.success in html
    assert "{{" not in html

    # Whom the mail's page refuses is not led to it.
    sign_in(client, house.people["executive"])
    refused = client.get(reverse("task", args=[task.pk])).content.decode()
    assert "Hello Cem Champion," in refused
    assert address not in refused
    assert client.get(address).status_code == 403


def test_nobody_who_is_not_to_be_contacted_is_written_to(client, house):
    account, csm = house.accounts["own"], house.people["csm"]
    Contact.objects.filter(account=account).delete()
    Contact.objects.create(
        account=account,
        external_id="quiet",
        name="Quiet One",
        email="quiet@own.example",
        roles=["champion"],
        met_on=DAY,
        do_not_contact=True,
    )
    step = open_play(account, csm).playbook.steps.get(key="follow_up")
    task = add_task(account, csm, title=step.title)
    Task.objects.filter(pk=task.pk).update(step=step)
    sign_in(client, csm)

    html = client.get(reverse("task", args=[task.pk])).content.decode()

    assert "Hello [contact]," in html
    assert "Quiet One" not in html
    assert "contact=" not in html


def test_every_merge_field_has_a_value(house):
    account, csm = house.accounts["own"], house.people["csm"]
    account.renews_on, account.decides_on = DAY, DAY - timedelta(days=30)
    task = add_task(account, csm, title="Write")
    contact = Contact(account=account, name="Ana")

    ours = Installation(name="Ours", product_url="https://app.example")
    told = {"contact": contact, "sender": task.owner, "installation": ours}
    values = merge_values(account, **told)

    assert values.keys() == MERGE_FIELDS.keys()
    # What it costs is known of a contract: half a year of 1,200.00, and a rise of 5 %.
    assert [name for name, value in values.items() if not value] == ["renewal_amount"]
    assert (values["renewal_date"], values["decision_date"]) == (
        formats.day(DAY),
        formats.day(DAY - timedelta(days=30)),
    )

    until = DAY + timedelta(days=90)
    contract = Contract(
        arr_minor=1_200_00, currency="USD", term_months=6, uplift_percent=Decimal(5), ends_on=until,
        notice_days=10,
    )  # fmt: skip
    values = merge_values(account, **told, contract=contract)
    assert values["renewal_amount"] == "$630.00"
    assert values["renewal_date"] == formats.day(until)
    assert values["decision_date"] == formats.day(until - timedelta(days=10))
