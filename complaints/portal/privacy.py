"""A copy of one's own data, and requests to correct or delete it."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import IO, Any, Final

from django.contrib import messages
from django.db.models import F, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import contact, countries, phones, privacy
from accounts.contact import citizen_key
from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen
from accounts.models import Citizen, DataCopy, Mandate, PrivacyRequest, RequestKind, RequestState
from accounts.rate_limits import DAY, RateLimit, spend
from accounts.sign_in.passwords import is_confirmed_by_password
from complaints import unsent_forms
from complaints.attachments import fields
from complaints.attachments.recognition import MEGABYTE
from complaints.attachments.uploads import open_stored
from complaints.case_text import timeline
from complaints.case_text.history import texts_for_citizen
from complaints.case_text.messages import message_name
from complaints.case_text.timeline import TimelineEntry
from complaints.models import Answer, Attachment, Case
from complaints.models.files import FROM_CITIZEN, TO_CITIZEN
from complaints.retention.erasing import has_open_cases
from complaints.staff import pdf
from complaints.staff.pdf import PlainSection
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from kit.dates import moment_text
from kit.forms import Form, ParagraphField, PasswordField
from kit.storage_errors import StorageUnavailable
from kit.streams import stream
from notifications.models import Message

# ---- Everything held on a person, collected for a copy: as plain data, which JSON and PDF are made of. ----


#: More than any person has; a copy never grows without an end.
MOST_CASES: Final = 500
MOST_MESSAGES: Final = 2000
MOST_VIEWS: Final = 5000

type Data = dict[str, Any]
#: An entry of a section of a PDF: its title, small print and paragraphs.
type Entry = tuple[str, list[str], list[str]]


def account_data(citizen: Citizen) -> Data:
    """Return what the account holds, in clear: it is the person's own."""
    return {
        "name": [citizen.first_name, citizen.father_name, citizen.grandfather_name, citizen.family_name],
        "number_kind": citizen.number_kind,
        "number": str(citizen.number),
        "nationality": citizen.nationality,
        "birth_date": citizen.birth_date.isoformat(),
        "phone": str(citizen.phone),
        "email": citizen.email,
        "email_confirmed_at": _moment(citizen.email_confirmed_at),
        "country": citizen.country,
        "governorate": citizen.governorate.code if citizen.governorate else "",
        "city": citizen.city,
        "address": str(citizen.address),
        "earlier_data": citizen.earlier_data,
        "language": citizen.language,
        "notify_by": citizen.notify_by,
        "identity": citizen.identity,
        "identity_changed_at": _moment(citizen.identity_changed_at),
        "registered_at": _moment(citizen.created_at),
        **_account_records(citizen),
    }


def _account_records(citizen: Citizen) -> Data:
    return {
        "identity_checks": [
            {"source": check.source, "outcome": check.outcome, "at": _moment(check.at)}
            for check in citizen.checks.order_by("at", "pk")
        ],
        "policy_accepted": [
            {"version": accepted.version, "at": _moment(accepted.accepted_at)}
            for accepted in citizen.acceptances.order_by("accepted_at", "pk")
        ],
        "mandates": [_mandate(one, citizen) for one in Mandate.objects.of(citizen).order_by("asked_at", "pk")],
        "devices": [
            {"device": browser.device, "since": _moment(browser.created_at)}
            for browser in contact.notified_browsers(citizen)
        ],
        "requests": [_request(request) for request in citizen.privacy_requests.order_by("made_at", "pk")],
        "drafts": [
            {"kind": draft.kind, "subject": draft.subject, "details": draft.details, "place": draft.place}
            for draft in citizen.drafts.order_by("pk")
        ],
        "unsent_texts": _unsent_texts(citizen),
        "known_problems": [
            {"problem": joined.problem.text, "joined_at": _moment(joined.joined_at)}
            for joined in citizen.joins.select_related("problem").order_by("joined_at", "pk")
        ],
    }


def _unsent_texts(citizen: Citizen) -> list[Data]:
    found = unsent_forms.listed(citizen.user, at=timezone.now()) if citizen.user else []
    return [{"page": one.row.path, "texts": one.texts, "saved_at": _moment(one.row.saved_at)} for one in found]


def cases_data(citizen: Citizen) -> Iterator[Data]:
    """Yield the person's cases with their threads and the list of their files, the oldest first."""
    cases = Case.objects.filter(citizen=citizen).for_page().order_by("pk")[:MOST_CASES]
    for case in list(cases):
        yield _case(case)


