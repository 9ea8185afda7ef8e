"""The styles of e-mails by their names in the template: mail programs read only what stands on the element itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LINE: Final = "padding: 8px 0; border-bottom: 1px solid #dcd6cb"
_LETTERS: Final = "font-family: 'Segoe UI', Tahoma, Arial, sans-serif"
_BOLD_LINK: Final = "font-weight: bold; text-decoration: none"
_CORNERS: Final = "border-radius: 12px 12px 0 0"
STYLES: Final[Mapping[str, str]] = {
    "body": "margin: 0; padding: 0; background: #f7f5f1",
    "page": "background: #f7f5f1",
    "around": "padding: 24px 12px",
    "card": f"max-width: 600px; background: #ffffff; border-radius: 12px; {_LETTERS}",
    "head": f"background: #083c45; color: #ffffff; padding: 16px 24px; {_CORNERS}; font-size: 18px; font-weight: bold",
    "text": "padding: 24px; color: #16232a; font-size: 16px; line-height: 1.75",
    "title": "margin: 0 0 16px; font-size: 22px; line-height: 1.4; color: #16232a",
    "facts": "margin: 0 0 16px",
    "label": f"{_LINE}; color: #4b5a62; font-size: 15px",
    "value": f"{_LINE}; font-weight: bold",
    "status": "display: inline-block; padding: 2px 12px; border-radius: 8px; background: #e3f0f1; color: #083c45",
    "paragraph": "margin: 0 0 16px",
    "button_around": "margin: 8px 0 16px",
    "button": "background: #0d5560; border-radius: 8px",
    "button_link": f"display: inline-block; padding: 12px 28px; color: #ffffff; font-size: 17px; {_BOLD_LINK}",
    "small": "margin: 0; color: #4b5a62; font-size: 14px",
    "address": "color: #0b5a75; word-break: break-all",
    "foot": "padding: 16px 24px 24px; border-top: 1px solid #dcd6cb; color: #4b5a62; font-size: 14px; line-height: 1.7",
    "line": "margin: 0 0 8px",
}
