"""The words of every message, by template, language and channel, and the size of an SMS."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Final

from notifications.models import Channel

GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these costs two places: GSM 03.38 reaches them through an escape.
GSM_EXTENSION: Final = frozenset("^{}\\[~]|€\f")
CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

LANGUAGES: Final = ("ar", "en")
# A context may give the kind of a case by its code; a word of its own is taken as it is.
KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "ar": {"complaint": "شكوى", "suggestion": "اقتراح", "inquiry": "استفسار", "praise": "ثناء"},
    "en": {"complaint": "complaint", "suggestion": "suggestion", "inquiry": "inquiry", "praise": "praise"},
}
SERVICE: Final = {"ar": "بخدمتكم", "en": "At Your Service"}


class WordingIncomplete(LookupError):
    """A template was asked for that does not exist, or a word of it was not given."""


@dataclass(frozen=True)
class Wording:
    """The words of one template in one language.

    ``sms`` ends in the short link where it says ``{link}``, else in the message's mark. ``subject`` and ``text`` are
    the e-mail's; the link, where the message has one, and the signature are added below the text.
    """

    sms: str
    subject: str
    text: str
    marked: bool = True

    @property
    def sms_carries_link(self) -> bool:
        """Say whether the SMS has room for the link."""
        return "{link}" in self.sms


@dataclass(frozen=True)
class Rendered:
    """A message's final words."""

    subject: str
    body: str


