"""The environment, its form to fill in, its page in the documents and the code name the same settings."""

import ast
import re
import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.demo import DEMO_SIGN_INS
from config import environment
from config.devstack.state import ROOT
from config.settings import REQUIRED

READS_ENVIRONMENT = (
    "accounts/identity/environment.py",
    "config/answers.py",
    "config/api_settings.py",
    "config/auditing.py",
    "config/environment.py",
    "config/settings.py",
    "config/open_data.py",
    "config/operator.py",
    "config/message_settings.py",
    "config/web.py",
    "config/webhook_settings.py",
    "config/wsgi.py",
    "config/probe.py",
    "config/devstack/audit.py",
    "config/devstack/browser.py",
    "config/devstack/state.py",
)
# Read by the container or the demonstration, or set by the code itself: no line in a form that production fills in.
NOT_IN_THE_FORM = {
    "SECRET_KEY_FILE", "IDENTITY_KEYS_FILE", "LOOKUP_KEY_FILE", "HISTORY_KEYS_FILE",
    "ADMIN_DATABASE_URL", "AUDIT_INDEX", "CHROMIUM", "CI", "DATABASE_FOR_PAGES", "DATABASE_URL", "DEMO_CASES",
    "EMBEDDED",
    "FIGURES_DATABASE_URL", "MEDIA_ROOT", "NOTIFICATIONS_TIME_FACTOR", "OWNER_DATABASE_URL", "PORT", "REDIS_URL",
    "PROMETHEUS_MULTIPROC_DIR", "STATE_DIR", "STATIC_MANIFEST", "STATIC_ROOT", "TASKS_DATABASE_URL",
    "WEBHOOKS_ALLOW_PRIVATE", "WEB_HOST",
}  # fmt: skip
ONLY_FOR_COMPOSE = {
    "APP_PASSWORD", "FIGURES_PASSWORD", "OWNER_PASSWORD", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "TASKS_PASSWORD",
}  # fmt: skip
OF_OTHERS = {"DJANGO_SETTINGS_MODULE"}


def read_by_code() -> set[str]:
    return {name for file in READS_ENVIRONMENT for name in _names_read(ROOT / file)} - OF_OTHERS | set(REQUIRED)


def _names_read(file: Path) -> set[str]:
    """Return the literal names in `env.…("NAME")`, `os.environ.…("NAME")` and `os.environ["NAME"]`."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and re.match(r"(env|os\.environ)\.", ast.unparse(node.func)) and node.args:
            names.add(node.args[0])
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            names.add(node.slice)
    return {str(name.value) for name in names if isinstance(name, ast.Constant)}


def documented() -> set[str]:
    rows = re.findall(r"^\| (`[^|]+) \|", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}


def in_the_form() -> set[str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z_]+)=", lines, re.MULTILINE))


def test_the_page_lists_what_the_code_reads() -> None:
    assert documented() == read_by_code() | ONLY_FOR_COMPOSE | {"CI"}


def test_the_form_asks_for_what_production_decides() -> None:
    assert in_the_form() == documented() - NOT_IN_THE_FORM


def test_the_page_calls_required_what_the_settings_require() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    section = page.split("## Required")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)`", section, re.MULTILINE)) == set(REQUIRED)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_setting_is_named_in_a_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(str(ROOT / "config" / "settings.py"))
    assert str(refused.value) == f"Set these environment variables, which docs/settings.md describes: {name}."


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("settings.py", "TRUSTED_PROXIES"),
        ("settings.py", "DATABASE_POOL_SIZE"),
        ("message_settings.py", "SMS_DAILY_CAP"),
        ("message_settings.py", "NOTIFICATIONS_TIME_FACTOR"),
    ],
)
@pytest.mark.parametrize("value", ["many", "-", ""])
def test_a_number_that_is_none_is_named_in_a_sentence(
    file: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_FOR_PAGES", "true")
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(str(ROOT / "config" / file))
    sentence = f"{name} is not a number, or not one of the right kind; docs/settings.md describes it."
    assert (str(refused.value), refused.value.__suppress_context__) == (sentence, True)


def test_a_key_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret_key"
    monkeypatch.setitem(environment.KEY_FILES, "SECRET_KEY", str(file))
    monkeypatch.setenv("SECRET_KEY", "")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE names a file that cannot be read"):
        environment.Env().str("SECRET_KEY")
    file.write_text("a secret\n")
    assert environment.Env().str("SECRET_KEY", default="") == "a secret"


def test_the_readme_lists_the_sign_ins_of_the_demonstration() -> None:
    rows = re.findall(
        r"^\| (.+?) \| `(/ar/.+?)` \| (.+?) \| (.+?) \|$",
        (ROOT / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert rows == [(one.who, one.page, one.login, one.password) for one in DEMO_SIGN_INS]
