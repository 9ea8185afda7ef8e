"""Debian's Valkey with TLS and a password: a master, its replica, and a sentinel that watches them."""

import contextlib
import datetime as dt
import ipaddress
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.broker import Broker
from config.devstack import debian
from config.devstack.processes import free_port, start, stop_all, wait_for_port

MASTER = "bekhedmatkom"


class Watched:
    """The servers, and the broker that they are together."""

    def __init__(self, base: Path, program: str) -> None:
        self.base, self._program = base, program
        self.password, self.sentinel_password = secrets.token_hex(16), secrets.token_hex(16)
        self.ca_file = certify(base)
        self._ports = {name: free_port() for name in ("first", "second", "sentinel")}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        of_servers = f'requirepass {self.password}\nprimaryauth {self.password}\nsave ""\n'
        self._configure("first", of_servers)
        self._configure("second", f"{of_servers}replicaof 127.0.0.1 {self._ports['first']}\n")
        self._configure("sentinel", self._watching())
        for name in self._ports:
            self._start(name)

    @property
    def broker(self) -> Broker:
        """The broker that the sentinel names."""
        url, places = f"rediss://:{self.password}@{MASTER}/0", (f"127.0.0.1:{self._ports['sentinel']}",)
        return Broker(url, places, self.sentinel_password, str(self.ca_file))

    @property
    def first(self) -> Broker:
        """The first server alone, which is the master at the beginning."""
        url = f"rediss://:{self.password}@127.0.0.1:{self._ports['first']}/0"
        return Broker(url, ca_file=str(self.ca_file))

    @contextlib.contextmanager
    def without_the_first(self) -> Iterator[None]:
        """Kill the first server, and start it again afterwards, when the sentinel makes it the second's replica."""
        self._running["first"].kill()
        self._running["first"].wait()
        try:
            yield
        finally:
            self._start("first")

    def end(self) -> None:
        """Stop everything."""
        stop_all(list(self._running.values()), patience=2)

    def _configure(self, name: str, more: str) -> None:
        folder = self.base / name
        folder.mkdir()
        options = [
            "port 0",
            f"tls-port {self._ports[name]}",
            "bind 127.0.0.1",
            f"tls-cert-file {self.base / 'server.pem'}",
            f"tls-key-file {self.base / 'server.key'}",
            f"tls-ca-cert-file {self.ca_file}",
            "tls-auth-clients no",
            "tls-replication yes",
            f"dir {folder}",
        ]
        (folder / "valkey.conf").write_text("\n".join([*options, more]))

    def _start(self, name: str) -> None:
        folder, log = self.base / name, self.base / name / "valkey.log"
        as_sentinel = ["--sentinel"] if name == "sentinel" else []
        process = start([self._program, folder / "valkey.conf", *as_sentinel], log=log)
        self._running[name] = process
        wait_for_port(process, self._ports[name], log=log, name=name)

    def _watching(self) -> str:
        return "\n".join(
            [
                f"requirepass {self.sentinel_password}",
                f"sentinel monitor {MASTER} 127.0.0.1 {self._ports['first']} 1",
                f"sentinel auth-pass {MASTER} {self.password}",
                f"sentinel down-after-milliseconds {MASTER} 300",
                f"sentinel failover-timeout {MASTER} 2000",
                "",
            ]
        )


@contextlib.contextmanager
def watched(base: Path) -> Iterator[Watched]:
    """Run all three; skip where there is no Valkey with TLS, which is a failure in CI."""
    program = debian.server("valkey-server")
    if program is None:
        pytest.skip("Valkey is missing (as root: apt-get install valkey-server)")
    servers = Watched(base, program)
    try:
        yield servers
    finally:
        servers.end()


def certify(base: Path) -> Path:
    """Write a key and a certificate for this machine, signed by itself, and return the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    signed = builder.add_extension(here, critical=False)
    signed = signed.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = signed.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    (base / "server.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (base / "server.pem").write_bytes(certificate.public_bytes(pem))
    return base / "server.pem"
