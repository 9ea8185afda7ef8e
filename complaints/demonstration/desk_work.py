"""What else lies on the desks of a demonstration: mandates, requests, precedents, calls, and what staff wrote."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from accounts import privacy
from accounts.identity.registries import NAME, NUMBER, IdentityClaim, RegistryOutcome
from accounts.identity.registries.embedded import EmbeddedRegistry, RegisteredPerson, registered_people
from accounts.mandates import changes
from accounts.models import Citizen, Identity, IdentityCheck, MandateGround, NumberKind, RequestKind, User
from agencies.models import Agency, Governorate, KnownProblem, Topic
from complaints.actions import classification, consultations, links, notes, precedents
from complaints.actions.precedents import PrecedentText
from complaints.desk.start import late_rows
from complaints.models import Case, CentreContact, Channel, ContactResult, FoundBy
from complaints.workflow import State

#: For whom the unit is asked, and who wrote another day of birth than the register has.
WARD: Final = (NumberKind.NATIONAL, "9611003391")
MISTAKEN: Final = (NumberKind.NATIONAL, "2006240678")
#: How long the mandates last.
A_YEAR: Final = timedelta(days=365)
CONFIRMED: Final = "أخي مقيم في إربد ويتابع عني شكاوى البيت في عمان."
AS_GUARDIAN: Final = "حجة وصاية رقم 118 لعام 2026، صادرة عن محكمة عمان الشرعية."
CORRECTION: Final = "اسم عائلتي في حسابي «الحوراني»، والصحيح «حوراني» كما في بطاقة الأحوال المدنية."
WHY_LATE: Final = "ما سبب تأخر هذا الطلب، ومتى يصل الرد إلى صاحبه؟"
BECAUSE: Final = "تأخر وصول الوصلة البديلة من المستودع. تركبها الفرقة صباح الغد، ويُرسل الرد بعدها مباشرة."
NOTE: Final = "اتصلنا بمديرية العمليات: الفرقة في الموقع اليوم بعد الظهر."
LABEL: Final = "متابعة يومية"
#: The precedents of the unit: topic, words, agency and reason.
PRECEDENTS: Final = (
    ("roads-holes", "الطريق الصحراوي", "mopwh", "الطرق الرئيسية خارج حدود البلديات من مسؤولية وزارة الأشغال العامة."),
    ("water-quality", "صهريج مياه", "moh", "رقابة صهاريج المياه الخاصة من اختصاص وزارة الصحة."),
)
#: What became of the calls of the day.
CALLS: Final = (
    ContactResult.FILED,
    ContactResult.FILED,
    ContactResult.TOLD,
    ContactResult.FILED,
    ContactResult.NOTHING,
    ContactResult.HELPED,
)
MINUTES_APART, MINUTES_LONG = 35, 7


@dataclass(frozen=True)
class Staff:
    """Who works at these desks."""

    officer: User
    leader: User
    agent: User
    unit: User

    @classmethod
    def found(cls) -> Staff:
        """Return those of ``accounts.demo``, by the addresses that the README prints."""
        logins = ("omar@miyahuna.example", "basma@miyahuna.example", "sami@ncc.example", "lina@cmu.example")
        users = User.objects.in_bulk(logins, field_name="login")
        return cls(*(users[login] for login in logins))


def fill_desks(amina: Citizen, karim: Citizen, at: datetime) -> None:
    """Leave something on each desk whose page would be empty; the cases are there already."""
    staff = Staff.found()
    _mandates(amina, karim, at)
    privacy.ask(karim, RequestKind.CORRECTION, text=CORRECTION, at=at - timedelta(days=2))
    _mismatch(at)
    _precedents(staff, at)
    _calls(staff, at)
    _joins(karim, at)
    _explanation(staff, at)
    _notes(staff, at)


def _mandates(amina: Citizen, karim: Citizen, at: datetime) -> None:
    """Let Amina speak for Karim, and ask the unit to let her speak for somebody who cannot answer."""
    ends_on = timezone.localdate(at) + A_YEAR
    terms = changes.MandateTerms(ground=MandateGround.RELATIVE, covers_all=True, ends_on=ends_on, proof=CONFIRMED)
    asked = changes.ask(karim, terms, number=amina.number, phone=amina.phone, is_person=True, at=at - timedelta(days=3))
    changes.give(asked.pk, by=amina, at=at - timedelta(days=2))
    terms = changes.MandateTerms(ground=MandateGround.GUARDIAN, covers_all=False, ends_on=ends_on, proof=AS_GUARDIAN)
    changes.ask_unit(amina, terms, _claim(registered_people()[WARD]), at=at - timedelta(days=1))


def _claim(person: RegisteredPerson) -> IdentityClaim:
    return IdentityClaim(**{name: value for name, value in asdict(person).items() if name != "answer"})


def _mismatch(at: datetime) -> None:
    """Register somebody whose day of birth differs from the register, who waits on the page of identities."""
    person = registered_people()[MISTAKEN]
    names = {name: value for name, value in asdict(person).items() if name != "answer"}
    citizen = Citizen.objects.create(
        **{**names, "birth_date": person.birth_date + timedelta(days=30)},
        phone="+962790001307",
        governorate=Governorate.objects.get(code="JO-AM"),
        identity=Identity.MISMATCHED,
        identity_changed_at=at,
        created_at=at,
    )
    IdentityCheck.objects.create(
        citizen=citizen,
        source=EmbeddedRegistry.name,
        outcome=RegistryOutcome.MISMATCHED,
        fields_matched=[NUMBER, NAME],
        at=at,
    )


def _precedents(staff: Staff, at: datetime) -> None:
    topics, agencies = Topic.objects.in_bulk(field_name="code"), Agency.objects.in_bulk(field_name="code")
    for topic, words, agency, why in PRECEDENTS:
        text = PrecedentText(topic=topics[topic], governorate=None, words=words, agency=agencies[agency], why=why)
        precedents.write(text, by=staff.unit, at=at - timedelta(days=20))


def _calls(staff: Staff, at: datetime) -> None:
    """Write down the calls of the agent's last hours, the filed ones with the newest cases that came by phone."""
    cases = iter(
        Case.objects.filter(channel=Channel.PHONE).select_related("citizen").order_by("-filed_at", "-pk")[: len(CALLS)]
    )
    for number, result in enumerate(CALLS, start=1):
        started_at = at - timedelta(minutes=MINUTES_APART * number)
        case = None if result == ContactResult.NOTHING else next(cases, None)
        CentreContact.objects.create(
            agent=staff.agent,
            citizen=case.citizen if case else None,
            found_by=FoundBy.PHONE if case else "",
            proven_at=started_at + timedelta(minutes=1) if case else None,
            reference=case.reference if case else "",
            has_helped=result == ContactResult.HELPED,
            result=result if case else ContactResult.NOTHING,
            started_at=started_at,
            ended_at=started_at + timedelta(minutes=MINUTES_LONG + number % 3),
        )


def _joins(karim: Citizen, at: datetime) -> None:
    """Let one person have each known problem too."""
    for problem in KnownProblem.objects.open_at(at):
        if karim.user is not None:
            links.join(problem.pk, citizen=karim, by=karim.user, at=at)


def _explanation(staff: Staff, at: datetime) -> None:
    """Let the leadership ask why two late cases are late; the officer has answered about the first."""
    rows = [row for row in late_rows(staff.leader, at=at)[0] if row.may_ask][:2]
    for number, row in enumerate(rows):
        case = Case.objects.get(pk=row.case.id)
        consultations.ask_explanation(case, by=staff.leader, at=at, text=WHY_LATE)
        if number == 0:
            consultations.explain(case, by=staff.officer, at=at, text=BECAUSE)


def _notes(staff: Staff, at: datetime) -> None:
    """Let the officer write a note on the newest case in progress, and a label on it."""
    mine = Case.objects.filter(officer=staff.officer, state=State.IN_PROGRESS).order_by("-filed_at", "-pk").first()
    if mine is not None:
        notes.note(mine, by=staff.officer, at=at, text=NOTE)
        classification.label(mine, by=staff.officer, at=at, name=LABEL)
