"""The files of a case for the case system of its agency: asked for by a signed call, fetched by links that soon end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from complaints.api.agency_systems.cases import find_case, registered_name
from complaints.api.signed_calls import CallRefused, SignedCall, signed_calls
from complaints.attachments.responses import file_response
from complaints.engine import agency_calls
from complaints.models import AgencySystem, Attachment, Case
from complaints.staff.frame import load_case
from kit.link_pages import opened_by_link

#: A link opens its file for so long.
LIFE: Final = timedelta(hours=1)
_SALT: Final = "complaints.agency_files"


@signed_calls(agency_calls.PREFIX, registered_name)
def agency_files(call: SignedCall) -> dict[str, Any]:
    """List the files that the citizen sent with a case of the agency, each with its link, as its officer sees them."""
    system = agency_calls.calling_system(call.endpoint)
    if system is None or set(call.data) != {"case"}:
        text = gettext("Send the number of the case, and nothing else.")
        raise CallRefused(422, "invalid", text, fields={"case": [text]})
    case = find_case(call, system)
    return {"case": case.reference, "files": [_listed(one, case, system) for one in _citizens_files(case)]}


def _citizens_files(case: Case) -> list[Attachment]:
    """Return what came from the citizen; a voice tells who it is, as a name does."""
    files = case.attachments.from_citizen()
    return [one for one in files if not (one.is_voice and case.hides_identity)]


def _listed(file: Attachment, case: Case, system: AgencySystem) -> dict[str, Any]:
    token = _signer().sign(f"{system.pk}.{file.pk}")
    return {
        "name": _shown_name(file, case),
        "type": file.content_type,
        "size": file.size,
        "sha256": file.sha256,
        "added_at": file.added_at.isoformat(),
        "url": f"{settings.PUBLIC_URL}{reverse('agency-file', args=[token])}",
    }


def _shown_name(file: Attachment, case: Case) -> str:
    return file.plain_name if case.hides_identity else file.name


@opened_by_link
@require_safe
def agency_file(request: HttpRequest, token: str) -> HttpResponseBase:
    """Return one file while its link lasts, the system is in use and its officer sees the case there; else 404."""
    try:
        system_key, _, file_key = _signer().unsign(token, max_age=LIFE).partition(".")
        systems = AgencySystem.objects.filter(endpoint__is_active=True).select_related("officer")
        system = get_object_or_404(systems, pk=int(system_key))
        file = get_object_or_404(Attachment.objects.select_related("case"), pk=UUID(file_key))
    except (BadSignature, ValueError):
        raise Http404 from None
    if file.case is None:
        raise Http404
    case = load_case(system.officer, file.case.reference, at=timezone.now())
    if case.agency_id != system.agency_id or file not in _citizens_files(case):
        raise Http404
    return file_response(file, name=_shown_name(file, case))


def _signer() -> TimestampSigner:
    return TimestampSigner(salt=_SALT)
