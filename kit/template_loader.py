"""Reads templates as they are sent: without the indents, which are for the people who edit them."""

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENT = re.compile(r"\n[ \t]+")


class Loader(filesystem.Loader):
    """Takes the indents out of HTML when a template is read: they were up to a third of a long page.

    Line breaks stay, so that errors name the right line, and elements stay as far apart as they are written.
    """

    def get_contents(self, origin: Origin) -> str:
        """Return the template's source."""
        source = super().get_contents(origin)
        return INDENT.sub("\n", source) if origin.name.endswith(".html") else source
