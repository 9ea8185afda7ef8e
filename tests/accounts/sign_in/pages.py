"""The citizens' sign-in page, what is typed there, and whether somebody is signed in."""

from django.test import Client

from tests.cast import PASSWORD

SIGN_IN = "/ar/sign-in/"
NUMBER = {"number": "9902103456", "password": PASSWORD}


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
