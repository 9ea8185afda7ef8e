"""Makes the first system operators of an installation and invites them by e-mail; works once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from accounts.models import FIRST_OPERATORS
from accounts.staff.invitations import AddressTaken, NewPerson, OperatorsExist, install_operators


class Command(BaseCommand):
    """Name two operators: one alone could propose nobody, for want of a second person who consents."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take each operator as e-mail, name in Arabic and name in English."""
        parser.add_argument(
            "--operator",
            nargs=3,
            action="append",
            required=True,
            metavar=("EMAIL", "NAME_AR", "NAME_EN"),
            help="an operator to invite; give it twice, for two people",
        )

    def handle(self, *_args: Any, operator: list[list[str]], **_options: Any) -> None:
        """Say whom the invitations were sent to, or why nothing happened."""
        people = [NewPerson(*row) for row in operator]
        if len(people) > len(FIRST_OPERATORS):
            msg = f"Name {len(FIRST_OPERATORS)} operators at most; they invite the others."
            raise CommandError(msg)
        try:
            for person in people:
                validate_email(person.email)
            install_operators(people, at=timezone.now())
        except ValidationError:
            msg = "One of the e-mail addresses is not an address. Nothing was changed."
            raise CommandError(msg) from None
        except OperatorsExist:
            msg = "There are operators already. They propose others at /staff/people/. Nothing was changed."
            raise CommandError(msg) from None
        except AddressTaken:
            msg = "An account with one of these e-mail addresses exists. Nothing was changed."
            raise CommandError(msg) from None
        self.stdout.write(f"Invited {len(people)}. The links in the e-mails work once, for seven days.")
        if len(people) < len(FIRST_OPERATORS):
            self.stdout.write("One operator can propose nobody for the unit, for want of a second person.")
