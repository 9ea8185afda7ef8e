"""QR codes, as the path of an SVG picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class QrCode:
    """A QR code with its quiet zone: the side of the square in modules, and the path that fills the dark ones."""

    side: int
    path: str

    @property
    def svg(self) -> str:
        """Return the whole picture, for what is no page."""
        box = f"0 0 {self.side} {self.side}"
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{self.path}"/></svg>'


@lru_cache(maxsize=128)
def qr_code(text: str) -> QrCode:
    """Return the QR code of ``text``, of the smallest version that holds it with medium error correction."""
    import segno  # noqa: PLC0415 - a megabyte that few processes need

    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter()]
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return QrCode(side=len(rows), path="".join(dark))
