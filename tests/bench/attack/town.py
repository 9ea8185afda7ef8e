"""The people, the cases and the secrets that attacks are about; made by the actions alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.core.files.base import ContentFile
from django.test import RequestFactory
from django.utils import timezone

from accounts import policy
from accounts.models import Citizen, Mandate, User
from accounts.roles import Role
from accounts.sign_in import app_sessions
from agencies.models import (
    Agency,
    AgencySite,
    Directorate,
    Governorate,
    KnownProblem,
    Period,
    Topic,
    WorkingHours,
)
from complaints import unsent_forms
from complaints.actions import accept, close, file
from complaints.actions.consultations import consult
from complaints.actions.filing import Filing
from complaints.actions.recusals import recuse
from complaints.engine.links import token_for
from complaints.filing import drafting
from complaints.models import Attachment, Case, CentreContact, Draft, Macro, StandardText, UnsentForm
from notifications.models import CallTask, Message
from tests.cast import make_agency, make_citizen, make_staff
from tests.complaints import DONE, FOUND, REQUEST
from tests.complaints.cases import make_topic

#: A word of every case, and one that a search for them would use.
WORD, SEARCHED = "سمندل", "نافورة"
#: What the review typed and read again on the page of the agency complained about; the owner is hidden there.
SHAPES = (
    "حنظلة (البلقاوي)",
    'حنظلة "البلقاوي"',
    "حنظلة:البلقاوي",
    "حنظلة—البلقاوي",
    "حنظلة محمود البلقاوي",
    "حنظلة، السيد البلقاوي",
    "حنظلة آل البلقاوي",
    "Hanzala Balqawi",
    "0796_543_210",
    "079*654*3210",
    "hanzala @ home.example",
    "hanzala(at)home.example",
)
NUMBERS = ("9907654321", "0796543210", "796543210", "hanzala@home.example", "زقاق النخيل", "حنظلة البلقاوي")


@dataclass(frozen=True)
class Town:
    """People by name, what the ``{places}`` of a row stand for, and the secrets by the name a row gives them."""

    people: Mapping[str, User | Citizen]
    places: Mapping[str, str]
    secrets: Mapping[str, tuple[str, ...]]


def make_town(at: datetime) -> Town:
    """Make everything in an empty database that is migrated."""
    WorkingHours.objects.create(period=Period.NORMAL, opens=time(8, 30), closes=time(15, 30))
    water = make_agency("miyahuna", "شركة مياه الأردن", "Jordan Water Company")
    people = _people(water)
    cases = _cases(people, water, at)
    secrets = {"words": (WORD,), "name": ("حنظلة", "البلقاوي"), "shapes": SHAPES, "numbers": NUMBERS}
    return Town(people, _places(people, cases, water, at), secrets)


def _people(water: Agency) -> dict[str, User | Citizen]:
    gam = make_agency("gam", "أمانة عمان الكبرى", "Greater Amman Municipality", kind="municipality", sector="municipal")
    unit = {"kind": "unit", "sector": "public_admin", "is_complainable": False}
    cmu = make_agency("cmu", "وحدة إدارة الشكاوى الحكومية", "Government Complaints Management Unit", **unit)
    ncc = make_agency("ncc", "مركز الاتصال الوطني", "National Contact Centre", **unit)
    amman = Governorate.objects.create(code="JO-AM", name_ar="العاصمة", name_en="Amman (Capital)", sort_order=1)
    staff: tuple[tuple[str, str, Agency, Role], ...] = (
        ("omar", "عمر الصمادي", water, Role.OFFICER),
        ("nadia", "نادية الشرع", water, Role.SUPERVISOR),
        ("haitham", "هيثم العدوان", water, Role.DIRECTORATE_MEMBER),
        ("yusuf", "يوسف عويس", gam, Role.OFFICER),
        ("lina", "لينا مدانات", cmu, Role.CMU_STAFF),
        ("sami", "سامي بقاعين", ncc, Role.AGENT),
        ("huda", "هدى الكردي", cmu, Role.OPERATOR),
        ("asma", "أسماء الفايز", cmu, Role.PM_OFFICE),
    )
    made: dict[str, User | Citizen] = {
        name: make_staff(f"{name}@{agency.code}.example", arabic, name.title(), f"+96279010001{place}", agency, role)
        for place, (name, arabic, agency, role) in enumerate(staff)
    }
    made["karim"] = make_citizen("كريم", "الحوراني", "9851204417", "+962780004417", governorate=amman)
    made["owner"] = make_citizen(
        "حنظلة", "البلقاوي", NUMBERS[0], f"+962{NUMBERS[2]}", email=NUMBERS[3], address=NUMBERS[4], governorate=amman
    )
    return made


def _cases(people: Mapping[str, User | Citizen], water: Agency, at: datetime) -> dict[str, Case]:
    topic = make_topic("outage", "انقطاع المياه", "Water outage", parent=make_topic("supply", "المياه", "Water supply"))
    omar, nadia, lina, haitham = (_staff(people, name) for name in ("omar", "nadia", "lina", "haitham"))
    network = Directorate.objects.create(agency=water, name_ar="مديرية الشبكات", name_en="Networks Directorate")
    haitham.memberships.update(directorate=network)
    cases = {name: _filed(name, people, water, topic, at) for name in ("open", "hidden", "about", "closed", "asked")}
    cases["karims"] = _filed("karims", {**people, "owner": people["karim"]}, water, topic, at)
    recuse(cases["about"], by=lina, at=at, person=nadia, text="الشكوى عنها.")
    for name in ("closed", "asked"):
        accept(cases[name], by=omar, at=at, days=5)
    close(cases["closed"], by=omar, at=at, outcome="solved", found=FOUND, done=DONE)
    consult(cases["asked"], by=omar, at=at, directorate=network, text=REQUEST)
    return cases


def _filed(name: str, people: Mapping[str, User | Citizen], water: Agency, topic: Topic, at: datetime) -> Case:
    owner = people["owner"]
    assert isinstance(owner, Citizen)
    assert owner.user is not None
    is_hidden, words = name == "hidden", "" if name == "karims" else f"{SEARCHED} {WORD}."
    filing = Filing(
        citizen=owner,
        kind="complaint",
        agency=water,
        topic=topic,
        subject=f"{WORD if words else ''} {name}".strip(),
        details="\n".join([words or name, *(SHAPES if is_hidden else ())]),
        place=NUMBERS[4] if is_hidden else "قرب المدرسة",
        hides_identity=is_hidden,
    )
    return file(filing, by=owner.user, at=at)


def _places(
    people: Mapping[str, User | Citizen], cases: Mapping[str, Case], water: Agency, at: datetime
) -> dict[str, str]:
    omar = _staff(people, "omar")
    text = StandardText.objects.create(agency=water, title=WORD, found=WORD, changed_by=omar, changed_at=at)
    macro = Macro.objects.create(agency=water, name=WORD, changed_by=omar, changed_at=at)
    macro.steps.create(number=1, act="note", text=WORD)
    message = Message.objects.filter(reference=cases["open"].reference, recipient__startswith="citizen:")[0]
    consultation = cases["asked"].consultations.get()
    return {
        **{name: case.reference for name, case in cases.items()},
        **{f"{name}_key": str(person.pk) for name, person in people.items()},
        **{f"{name}_role": str(_staff(people, name).memberships.get().pk) for name in ("huda", "nadia")},
        "cmu": str(_staff(people, "lina").memberships.get().agency_id),
        "file": str(_file(cases["open"], at).pk),
        "hidden_file": str(_file(cases["hidden"], at).pk),
        "text": str(text.pk),
        "macro": str(macro.pk),
        "message": str(message.pk),
        "call": str(CallTask.objects.create(message=message).pk),
        "consultation": str(consultation.pk),
        "token": token_for(consultation),
        "searched": SEARCHED,
        **_new_doors(people, cases, at),
    }


def _new_doors(people: Mapping[str, User | Citizen], cases: Mapping[str, Case], at: datetime) -> dict[str, str]:
    """Make a call, a mandate, words that were not sent, a known problem, a site, a key and an app, and name them."""
    owner, karim = people["owner"], people["karim"]
    assert isinstance(owner, Citizen)
    assert isinstance(karim, Citizen)
    topic, water, day = cases["open"].topic, cases["open"].agency, timedelta(days=1)
    said = {"agency": water, "topic": topic, "text_ar": "x", "text_en": "x", "published_at": at, "changed_at": at}
    made = {
        "contact": CentreContact(
            agent=_staff(people, "sami"), citizen=owner, found_by="phone", started_at=at, proven_at=at
        ),
        "mandate": Mandate(
            representative=owner, by_unit=True, ground="lawyer", asked_at=at, starts_at=at, ends_at=at + day
        ),
        "unsent": _unsent(owner.user, f"/cases/{cases['open'].reference}/add/", cases["open"], at),
        "staff_unsent": _unsent(_staff(people, "omar"), f"/staff/cases/{cases['open'].reference}/note/", None, at),
        "problem": KnownProblem(**said, starts_at=at, ends_at=at + day),
        "site": AgencySite(agency=water, origin="https://water.example"),
        "draft": Draft(citizen=owner, kind="complaint", subject=WORD, details=WORD, updated_at=at),
    }
    for row in made.values():
        row.save()
    key, _text = drafting.make(WORD, agency=water, contact=owner, by=_staff(people, "lina"), at=at)
    policy.accept(karim, policy.POLICY_VERSION, language="ar", at=at)
    app = app_sessions.begin(RequestFactory().get("/"), karim.user, device="x", at=timezone.now())
    keys = {name: str(row.pk) for name, row in made.items()}
    return {**keys, "key": str(key.pk), "karim_access": app.access}


def _unsent(user: User | None, path: str, case: Case | None, at: datetime) -> UnsentForm:
    fields = json.dumps([["text", f"{WORD} {SEARCHED}"]])
    return UnsentForm(user=user, path=path, case=case, key=unsent_forms.new_key(at=at), content=fields, saved_at=at)


def _file(case: Case, at: datetime) -> Attachment:
    content = f"%PDF-1.7 {WORD} {case.reference}".encode()
    return Attachment.objects.create(
        case=case,
        file=ContentFile(content, name="x"),
        name=f"{WORD}.pdf",
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_at=at,
    )


def _staff(people: Mapping[str, User | Citizen], name: str) -> User:
    person = people[name]
    assert isinstance(person, User)
    return person
