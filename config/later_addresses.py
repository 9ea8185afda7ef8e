"""Addresses whose code is read with the first request below them."""

import sys

from django.urls import URLResolver
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language


class LaterAddresses(URLResolver):
    """The addresses of a module, which is read when somebody asks for one of them.

    No page links to them, so that their names are known to ``reverse`` only where the module is read already.
    """

    def _populate(self) -> None:
        if self.urlconf_name in sys.modules:
            super()._populate()
            return
        language = get_language()
        self._reverse_dict[language] = MultiValueDict()
        self._namespace_dict[language] = {}  # type: ignore[attr-defined] # the stubs leave it out, as the next
        self._app_dict[language] = {}  # type: ignore[attr-defined]
