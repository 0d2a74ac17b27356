"""The hub's certificate: its own, made once and kept in its folder, or one that was given. Desks pin it."""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from models.basics.clock import Clock
from models.basics.errors import RuleBroken

_YEARS = 20
_CERTIFICATE, _KEY = "hub-certificate.pem", "hub-certificate.key"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where certificate and key lie, and the SHA-256 of the certificate (64 hex digits)."""

    certificate: Path
    key: Path
    fingerprint: str


def given_certificate(certificate: Path, key: Path) -> Certificate:
    """A certificate from files. Raises RuleBroken when they cannot be used."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        first = certificate.read_text(encoding="ascii").partition("-----END CERTIFICATE-----")
        der = ssl.PEM_cert_to_DER_cert(first[0][first[0].index("-----BEGIN") :] + first[1])
    except (OSError, ValueError) as error:
        raise RuleBroken("hub.setting_wrong", setting="tls-certificate") from error
    return Certificate(certificate, key, hashlib.sha256(der).hexdigest())


def own_certificate(folder: Path, clock: Clock) -> Certificate:
    """The hub's self-signed certificate, made at the first call and the same ever after: desks have pinned it."""
    certificate, key = folder / _CERTIFICATE, folder / _KEY
    if not certificate.exists():
        folder.mkdir(parents=True, exist_ok=True)
        certificate_pem, key_pem = _make(clock)
        _write_private(key, key_pem)
        _write_private(certificate, certificate_pem)  # last: a certificate without a key is never found
    return given_certificate(certificate, key)


def _write_private(path: Path, content: bytes) -> None:
    """The file whole or not at all, for this user's eyes only."""
    draft = path.with_suffix(path.suffix + ".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        new.write(content)
        new.flush()
        os.fsync(new.fileno())
    draft.replace(path)


def _make(clock: Clock) -> tuple[bytes, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Copaydesk hub")])
    now = clock.now()
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )  # fmt: skip
    key_pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), key_pem


def own_address() -> str:
    """The address other machines of the clinic most likely reach this one at; loopback without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: nothing is sent for a datagram's connect
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
