"""Statements of surveys."""

from accounts.models import Contact
from surveys.loading import people


def known_addresses():
    few = Contact.objects.exclude(email="").order_by("pk").values_list("email", flat=True)[:5]
    people._people_by_address({address.lower() for address in few})


EXECUTORS = {"surveys.loading.people:_people_by_address": known_addresses}
