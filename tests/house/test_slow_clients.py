"""Slow clients stop nobody: the proxy reads requests before a thread does, and the web process has many threads.

Debian's nginx runs with the file that `docker-compose.yml` mounts, in front of gunicorn with our settings.
"""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.devstack import debian, throwaway
from config.devstack.processes import free_port, is_taken
from config.devstack.state import ROOT
from config.probe import is_ready
from tests.accounts.identity.certificates import Authority
from tests.house.slow_clients import seconds_for_a_page, slow_clients

pytestmark = pytest.mark.xdist_group("production")

SLOW = 40
SECONDS = 30
#: A start is no answer: a machine with other work takes longer for one.
START_SECONDS = 150
NGINX = ROOT / "config" / "nginx"
#: What docs/operations.md says instead of `proxy_pass http://web;`.
INSIDE = """proxy_pass https://web;
            proxy_ssl_trusted_certificate certificates/inside.pem;
            proxy_ssl_verify on;
            proxy_ssl_name web;"""


@contextmanager
def ended_afterwards(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        # At once: a plain end waits for the slow clients.
        process.send_signal(signal.SIGINT)
        process.wait(SECONDS)


@contextmanager
def started_web(folder: Path, **settings: str) -> Iterator[int]:
    """Run gunicorn as production does, one process of it, and yield its port."""
    port = free_port()
    environment = os.environ | {"PORT": str(port), "WEB_CONCURRENCY": "1", "TRUSTED_PROXIES": "1"} | settings
    command = [Path(sys.executable).parent / "gunicorn", "--config", "python:config.web", "config.wsgi"]
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    own = settings.get("WEB_CERTIFICATE_FILE", "")
    with ended_afterwards(process):
        until_answered(lambda: own_page(port, certificate=own), folder / "web.log")
        yield port


def own_page(port: int, *, certificate: str) -> float:
    """Ask the web process without a proxy; raises AssertionError while it does not answer."""
    if not certificate:
        return seconds_for_a_page(port, within=SECONDS)
    assert is_ready(port, host="localhost", certificate=certificate)
    return 0.0


def until_answered(ask: Callable[[], float], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            ask()
        except AssertionError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        else:
            return


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that the unprivileged processes of nginx can enter."""
    with throwaway.folder() as made:
        yield made


@pytest.fixture(scope="module")
def web(folder: Path) -> Iterator[int]:
    """A web process of two threads, which two slow clients would hold."""
    with started_web(folder, WEB_THREADS="2") as port:
        yield port


class Proxy:
    """nginx in front of the web process."""

    def __init__(self, folder: Path, web: int) -> None:
        self.folder, self.https, self.http = folder, free_port(), free_port()
        make_certificate(folder / "certificates")
        self.file = folder / "nginx.conf"
        self.file.write_text(self.configuration(web))
        self.tls = ssl.create_default_context(cafile=folder / "certificates" / "fullchain.pem")

    def configuration(self, web: int) -> str:
        """Return the file of production with the addresses and folders of this machine."""
        text = (NGINX / "nginx.conf").read_text(encoding="utf-8")
        changes = {
            "web:8000": f"127.0.0.1:{web}",
            "listen [::]:80 default_server;": "",
            "listen [::]:443 ssl default_server;": "",
            "listen 80 ": f"listen 127.0.0.1:{self.http} ",
            "listen 443 ": f"listen 127.0.0.1:{self.https} ",
            "/tmp/": f"{self.folder}/",
            "root pages": f'root "{NGINX / "pages"}"',
        }
        for said, here in changes.items():
            assert said in text
            text = text.replace(said, here)
        return text

    def answers(self) -> bool:
        """Tell that it takes connections; raises AssertionError while it does not."""
        assert is_taken(self.https)
        return True

    def ask(self, path: str, **headers: str) -> tuple[int, str]:
        connection = HTTPSConnection("localhost", self.https, timeout=SECONDS, context=self.tls)
        connection.request("POST" if headers else "GET", path, headers=headers)
        with closing(connection), connection.getresponse() as answer:
            return answer.status, answer.read().decode()


def make_certificate(folder: Path) -> None:
    """Make a key and a certificate for localhost that signs itself."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    since = datetime(2026, 1, 1)  # noqa: DTZ001 - the library takes UTC without a zone
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), since)
        .not_valid_after(since + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(key.private_bytes(*form))


@pytest.fixture(scope="module")
def proxy(folder: Path, web: int) -> Iterator[Proxy]:
    """nginx with the file of production, or a skipped test where it can neither be found nor installed."""
    with started_proxy(Proxy(folder, web)) as made:
        until_answered(lambda: seconds_for_a_page(made.https, within=SECONDS, tls=made.tls), folder / "nginx.log")
        yield made


@contextmanager
def started_proxy(made: Proxy) -> Iterator[Proxy]:
    """Run nginx with the file of ``made``."""
    program = debian.server("nginx")
    if program is None:
        pytest.skip("nginx is missing (as root: apt-get install nginx)")
    command = [program, "-p", str(made.folder), "-c", str(made.file), "-g", "daemon off;"]
    with (made.folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    with ended_afterwards(process):
        yield made


def test_behind_the_proxy_slow_clients_hold_no_thread(proxy: Proxy) -> None:
    with slow_clients(proxy.https, SLOW, tls=proxy.tls):
        assert seconds_for_a_page(proxy.https, within=SECONDS, tls=proxy.tls)


def test_without_the_proxy_they_hold_all_of_few_threads(web: int) -> None:
    with slow_clients(web, SLOW), pytest.raises(AssertionError, match="no answer"):
        seconds_for_a_page(web, within=3)


def test_the_web_process_of_the_demonstration_withstands_them_without_a_proxy(folder: Path) -> None:
    with started_web(folder) as port, slow_clients(port, SLOW):
        assert seconds_for_a_page(port, within=SECONDS)


def test_the_proxy_ends_tls_and_says_so(proxy: Proxy) -> None:
    plain = HTTPConnection("localhost", proxy.http, timeout=SECONDS)
    plain.request("GET", "/ar/help/?a=1", headers={"Host": "service.example"})
    with closing(plain), plain.getresponse() as answer:
        assert (answer.status, answer.headers["Location"]) == (301, "https://service.example/ar/help/?a=1")
    assert proxy.ask("/ar/help/")[0] == 200


def test_a_form_of_more_than_150_megabytes_is_refused_in_both_languages(proxy: Proxy) -> None:
    status, page = proxy.ask("/ar/track/", **{"Content-Length": str(150 * 1024 * 1024 + 1)})
    assert status == 413
    assert "ما أرسلتموه أكبر من المسموح به" in page
    assert "What you sent is too large" in page


def test_a_web_process_that_is_away_is_said_in_both_languages(proxy: Proxy, folder: Path) -> None:
    away = folder / "away"
    away.mkdir()
    other = Proxy(away, free_port())
    program = debian.find("nginx")
    process = subprocess.Popen([str(program), "-p", str(away), "-c", str(other.file), "-g", "daemon off;"])
    with ended_afterwards(process):
        until_answered(other.answers, other.file)
        status, page = other.ask("/ar/help/")
    assert status == 502
    assert "الخدمة متوقفة مؤقتًا" in page
    assert "The service is temporarily unavailable" in page


@contextmanager
def started_inside(folder: Path, certificate: str) -> Iterator[int]:
    """Run gunicorn with a certificate, and yield its port."""
    with started_web(folder, WEB_CERTIFICATE_FILE=certificate) as port:
        yield port


class SomebodyElse(BaseHTTPRequestHandler):
    """Answers whoever does not look at its name."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def started_elsewhere(_folder: Path, certificate: str) -> Iterator[int]:
    """Serve somebody else with a certificate, and yield the port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), SomebodyElse) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    ("started", "name", "status"), [(started_inside, "web", 200), (started_elsewhere, "elsewhere", 502)]
)
def test_with_tls_inside_the_proxy_asks_the_web_process_that_it_knows_and_no_other(
    started: Callable[[Path, str], AbstractContextManager[int]], name: str, status: int
) -> None:
    said = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [line.strip() for line in INSIDE.splitlines() if line.strip() not in said] == []
    with throwaway.folder() as folder:
        authority = Authority.named("authority", folder)
        own = str(authority.certify(name, folder / "web.pem"))
        with started(folder, own) as web:
            asked = [is_ready(web, host="localhost", certificate=one) for one in ("", own)]
            assert asked == [False, True], "nobody is answered without TLS"
            made = Proxy(folder, web)
            made.file.write_text(made.file.read_text().replace("proxy_pass http://web;", INSIDE))
            (folder / "certificates" / "inside.pem").write_bytes(authority.file.read_bytes())
            with started_proxy(made):
                until_answered(lambda: float(made.answers()), folder / "nginx.log")
                assert made.ask("/ar/help/")[0] == status
