"""The audit of packages names advisories, and fails with a sentence where nobody can be asked."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from config.devstack import audit

ANSWERS: dict[str, object] = {
    "/pypi/old/1.0/json": {
        "vulnerabilities": [
            {"id": "CVE-1", "fixed_in": ["1.1"], "withdrawn": None},
            {"id": "CVE-2", "withdrawn": "2026-01-01"},
        ]
    },
    "/pypi/good/2.0/json": {"vulnerabilities": []},
    "/pypi/mirrored/3.0/json": {"info": {}},
}


class Index(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answer = ANSWERS.get(self.path)
        self.send_response(200 if answer else 404)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("AUDIT_INDEX", f"http://127.0.0.1:{server.server_port}/")
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    ("pinned", "status", "said"),
    [
        ("good==2.0 \\\n    --hash=sha256:0\n", 0, "No advisory about 1 packages."),
        ("good==2.0\nold[extra]==1.0\n", 1, "old 1.0: CVE-1, fixed in 1.1"),
        ("mirrored==3.0\n", 2, "does not say which advisories there are about mirrored"),
        ("unknown==4.0\n", 2, "cannot be read (HTTPError)"),
    ],
)
def test_the_audit_says_what_it_found_or_that_it_found_nothing_out(
    pinned: str, status: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "base.lock"
    lock.write_text(pinned)
    assert audit.run(lock) == status
    assert said in "".join(capsys.readouterr())


def test_an_index_that_is_away_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_INDEX", "http://127.0.0.1:1")
    assert audit.run() == 2
