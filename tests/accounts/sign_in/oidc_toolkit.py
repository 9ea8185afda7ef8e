"""A digital identity by django-oauth-toolkit, in a process of its own: `python -m … FOLDER REDIRECT_URI`.

It prints its issuer and serves until its input is closed. Whoever opens ``/in/NAME/`` is signed in there.
"""

import sys
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

CLIENT_ID, CLIENT_SECRET = "cmu", "olive-harbour-lamp"
APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"]
PEOPLE = {
    "rana": {
        "given_name": "رنا", "family_name": "العبادي", "birthdate": "1978-06-14",
        "id": {"national": "9782006138", "father": "خليل", "grand": "إبراهيم"},
    },
    "amina": {"given_name": "أمينة", "id": {"national": "9902103456"}},
}  # fmt: skip


def main(folder: str, redirect_uri: str) -> None:
    """Make the provider's database and its client, and serve."""
    server = make_server("localhost", 0, _application)
    _configure(Path(folder))
    _fill(redirect_uri)
    Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"http://localhost:{server.server_port}/o\n")
    sys.stdout.flush()
    sys.stdin.read()


def _configure(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    settings.configure(
        SECRET_KEY="of-the-provider-alone",
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF="tests.accounts.sign_in.oidc_toolkit_urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.sqlite3"}},
        INSTALLED_APPS=APPS,
        # A provider for seconds: its tables are made as the models say, and its secret is nobody's to guess.
        MIGRATION_MODULES=dict.fromkeys(app.rpartition(".")[2] for app in APPS),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": key.decode(),
            "SCOPES": {"openid": "who somebody is", "profile": "names"},
            "OAUTH2_VALIDATOR_CLASS": "tests.accounts.sign_in.oidc_toolkit_urls.Validator",
            "PKCE_REQUIRED": True,
        },
        USE_TZ=True,
    )
    django.setup()


def _fill(redirect_uri: str) -> None:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", run_syncdb=True, verbosity=0)
    for name in PEOPLE:
        User.objects.create(username=name)
    Application.objects.create(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=redirect_uri,
        algorithm=Application.RS256_ALGORITHM,
        skip_authorization=True,
    )


def _application(environ: dict[str, object], start_response: object) -> object:
    from django.core.wsgi import WSGIHandler

    return WSGIHandler()(environ, start_response)


if __name__ == "__main__":
    main(*sys.argv[1:])