def messages_data(citizen: Citizen) -> Iterator[Data]:
    """Yield the messages sent to the person, the oldest first; the text of a code is not kept in a copy."""
    key = citizen_key(citizen.pk)
    sent = Message.objects.filter(recipient=key).without_decoys().order_by("created_at", "pk")
    for message in islice(stream(sent), MOST_MESSAGES):
        yield {
            "about": str(message_name(message)),
            "channel": message.channel,
            "state": message.state,
            "reference": message.reference,
            "text": "" if message.template == "code" else str(message.body),
            "at": _moment(message.created_at),
        }


def views_data(citizen: Citizen) -> Iterator[Data]:
    """Yield who looked at the person, the oldest first: role and agency, never a name."""
    views = citizen.views.select_related("agency").order_by("at", "pk")
    for view in islice(stream(views), MOST_VIEWS):
        yield {
            "kind": view.kind,
            "what": str(view.get_kind_display()),
            "role": str(view.get_role_display()),
            "agency": view.agency_name,
            "reference": view.reference,
            "at": _moment(view.at),
        }


def citizens_files(citizen: Citizen, *, at: datetime) -> list[Attachment]:
    """Return the files of the person's cases that they sent or see at ``at``."""
    seen = FROM_CITIZEN | TO_CITIZEN | Q(answer__in=Answer.objects.sent(at=at).filter(case__citizen=citizen))
    own = Attachment.objects.filter(seen, case__citizen=citizen).select_related("case")
    return list(own.order_by("case_id", "added_at", "pk"))


def pdf_facts(citizen: Citizen) -> Iterator[tuple[str, str]]:
    """Yield the account as lines of a table."""
    yield gettext("Name"), citizen.full_name
    yield str(citizen.get_number_kind_display()), str(citizen.number)
    yield gettext("Date of birth"), citizen.birth_date.isoformat()
    yield gettext("Mobile number"), phones.show(citizen.phone)
    yield gettext("E-mail"), citizen.email
    yield gettext("Country of residence"), str(countries.name(citizen.country))
    yield gettext("Governorate"), citizen.governorate.name if citizen.governorate else ""
    yield gettext("City or town"), citizen.city
    yield gettext("Detailed address"), str(citizen.address)
    yield gettext("Identity"), str(citizen.get_identity_display())
    for one in citizen.earlier_data:
        told = (" ".join(filter(None, one["names"])), phones.show(one["phone"]), one["email"], one["address"])
        yield gettext("Earlier data"), gettext(", ").join(filter(None, told))


def pdf_sections(citizen: Citizen) -> Iterator[PlainSection]:
    """Yield the cases, the messages and who looked, as sections of a PDF."""
    for case in cases_data(citizen):
        head = ("", [case["filed_on"], case["state_label"]], [case["subject"], case["details"], case["place"]])
        thread = [(entry["title"], [entry["when"]], entry["texts"]) for entry in case["thread"]]
        answers: list[Entry] = [("", [], [answer["found"], answer["done"]]) for answer in case["answers"]]
        files: list[Entry] = [("", [], [name["name"] for name in case["files"]])] if case["files"] else []
        yield PlainSection(f"{case['kind_label']} {case['reference']}", [head, *answers, *thread, *files])
    sent = [(one["about"], [_shown(one["at"]), one["reference"]], [one["text"]]) for one in messages_data(citizen)]
    yield PlainSection(gettext("Messages"), sent)
    looks: list[Entry] = [
        (one["what"], [part for part in (one["role"], one["agency"], _shown(one["at"]), one["reference"]) if part], [])
        for one in views_data(citizen)
    ]
    yield PlainSection(gettext("Who looked at my data"), looks)


def _case(case: Case) -> Data:
    return {**_case_facts(case), **_case_texts(case)}


def _case_facts(case: Case) -> Data:
    return {
        "reference": case.reference,
        "kind": case.kind,
        "kind_label": str(case.get_kind_display()),
        "state": case.state,
        "state_label": str(case.get_state_display()),
        "outcome": case.outcome,
        "agency": case.agency.name if case.agency else "",
        "topic": case.topic.name if case.topic else "",
        "subject": case.subject,
        "details": case.details,
        "place": ", ".join(part for part in (case.area, case.place) if part),
        "latitude": case.latitude,
        "longitude": case.longitude,
        "employee": case.employee,
        "hides_identity": case.hides_identity,
        "filed_at": _moment(case.filed_at),
        "filed_on": pgettext("case", "Filed on") + " " + moment_text(case.filed_at),
        "closed_at": _moment(case.closed_at),
    }


