"""The citizens' sign-in page, what is typed there, and whether somebody is signed in."""

import re

from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests.cast import PASSWORD

SIGN_IN = "/ar/sign-in/"
NUMBER = {"number": "9902103456", "password": PASSWORD}


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def en(name: str, *args: object) -> str:
    """Return the English address of a page, whatever language the request before left behind."""
    with override("en"):
        return reverse(name, args=args)


def found(pattern: str, text: str) -> str:
    """Return what the first group of a pattern matches, which the text has."""
    match = re.search(pattern, text)
    assert match is not None, text
    return match[1]
