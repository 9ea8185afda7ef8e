"""The parts of the interface that are about cases; filing stands at the address of the list of cases."""

from typing import Final

from ninja import Router

from complaints.api.v1 import acts, cases, catalogue, drafts, filing, uploads

# Its module adds to the router of cases.
__all__ = ["ALL", "filing"]


ALL: Final[tuple[Router, ...]] = (catalogue.router, drafts.router, uploads.router, cases.router, acts.router)
