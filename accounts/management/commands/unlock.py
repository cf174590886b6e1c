"""`manage.py unlock ada@example.com` lets a person sign in again after too many wrong passwords."""

from __future__ import annotations

import ipaddress
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.pages.sign_in import limits as sign_in_limits


class Command(BaseCommand):
    help = "Lift the lock that too many wrong passwords have put on a person or a network address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="a person's e-mail address, or an IP address")

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["address"].strip()
        if _is_network_address(address):
            sign_in_limits.unlock_network_address(address)
            self.stdout.write(f"Nobody is locked out at {address} any more.")
            return
        user = User.objects.filter(email__iexact=address).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {address}. Admin, Users lists the addresses.")
        sign_in_limits.unlock_person(user)
        self.stdout.write(f"{user.email} may sign in again.")
        if not user.is_active:
            self.stderr.write("This person is not active, though: switch them on in Admin, Users.")


def _is_network_address(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True
