"""Short ways to render a component, as a page would."""

import re

from django.template import Context, Template
from django.utils.translation import override


def rendered(source: str, *, language: str = "ar", **context: object) -> str:
    """Return what the template writes in one language, without the spaces around it."""
    with override(language):
        return Template(source).render(Context(context)).strip()


def squeezed(html: str) -> str:
    """Return the page without line breaks and indents: they mean nothing between elements, and a space within a tag."""
    in_tags = re.sub(r"\s*\n\s*(?=[^<]*>)", " ", html)
    return "".join(line.strip() for line in in_tags.splitlines())
