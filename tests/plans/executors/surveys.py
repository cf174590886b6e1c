"""Statements of surveys."""

from surveys.loading import people


def known_addresses():
    people._people_by_address({f"person{number}@customer.example" for number in range(5)})


EXECUTORS = {"surveys.loading.people:_people_by_address": known_addresses}