def _case_texts(case: Case) -> Data:
    events = list(case.events.select_related("agency"))
    entries = timeline.timeline(case, events, texts_for_citizen(case, events))
    return {
        "answers_to_questions": [
            {"question": one.question_label, "answer": one.answer_label}
            for one in case.topic_answers.select_related("question")
        ],
        "answers": [
            {"outcome": answer.outcome, "found": answer.found, "done": answer.done, "at": _moment(answer.given_at)}
            for answer in case.answers.sent(at=timezone.now())
        ],
        "thread": [_entry(entry) for entry in entries],
        "files": [
            {"name": one.name, "type": one.content_type, "bytes": one.size, "at": _moment(one.added_at)}
            for one in case.attachments.from_citizen()
        ],
    }


def _mandate(mandate: Mandate, citizen: Citizen) -> Data:
    """Return a mandate without the name of its other side, whose own data it is."""
    return {
        "as": "representative" if mandate.representative_id == citizen.pk else "person",
        "ground": mandate.ground,
        "state": mandate.state,
        "covers_all": mandate.covers_all,
        "proof": str(mandate.proof),
        "papers": _papers(mandate) if mandate.representative_id == citizen.pk else [],
        "seen": str(mandate.seen),
        "reason": str(mandate.reason),
        "asked_at": _moment(mandate.asked_at),
        "decided_at": _moment(mandate.decided_at),
        "ends_at": _moment(mandate.ends_at),
        "ended_at": _moment(mandate.ended_at),
    }


def _papers(mandate: Mandate) -> list[str]:
    return [paper.attachment.name for paper in fields.kept_papers(mandate)] if mandate.by_unit else []


def _request(request: PrivacyRequest) -> Data:
    return {
        "kind": request.kind,
        "text": str(request.text),
        "made_at": _moment(request.made_at),
        "state": request.state,
        "reason": str(request.reason),
        "decided_at": _moment(request.decided_at),
    }


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _shown(text: str) -> str:
    return moment_text(datetime.fromisoformat(text))


def _entry(entry: TimelineEntry) -> Data:
    texts = [text for text in (entry.text, entry.quote) if text]
    return {"title": entry.title, "at": _moment(entry.at), "when": moment_text(entry.at), "texts": texts}


# ---- A copy of one's own data: asked for with the password, made anew at each download, for seven days. ----


OFFERED_FOR: Final = timedelta(days=7)
COPIES_PER_PERSON: Final = RateLimit("data_copy", 3, DAY)
DOWNLOADS_PER_PERSON: Final = RateLimit("data_copy_download", 20, DAY)
#: Files larger than this together are only listed: they are on the pages of their cases.
MOST_BYTES: Final = 100 * MEGABYTE


def ask_for_copy(citizen: Citizen, *, at: datetime) -> DataCopy:
    """Record that the person asked for a copy, and offer it for seven days; raises ``RateLimitReached``."""
    spend(COPIES_PER_PERSON, str(citizen.pk), at=at)
    return DataCopy.objects.create(citizen=citizen, made_at=at, expires_at=at + OFFERED_FOR)


def offered_copy(citizen: Citizen, *, at: datetime) -> DataCopy | None:
    """Return the newest copy that may be downloaded."""
    return citizen.data_copies.filter(expires_at__gt=at).order_by("-made_at", "-pk").first()


def count_download(copy: DataCopy, *, at: datetime) -> None:
    """Record a download; raises ``RateLimitReached``."""
    spend(DOWNLOADS_PER_PERSON, str(copy.citizen_id), at=at)
    DataCopy.objects.filter(pk=copy.pk).update(downloads=F("downloads") + 1)


def json_lines(citizen: Citizen, *, at: datetime) -> Iterator[str]:
    """Yield the copy as one JSON document, a case or a message at a time."""
    yield f'{{"made_at": {_json(at.isoformat())},\n"account": {_json(account_data(citizen))}'
    parts: tuple[tuple[str, Callable[[Citizen], Iterator[Any]]], ...] = (
        ("cases", cases_data),
        ("messages", messages_data),
        ("who_looked", views_data),
    )
    for name, rows in parts:
        yield f',\n"{name}": ['
        yield from _separated(_json(row) for row in rows(citizen))
        yield "]"
    yield "}\n"


def pdf_copy(citizen: Citizen, *, at: datetime) -> bytes:
    """Return the copy as a PDF in the language of the page."""
    title = gettext("A copy of my data")
    return pdf.render_sections(title, pdf_facts(citizen), pdf_sections(citizen), at=at)


def has_room_for_files(files: Iterable[Attachment]) -> bool:
    """Tell whether the files are small enough to be handed out together."""
    return sum(each.size for each in files) <= MOST_BYTES


def files_archive(files: Iterable[Attachment]) -> IO[bytes]:
    """Return a temporary file with all files in one archive, by case; a file that cannot be read is left out."""
    archive = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED, allowZip64=False) as box:
        for number, each in enumerate(files, start=1):
            try:
                with open_stored(each) as stored, box.open(f"{each.case}/{number:03}-{each.name}", "w") as target:
                    for chunk in stored.chunks():
                        target.write(chunk)
            except (FileNotFoundError, StorageUnavailable):
                continue
    archive.seek(0)
    return archive


