"""QR codes, as the path of an SVG picture."""

from __future__ import annotations

from dataclasses import dataclass

import segno


@dataclass(frozen=True)
class QrCode:
    """A QR code with its quiet zone: the side of the square in modules, and the path that fills the dark ones."""

    side: int
    path: str


def qr_code(text: str) -> QrCode:
    """Return the QR code of ``text``, of the smallest version that holds it with medium error correction."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter()]
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return QrCode(side=len(rows), path="".join(dark))