# Arabic has two genders and a short name may be of either, and so has the word for the kind of case: the sentences
# below are built on «معاملة» or on verbal nouns, so that they are right for every kind and every agency.
ARABIC: Final[Mapping[str, Wording]] = {
    "code": Wording(
        sms="{code} رمزكم في بخدمتكم. لا تعطوه لأحد.\n@{host} #{code}",
        subject="رمزكم في بخدمتكم",
        text="{code} رمزكم في بخدمتكم. لا تعطوه لأحد.",
        marked=False,
    ),
    "registered": Wording(
        sms="اكتمل تسجيلكم في بخدمتكم، ويمكنكم الآن تقديم معاملاتكم.",
        subject="اكتمل تسجيلكم في بخدمتكم",
        text="اكتمل تسجيلكم في بخدمتكم، ويمكنكم الآن تقديم معاملاتكم ومتابعتها.",
    ),
    "already_registered": Wording(
        sms="لديكم حساب في بخدمتكم. ادخلوا به، أو اختاروا: نسيت كلمة المرور.",
        subject="لديكم حساب في بخدمتكم",
        text="طُلب تسجيل جديد ببياناتكم، ولديكم حساب في بخدمتكم. ادخلوا به، أو اختاروا «نسيت كلمة المرور». "
        "إن لم تطلبوا ذلك فلا يلزمكم شيء.",
    ),
    "password_changed": Wording(
        sms="تغيرت كلمة مروركم في بخدمتكم. لستم أنتم؟ {phone}",
        subject="تغيرت كلمة مروركم في بخدمتكم",
        text="تغيرت كلمة مروركم في بخدمتكم. إن لم تغيروها أنتم فاتصلوا على {phone}.",
    ),
    "phone_changed": Wording(
        sms="لم يعد هذا الرقم رقم حسابكم في بخدمتكم. لستم أنتم؟ {phone}",
        subject="تغير رقم هاتفكم في بخدمتكم",
        text="تغير رقم الهاتف في حسابكم في بخدمتكم. إن لم تغيروه أنتم فاتصلوا على {phone}.",
    ),
    "phone_added": Wording(
        sms="أضيف رقمكم إلى حساب في بخدمتكم. لستم أنتم؟ {phone}",
        subject="أضيف رقم هاتف إلى حسابكم في بخدمتكم",
        text="أضيف رقم هاتف إلى حسابكم في بخدمتكم. إن لم تضيفوه أنتم فاتصلوا على {phone}.",
    ),
    "case_received": Wording(
        sms="وصلت معاملتكم. رقم المتابعة {ref}. {link}",
        subject="وصلت معاملتكم {ref}",
        text="وصلت معاملتكم. رقم المتابعة {ref}.",
    ),
    "case_received_triage": Wording(
        sms="وصلت معاملتكم {ref}، ونبحث عن الجهة المختصة. {link}",
        subject="وصلت معاملتكم {ref}",
        text="وصلت معاملتكم. رقم المتابعة {ref}. نبحث لها عن الجهة المختصة، ولا يلزمكم شيء.",
    ),
    "case_accepted": Wording(
        sms="تم قبول {ref} لدى {agency}، والرد حتى {date}.",
        subject="معاملتكم {ref} قيد المعالجة",
        text="تم قبول معاملتكم {ref} لدى {agency}، والرد حتى {date}.",
    ),
    "case_question": Wording(
        sms="{kind} {ref}: سؤال ينتظر ردكم حتى {date}. {link}",
        subject="معاملتكم {ref} بانتظار ردكم",
        text="في معاملتكم {ref} سؤال ينتظر ردكم حتى {date}.",
    ),
    "case_resumed": Wording(
        sms="{kind} {ref}: لم يصل ردكم، والجهة تتابع دونه. {link}",
        subject="معاملتكم {ref} قيد المعالجة",
        text="لم يصل ردكم في معاملتكم {ref}، والجهة تتابع العمل دونه.",
    ),
    "case_moved": Wording(
        sms="انتقلت معاملة {ref} إلى {agency}. لا يلزمكم شيء.",
        subject="انتقلت معاملتكم {ref} إلى جهة أخرى",
        text="انتقلت معاملتكم {ref} إلى {agency}. لا يلزمكم شيء.",
    ),
    "case_triage": Wording(
        sms="{kind} {ref}: نبحث عن الجهة المختصة. لا يلزمكم شيء.",
        subject="معاملتكم {ref} قيد التحقق من الاختصاص",
        text="نبحث عن الجهة المختصة بمعاملتكم {ref}. لا يلزمكم شيء.",
    ),
    "case_new_date": Wording(
        sms="معاملة {ref}: تأجل الرد إلى {date}. السبب: {link}",
        subject="موعد جديد للرد على معاملتكم {ref}",
        text="تأجل الرد على معاملتكم {ref} إلى {date}. تجدون السبب في صفحة المعاملة.",
    ),
    "case_answered": Wording(
        sms="صدر الرد على {kind} {ref}. للقراءة: {link}",
        subject="صدر الرد على معاملتكم {ref}",
        text="صدر الرد على معاملتكم {ref}. تقرؤونه في صفحة المعاملة.",
    ),
    "case_withdrawn": Wording(
        sms="تم سحب {kind} {ref} بناء على طلبكم. لستم أنتم؟ {phone}",
        subject="تم سحب معاملتكم {ref}",
        text="تم سحب معاملتكم {ref} بناء على طلبكم. إن لم تطلبوا ذلك فاتصلوا على {phone}.",
    ),
    "case_archived": Wording(
        sms="تم إغلاق معاملة {ref} لعدم قبولها. السبب: {link}",
        subject="تم إغلاق معاملتكم {ref}",
        text="تم إغلاق معاملتكم {ref} لعدم قبولها. تجدون السبب في صفحة المعاملة.",
    ),
    "case_objected": Wording(
        sms="وصل اعتراضكم في {kind} {ref}، والقرار حتى {date}.",
        subject="وصل اعتراضكم في معاملتكم {ref}",
        text="وصل اعتراضكم على الرد في معاملتكم {ref}، والقرار حتى {date}.",
    ),
    "case_upheld": Wording(
        sms="قبلنا اعتراضكم في {kind} {ref}، والرد حتى {date}.",
        subject="أعيد فتح معاملتكم {ref}",
        text="قبلنا اعتراضكم وأعدنا فتح معاملتكم {ref}، والرد الجديد حتى {date}.",
    ),
    "case_dismissed": Wording(
        sms="لم نقبل اعتراضكم في {kind} {ref}. الأسباب: {link}",
        subject="القرار في اعتراضكم على {ref}",
        text="لم نقبل اعتراضكم على الرد في معاملتكم {ref}. تجدون الأسباب في صفحة المعاملة.",
    ),
    "case_filed_by_phone": Wording(
        sms="سجلنا معاملتكم هاتفيا برقم {ref}. المتابعة: {link}",
        subject="سجلنا معاملتكم {ref}",
        text="سجلنا معاملتكم هاتفيًا. رقم المتابعة {ref}.",
    ),
    "officer_new_case": Wording(
        sms="وصلتكم معاملة {ref}. قرار الاختصاص حتى {date}.",
        subject="وصلتكم معاملة {ref}",
        text="وصلتكم معاملة جديدة ({kind}) رقمها {ref}. قرار الاختصاص حتى {date}.",
    ),
    "officer_recalled": Wording(
        sms="استردت وحدة إدارة الشكاوى معاملة {ref} من جهتكم.",
        subject="استردت الوحدة معاملة {ref}",
        text="استردت وحدة إدارة الشكاوى الحكومية معاملة {ref} من جهتكم، ولا يلزمكم فيها شيء بعد الآن.",
    ),
    "officer_reply": Wording(
        sms="وصل رد صاحب المعاملة {ref} على سؤالكم.",
        subject="وصل رد في معاملة {ref}",
        text="وصل رد صاحب المعاملة {ref} على سؤالكم، وعاد العمل عليها إليكم.",
    ),
    "officer_added": Wording(
        sms="أضاف صاحب المعاملة {ref} معلومات إليها.",
        subject="معلومات جديدة في معاملة {ref}",
        text="أضاف صاحب المعاملة {ref} معلومات إليها.",
    ),
    "officer_withdrawn": Wording(
        sms="تم سحب معاملة {ref} بطلب صاحبها. لا يلزمكم شيء.",
        subject="تم سحب معاملة {ref}",
        text="تم سحب معاملة {ref} بطلب صاحبها. لا يلزمكم شيء.",
    ),
    "officer_upheld": Wording(
        sms="أعيد فتح معاملة {ref} لقبول الاعتراض. الرد حتى {date}.",
        subject="أعيد فتح معاملة {ref}",
        text="قُبل الاعتراض على الرد في معاملة {ref} وأعيد فتحها. الرد الجديد حتى {date}.",
    ),
    "officer_lapsed": Wording(
        sms="لم يصل رد صاحب المعاملة {ref} في مهلته. تابعوا العمل دونه.",
        subject="انتهت مهلة الرد في معاملة {ref}",
        text="لم يصل رد صاحب المعاملة {ref} على سؤالكم في مهلته. تابعوا العمل دونه.",
    ),
    "cmu_triage": Wording(
        sms="معاملة {ref} تنتظر تحديد الجهة المختصة حتى {date}.",
        subject="معاملة {ref} تنتظر جهة مختصة",
        text="معاملة {ref} تنتظر تحديد الجهة المختصة حتى {date}.",
    ),
    "cmu_objection": Wording(
        sms="اعتراض على الرد في معاملة {ref}، والقرار حتى {date}.",
        subject="اعتراض في معاملة {ref}",
        text="وصل اعتراض على الرد في معاملة {ref}، والقرار حتى {date}.",
    ),
}

