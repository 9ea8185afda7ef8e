"""What an address chooses before anything is written: the agency, the topic, and the agency's own site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from agencies.models import Agency, AgencySite, Topic
from complaints.filing import drafting
from complaints.models import Draft
from kit.sent_numbers import sent_number

#: The parameters of an address that choose something.
AGENCY, TOPIC, SITE = "agency", "topic", "site"


def preselected(parameters: Mapping[str, str], *, kind: str, at: datetime) -> dict[str, Any]:
    """Return what the ``parameters`` of an address choose, as a draft keeps it; no statement where they choose nothing.

    What does not exist, or does not fit the kind or the agency, chooses nothing: a link of last year still leads to the
    form. A site chooses its agency.
    """
    site = active_site(parameters.get(SITE, ""))
    code = parameters.get(AGENCY) or (site.agency.code if site else "")
    agency = Agency.objects.complainable(on=timezone.localdate(at)).filter(code=code).first() if code else None
    topic = _topic(parameters.get(TOPIC, ""), kind)
    if topic is not None and agency is not None and not drafting.offers(agency, topic, kind=kind):
        topic = None
    found = {"agency": agency, "topic": topic, "site": site}
    return {name: row for name, row in found.items() if row is not None}


def active_site(typed: str) -> AgencySite | None:
    """Return the registered site of that number, None where there is none."""
    key = sent_number(typed)
    if key is None:
        return None
    return AgencySite.objects.select_related("agency").filter(pk=key, is_active=True).first()


def _topic(code: str, kind: str) -> Topic | None:
    topics = Topic.objects.filter(is_active=True, parent__isnull=False, kinds__contains=[kind])
    return topics.select_related("parent").filter(code=code).first() if code else None


def preselect(draft: Draft, parameters: Mapping[str, str], *, at: datetime) -> Draft:
    """Let the address choose for a draft that is not stored yet, and return it; one that is stored has chosen."""
    if not draft.is_begun:
        for name, row in preselected(parameters, kind=draft.kind, at=at).items():
            setattr(draft, name, row)
    return draft


def draft_query(draft: Draft) -> str:
    """Return the part of an address that names a draft, with what was chosen for one that is not stored yet."""
    named = {"draft": str(draft.pk)}
    if draft.is_begun:
        return urlencode(named)
    agency, topic = draft.agency, draft.topic
    chosen = {AGENCY: agency and agency.code, TOPIC: topic and topic.code, SITE: draft.site_id}
    return urlencode(named | {name: value for name, value in chosen.items() if value})
