"""An authority of a test, the certificates that it signs, and the contexts of servers that ask for one."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass
class Authority:
    """Signs certificates for servers and clients; ``file`` is its own certificate."""

    name: str
    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    serial: int = 1

    @property
    def subject(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])

    @property
    def file(self) -> Path:
        return self.folder / f"{self.name}.pem"

    @classmethod
    def named(cls, name: str, folder: Path) -> Self:
        """Return a new authority whose certificate is in its file."""
        made = cls(name, folder)
        public = made.key.public_key()
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
        )
        signed = (
            made._builder(made.subject, public, DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, decipher_only=False, **usage),
                critical=True,
            )
        )
        made.file.write_bytes(made._signed(signed))
        return made

    def certify(self, name: str, file: Path, *, lasts: timedelta = DAY) -> Path:
        """Write a certificate for ``name`` with its key into one ``file``; one that ``lasts`` below zero is over."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        unsigned = self._builder(subject, key.public_key(), lasts).add_extension(names, critical=False)
        signed = self._signed(unsigned.add_extension(issuer, critical=False))
        plain = serialization.NoEncryption()
        held = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        file.write_bytes(held + signed)
        return file

    def server(self, certificate: Path) -> ssl.SSLContext:
        """Return the context of a server that takes nobody without a certificate of this authority.

        By TLS 1.2, where a refusal is part of the handshake: by TLS 1.3 it may be lost with the connection.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate)
        context.load_verify_locations(self.file)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _builder(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey, lasts: timedelta
    ) -> x509.CertificateBuilder:
        now, self.serial = datetime.now(UTC), self.serial + 1
        begins = now - 2 * DAY
        return x509.CertificateBuilder(self.subject, subject, public, self.serial, begins, now + lasts)

    def _signed(self, builder: x509.CertificateBuilder) -> bytes:
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