ENGLISH: Final[Mapping[str, Wording]] = {
    "code": Wording(
        sms="{code} is your At Your Service code. Do not share it.\n@{host} #{code}",
        subject="Your At Your Service code",
        text="{code} is your At Your Service code. Do not share it.",
        marked=False,
    ),
    "registered": Wording(
        sms="You are registered with At Your Service and can now file your cases.",
        subject="You are registered with At Your Service",
        text="You are registered with At Your Service. You can now file your cases and follow them.",
    ),
    "already_registered": Wording(
        sms="You already have an At Your Service account. Sign in, or choose: I forgot my password.",
        subject="You already have an At Your Service account",
        text="Somebody asked to register with your details, and you already have an At Your Service account. Sign in, "
        "or choose “I forgot my password”. If this was not you, you need do nothing.",
    ),
    "password_changed": Wording(
        sms="Your At Your Service password changed. Not you? {phone}",
        subject="Your At Your Service password changed",
        text="Your At Your Service password changed. If this was not you, call {phone}.",
    ),
    "phone_changed": Wording(
        sms="This is no longer the number of your At Your Service account. Not you? {phone}",
        subject="Your At Your Service phone number changed",
        text="The phone number of your At Your Service account changed. If this was not you, call {phone}.",
    ),
    "phone_added": Wording(
        sms="Your number was added to an At Your Service account. Not you? {phone}",
        subject="A phone number was added to your At Your Service account",
        text="A phone number was added to your At Your Service account. If this was not you, call {phone}.",
    ),
    "case_received": Wording(
        sms="We have your case. Tracking number {ref}. {link}",
        subject="We have your case {ref}",
        text="We have your case. Your tracking number is {ref}.",
    ),
    "case_received_triage": Wording(
        sms="We have your case {ref} and are finding the right agency for it. {link}",
        subject="We have your case {ref}",
        text="We have your case. Your tracking number is {ref}. We are finding the right agency for it; you need do "
        "nothing.",
    ),
    "case_accepted": Wording(
        sms="{Kind} {ref}: accepted by {agency}. Reply by {date}.",
        subject="Your case {ref} is in progress",
        text="Your case {ref} was accepted by {agency}. You will have a reply by {date}.",
    ),
    "case_question": Wording(
        sms="{Kind} {ref}: the agency has a question for you until {date}. {link}",
        subject="Your case {ref} waits for your answer",
        text="There is a question for you in your case {ref}. Please answer it by {date}.",
    ),
    "case_resumed": Wording(
        sms="{Kind} {ref}: we had no answer from you, so the agency goes on without it. {link}",
        subject="Your case {ref} is in progress",
        text="We had no answer from you in your case {ref}, so the agency goes on without it.",
    ),
    "case_moved": Wording(
        sms="{Kind} {ref} moved to {agency}. You need do nothing.",
        subject="Your case {ref} moved to another agency",
        text="Your case {ref} moved to {agency}. You need do nothing.",
    ),
    "case_triage": Wording(
        sms="{Kind} {ref}: we are finding the right agency. You need do nothing.",
        subject="We are finding the right agency for your case {ref}",
        text="We are finding the right agency for your case {ref}. You need do nothing.",
    ),
    "case_new_date": Wording(
        sms="{Kind} {ref}: new reply date {date}. Why: {link}",
        subject="New reply date for your case {ref}",
        text="The new date for the reply to your case {ref} is {date}. The page of the case says why.",
    ),
    "case_answered": Wording(
        sms="{Kind} {ref} is answered. Read it: {link}",
        subject="Your case {ref} is answered",
        text="Your case {ref} is answered. Read the answer on the page of the case.",
    ),
    "case_withdrawn": Wording(
        sms="{Kind} {ref} was withdrawn as you asked. Not you? {phone}",
        subject="Your case {ref} was withdrawn",
        text="Your case {ref} was withdrawn as you asked. If this was not you, call {phone}.",
    ),
    "case_archived": Wording(
        sms="{Kind} {ref} was closed without being taken up. Why: {link}",
        subject="Your case {ref} was closed",
        text="Your case {ref} was closed without being taken up. The page of the case says why.",
    ),
    "case_objected": Wording(
        sms="{Kind} {ref}: we have your objection. Decision by {date}.",
        subject="We have your objection in case {ref}",
        text="We have your objection to the reply in your case {ref}. You will have a decision by {date}.",
    ),
    "case_upheld": Wording(
        sms="{Kind} {ref}: your objection was upheld. New reply by {date}.",
        subject="Your case {ref} is open again",
        text="Your objection was upheld and your case {ref} is open again. You will have a new reply by {date}.",
    ),
    "case_dismissed": Wording(
        sms="{Kind} {ref}: your objection was not upheld. Why: {link}",
        subject="The decision on your objection in case {ref}",
        text="Your objection to the reply in your case {ref} was not upheld. The page of the case says why.",
    ),
    "case_filed_by_phone": Wording(
        sms="We filed your {kind} by phone: {ref}. Follow: {link}",
        subject="We filed your case {ref}",
        text="We filed your case by phone. Your tracking number is {ref}.",
    ),
    "officer_new_case": Wording(
        sms="New {kind} {ref} for your agency. Decide competence by {date}.",
        subject="New case {ref} for your agency",
        text="A new case ({kind}) came to your agency: {ref}. Decide whether it is yours by {date}.",
    ),
    "officer_recalled": Wording(
        sms="The CMU took case {ref} back from your agency.",
        subject="The CMU took back case {ref}",
        text="The Complaints Management Unit took case {ref} back from your agency. You need do nothing more in it.",
    ),
    "officer_reply": Wording(
        sms="Your question in case {ref} was answered.",
        subject="An answer in case {ref}",
        text="The person who filed case {ref} answered your question. The case is with you again.",
    ),
    "officer_added": Wording(
        sms="New information was added to case {ref}.",
        subject="New information in case {ref}",
        text="The person who filed case {ref} added information to it.",
    ),
    "officer_withdrawn": Wording(
        sms="Case {ref} was withdrawn by the person who filed it. You need do nothing.",
        subject="Case {ref} was withdrawn",
        text="Case {ref} was withdrawn by the person who filed it. You need do nothing.",
    ),
    "officer_upheld": Wording(
        sms="Case {ref} is open again: the objection was upheld. Reply by {date}.",
        subject="Case {ref} is open again",
        text="The objection to the reply in case {ref} was upheld, and the case is open again. Reply by {date}.",
    ),
    "officer_lapsed": Wording(
        sms="Your question in case {ref} had no answer in time. Go on without it.",
        subject="No answer in time in case {ref}",
        text="Your question in case {ref} had no answer in time. Go on without it.",
    ),
    "cmu_triage": Wording(
        sms="Case {ref} waits for its agency to be found by {date}.",
        subject="Case {ref} waits for an agency",
        text="Case {ref} waits for its agency to be found by {date}.",
    ),
    "cmu_objection": Wording(
        sms="Objection to the reply in case {ref}. Decide by {date}.",
        subject="Objection in case {ref}",
        text="There is an objection to the reply in case {ref}. Decide on it by {date}.",
    ),
}

