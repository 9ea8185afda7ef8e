"""What CI proves without a browser: linters, types, contracts, templates, migrations, settings."""

import os
import secrets
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.devstack import foreground, throwaway
from config.devstack.state import ROOT

PROGRAMS = Path(sys.executable).parent
OFFLINE = {"DJANGO_SETTINGS_MODULE": "config.offline"}
# Values of the right shape, so that only the settings themselves are judged.
PRODUCTION = {
    "EMBEDDED": "false",
    "SECRET_KEY": "a-key-of-fifty-and-more-letters-that-signs-nothing-0123456789",
    "ALLOWED_HOSTS": "service.example",
    "PUBLIC_URL": "https://service.example",
    "SMS_CARRIERS": "notifications.carriers.twilio.TwilioCarrier",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "TWILIO_AUTH_TOKEN": "00000000000000000000000000000000",
    "EMAIL_CARRIERS": "notifications.carriers.smtp.SmtpCarrier",
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
    "EMAIL_FROM": "noreply@service.example",
    "SHORT_HOST": "bk.gov.jo",
    "TRUSTED_PROXIES": "1",
    "REGISTRY": "accounts.identity.registries.http_json.HttpJsonRegistry",
    "REGISTRY_HTTP_URL": "https://registry.example/check",
    "REGISTRY_HTTP_BODY": '{"number": "{number}"}',
    "REGISTRY_HTTP_ANSWERS": '[{"status": 200, "path": "match", "is": true, "means": "match"}]',
    "HISTORY_ANCHOR": "s3://anchors",
    "LOG_DESTINATION": "syslog+tls://logs.example:6514",
    "ADMIN_ENABLED": "false",
    "LOOKUP_KEY": b64encode(secrets.token_bytes(32)).decode(),
} | {name: f"2026a:{b64encode(secrets.token_bytes(32)).decode()}" for name in ("IDENTITY_KEYS", "HISTORY_KEYS")}

type Step = tuple[str, list[str], Mapping[str, str]]

#: What the suite asks too (`tests/house/test_contracts.py`, `tests/house/test_documents.py`).
ASKED_BY_SUITE = {"contracts", "catalogue", "migrations", "documents"}
OPTIONS = {"--fix", "--before-tests"}
#: Types take as long as all other steps together.
AT_ONCE = 2
#: What mypy says where a process of its own does not start within its three seconds, and how it does without any.
STARTED_TOO_LATE = "Failed to establish connection with worker"
ALONE = {"MYPY_NUM_WORKERS": "0"}


def main(arguments: list[str]) -> int:
    """Run every step; with ``--fix``, first mend what the linter and the formatter can mend.

    With ``--before-tests`` the steps are left to the suite that it asks too.
    """
    if set(arguments) - OPTIONS:
        raise SystemExit(f"Unknown: {' '.join(arguments)}. `python3 run.py check` takes --fix and --before-tests.")
    if "--fix" in arguments:
        subprocess.run(_program("ruff", "check", "--fix-only", "--quiet", "."), cwd=ROOT, check=True)
        subprocess.run(_program("ruff", "format", "--quiet", "."), cwd=ROOT, check=True)
    left = ASKED_BY_SUITE if "--before-tests" in arguments else set()
    return run([step for step in steps() if step[0] not in left])


def run(chosen: Sequence[Step]) -> int:
    """Run the steps, print what each says when it fails, and return how many failed."""
    # Django asks a real server which kinds of generated column it has, before it judges a model.
    with throwaway.started({}) as servers, ThreadPoolExecutor(AT_ONCE) as threads:
        judged = {
            name: threads.submit(_passes, name, command, servers | dict(extra)) for name, command, extra in chosen
        }
        failed = [name for name, passes in judged.items() if not passes.result()]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.", flush=True)
    return len(failed)


def steps() -> list[Step]:
    """Return the name, the command and the environment of each step, the longest first."""
    return [
        ("types", _program("mypy"), {}),
        ("ruff", _program("ruff", "check", "."), {}),
        ("format", _program("ruff", "format", "--check", "."), {}),
        ("contracts", _program("lint-imports", "--no-cache"), {}),
        ("templates", _program("djlint", "templates", "--lint", "--quiet"), {}),
        ("catalogue", _manage("catalogue", "--check"), OFFLINE),
        ("migrations", _manage("makemigrations", "--check", "--dry-run"), OFFLINE),
        ("locks", [sys.executable, "-m", "config.devstack.migrations"], OFFLINE),
        ("deployment", _manage("check", "--deploy", "--fail-level", "WARNING"), OFFLINE | PRODUCTION),
        ("documents", [sys.executable, "-m", "pytest", "-q", "tests/house/test_documents.py"], {}),
    ]


def _program(name: str, *arguments: str) -> list[str]:
    return [str(PROGRAMS / name), *arguments]


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def _passes(name: str, command: list[str], environment: Mapping[str, str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    said = f"{done.stdout}{done.stderr}\n" if done.returncode else ""
    if STARTED_TOO_LATE in said and not environment.keys() >= ALONE.keys():
        return _passes(name, command, {**environment, **ALONE})
    result = "failed" if done.returncode else "passed"
    # In one piece: another step may end at the same moment.
    sys.stdout.write(f"{name:<12}{result}  {time.monotonic() - began:5.1f} s\n{said}")
    sys.stdout.flush()
    return done.returncode == 0


if __name__ == "__main__":
    with foreground.quietly():
        sys.exit(main(sys.argv[1:]))