def _separated(rows: Iterable[str]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}\n{row}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


# ---- The forms by which a person asks about their own data. ----


LONGEST = 1000
SHORTEST = 10


class CopyForm(Form):
    """The password, so that an unattended screen is not enough."""

    current = PasswordField(label=_("Your password"))


class CorrectionForm(Form):
    """What is wrong, and what is right."""

    text = ParagraphField(
        max=LONGEST,
        min=SHORTEST,
        rows=4,
        label=_("What is wrong, and what is right?"),
        error_messages={"required": _("Write what is wrong, and what is right")},
        help_text=_("You can change your phone, your e-mail and how we contact you yourself, in your account."),
    )


class DeletionForm(Form):
    """The wish to delete the account, confirmed by the password."""

    text = ParagraphField(max=LONGEST, rows=3, required=False, label=_("Is there anything we should know?"))
    current = PasswordField(label=_("Your password"))


# ---- The citizen's pages of a copy of their data, and of requests to correct or delete it. ----


#: What a copy is sent as.
FORMS = frozenset({"json", "pdf", "zip"})


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
@handles_rate_limits
def copy(request: HttpRequest) -> HttpResponse:
    """Take the password and offer a copy of everything held on the person, for seven days."""
    citizen, at = signed_in_citizen(request), timezone.now()
    form = CopyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and is_confirmed_by_password(form, request, at=at):
        ask_for_copy(citizen, at=at)
        messages.success(request, gettext("Your copy is ready. You can download it for 7 days."))
        return redirect("account-copy")
    offered = offered_copy(citizen, at=at)
    files = citizens_files(citizen, at=at) if offered else []
    context = {
        "form": form,
        "offered": offered,
        "files": len(files),
        "has_room_for_files": has_room_for_files(files),
    }
    return render(request, "complaints/portal/privacy/copy.html", context)


@require_safe
@citizen_required
@handles_rate_limits
def copy_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the copy as ``json`` or ``pdf``, or the files as ``zip``; 404 without a copy that is offered."""
    citizen, at = signed_in_citizen(request), timezone.now()
    offered = offered_copy(citizen, at=at)
    files = citizens_files(citizen, at=at) if form == "zip" else []
    if form not in FORMS or offered is None or not has_room_for_files(files):
        raise Http404
    if request.method == "GET":
        count_download(offered, at=at)
    if form == "zip":
        return FileResponse(files_archive(files), as_attachment=True, filename="my-files.zip")
    attachment = {"Content-Disposition": f'attachment; filename="my-data.{form}"'}
    if form == "pdf":
        return HttpResponse(pdf_copy(citizen, at=at), content_type="application/pdf", headers=attachment)
    return StreamingHttpResponse(
        json_lines(citizen, at=at), content_type="application/json; charset=utf-8", headers=attachment
    )


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
@handles_rate_limits
@keeps_unsent_form_until_redirect
def data_requests(request: HttpRequest) -> HttpResponse:
    """Take a request to correct the data or delete the account, and show how earlier ones were decided."""
    citizen, at = signed_in_citizen(request), timezone.now()
    kind = request.POST.get("kind", "") if request.method == "POST" else ""
    correction = CorrectionForm(request.POST if kind == RequestKind.CORRECTION else None)
    deletion = DeletionForm(request.POST if kind == RequestKind.DELETION else None)
    if correction.is_bound and correction.is_valid():
        return _send_request(request, RequestKind.CORRECTION, correction.cleaned_data["text"])
    if deletion.is_bound and is_confirmed_by_password(deletion, request, at=at):
        if not has_open_cases(citizen):
            return _send_request(request, RequestKind.DELETION, deletion.cleaned_data["text"])
        deletion.add_error(None, gettext("You have open cases. Withdraw them, or wait for their end, then ask again."))
    made = list(citizen.privacy_requests.order_by("-made_at", "pk")[:20])
    context = {
        "correction": correction,
        "deletion": deletion,
        "failed": correction if correction.errors else deletion,
        "requests": made,
        "open_kinds": {each.kind for each in made if each.state == RequestState.OPEN},
    }
    return render(request, "complaints/portal/privacy/requests.html", context)


def _send_request(request: HttpRequest, kind: RequestKind, text: str) -> HttpResponse:
    privacy.ask(signed_in_citizen(request), kind, text=text, at=timezone.now())
    messages.success(request, gettext("Your request has been sent. You will get the answer by message."))
    return redirect("account-requests")