WORDINGS: Final[Mapping[str, Mapping[str, Wording]]] = {"ar": ARABIC, "en": ENGLISH}
TEMPLATES: Final = tuple(ARABIC)

# What outbox adds by itself; callers give the rest.
OWN_WORDS: Final = frozenset({"link", "host", "phone", "service"})


def wording(template: str, language: str) -> Wording:
    """Return the words of a template; Arabic where the language is none of ours."""
    table = WORDINGS.get(language, ARABIC)
    try:
        return table[template]
    except KeyError as missing:
        raise WordingIncomplete(template) from missing


@cache
def words_needed(template: str) -> frozenset[str]:
    """Return the context keys a caller must give for a template, whatever the language and channel."""
    texts = (
        text
        for table in WORDINGS.values()
        for text in (table[template].sms, table[template].subject, table[template].text)
    )
    names = {name.lower() for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    return frozenset(names - OWN_WORDS)


def render(
    template: str,
    *,
    channel: Channel,
    language: str,
    context: Mapping[str, str],
    link: str = "",
    mark: str = "",
) -> Rendered:
    """Return the final words of a message.

    ``link`` is printed where the template has room for it, and below the text of an e-mail; ``mark`` ends an SMS
    without a link. Control characters in the context become spaces: a word cannot add a header or a line.
    Raises WordingIncomplete.
    """
    words = wording(template, language)
    known = {key: CONTROLS.sub(" ", value).strip() for key, value in context.items()} | {"link": link}
    kind = known.get("kind", "").lower()
    known["kind"] = KINDS.get(language, KINDS["ar"]).get(kind, kind)
    known["Kind"] = known["kind"].capitalize()
    known.setdefault("service", SERVICE.get(language, SERVICE["ar"]))
    _refuse_gaps(template, context)
    if channel == Channel.SMS:
        return Rendered("", _sms(words, known, mark))
    return Rendered(words.subject.format_map(known), _letter(words, known))


def _refuse_gaps(template: str, context: Mapping[str, str]) -> None:
    """Refuse a context that lacks a word in any language, so that a gap is found by the first test, not by a reader."""
    missing = sorted(key for key in words_needed(template) if not context.get(key, "").strip())
    if missing:
        text = f"{template}: {', '.join(missing)}"
        raise WordingIncomplete(text)


def _sms(words: Wording, known: Mapping[str, str], mark: str) -> str:
    if words.sms_carries_link and not known["link"]:
        text = f"the SMS {words.sms!r} needs its link: give the notice a reference"
        raise WordingIncomplete(text)
    text = words.sms.format_map(known)
    return text if words.sms_carries_link or not words.marked else f"{text} {mark}".rstrip()


def _letter(words: Wording, known: Mapping[str, str]) -> str:
    """Return an e-mail's text: the sentence, the link on a line of its own, the signature."""
    parts = [words.text.format_map(known), known["link"], f"{known['service']}\n{known['phone']}"]
    return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True)
class Size:
    """What a text costs as an SMS."""

    encoding: str
    places: int
    segments: int


def size(text: str) -> Size:
    """Return the encoding, the places taken and the segments of a text sent as an SMS.

    GSM-7: 160 places in one segment, 153 in each of several; UCS-2: 70 and 67, counted in UTF-16 units
    (3GPP TS 23.038 and 23.040).
    """
    if all(letter in GSM_BASIC or letter in GSM_EXTENSION for letter in text):
        widths = [2 if letter in GSM_EXTENSION else 1 for letter in text]
        return Size("GSM-7", sum(widths), _packed(widths, alone=160, joined=153))
    widths = [2 if ord(letter) > 0xFFFF else 1 for letter in text]  # noqa: PLR2004 - the last letter of one UTF-16 unit
    return Size("UCS-2", sum(widths), _packed(widths, alone=70, joined=67))


def _packed(widths: Sequence[int], *, alone: int, joined: int) -> int:
    """Return how many segments letters of these widths fill; a letter of two places is never cut in half."""
    if sum(widths) <= alone:
        return 1
    segments, room = 1, joined
    for width in widths:
        if width > room:
            segments, room = segments + 1, joined
        room -= width
    return segments


def segments(text: str) -> int:
    """Return how many segments a text takes as an SMS."""
    return size(text).segments
