"""The built-in words of every message in Arabic."""

from collections.abc import Mapping
from typing import Final

from notifications.wordings.wording import Wording

SERVICE_NAME: Final = "بخدمتكم"
# A context may give the kind of a case by its code; a word of its own is taken as it is.
CASE_KINDS: Final[Mapping[str, str]] = {
    "complaint": "شكوى",
    "suggestion": "اقتراح",
    "inquiry": "استفسار",
    "praise": "ثناء",
}
# What stands for the letters of a name when the longest one is measured.
WIDEST_LETTER: Final = "ع"

# Arabic has two genders and a short name may be of either, and so has the word for the kind of case: the sentences
# below are built on «معاملة» or on verbal nouns, so that they are right for every kind and every agency.
WORDINGS: Final[Mapping[str, Wording]] = {
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
    "officer_assigned": Wording(
        sms="أسندت إليكم معاملة {ref}.",
        subject="أُسندت إليكم معاملة {ref}",
        text="أُسندت إليكم معاملة {ref}، وتتابعون العمل عليها من الآن.",
    ),
    "officer_reminded": Wording(
        sms="تذكير: معاملة {ref} تنتظركم.",
        subject="تذكير بمعاملة {ref}",
        text="معاملة {ref} تنتظركم. ذكّركم بها أحد زملائكم أو وحدة إدارة الشكاوى الحكومية.",
    ),
    "officer_lapsed": Wording(
        sms="لم يصل رد صاحب المعاملة {ref} في مهلته. تابعوا العمل دونه.",
        subject="انتهت مهلة الرد في معاملة {ref}",
        text="لم يصل رد صاحب المعاملة {ref} على سؤالكم في مهلته. تابعوا العمل دونه.",
    ),
    "officer_task": Wording(
        sms="مطلوب ردكم في معاملة {ref} لدى جهة أخرى حتى {date}.",
        subject="مطلوب ردكم في معاملة {ref}",
        text="تطلب {agency} ردكم على الجزء الذي يخصكم من معاملة {ref} حتى {date}.",
    ),
    "officer_task_answered": Wording(
        sms="وصل رد الجهة التي سألتموها في معاملة {ref}.",
        subject="رد جهة أخرى في معاملة {ref}",
        text="وصل رد الجهة التي سألتموها في معاملة {ref}.",
    ),
    "officer_task_dropped": Wording(
        sms="لا حاجة إلى ردكم في معاملة {ref} بعد الآن.",
        subject="لم يعد ردكم مطلوبًا في معاملة {ref}",
        text="لم يعد ردكم مطلوبًا على الجزء الذي يخصكم من معاملة {ref}. لا يلزمكم شيء.",
    ),
    "officer_date_refused": Wording(
        sms="تم رفض التمديد في معاملة {ref}، ويبقى موعدها كما هو.",
        subject="رُفض التمديد في معاملة {ref}",
        text="رُفض الموعد المقترح في معاملة {ref}، ويبقى موعدها كما هو. السبب في صفحتها.",
    ),
    "officer_sent_back": Wording(
        sms="تمت إعادة الرد المقترح على معاملة {ref} لتعديله.",
        subject="أُعيد الرد المقترح على معاملة {ref}",
        text="أُعيد الرد المقترح على معاملة {ref} لتعديله. السبب في صفحتها.",
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
    "cmu_decision": Wording(
        sms="",
        subject="معاملة {ref} تنتظر قراركم",
        text="تنتظر معاملة {ref} لدى {agency} قراركم في موعد لاحق أو في رد مقترح. التفاصيل في صفحة المعاملة.",
    ),
    "email_confirm": Wording(
        sms="",
        subject="أكدوا بريدكم الإلكتروني في بخدمتكم",
        text="ليصلكم الرد على معاملاتكم بالبريد الإلكتروني، أكدوا هذا العنوان من هنا:\n\n{url}\n\n"
        "إن لم تطلبوا ذلك فلا يلزمكم شيء، ولن نراسلكم على هذا العنوان.",
    ),
    "email_changed": Wording(
        sms="",
        subject="تغير البريد الإلكتروني في حسابكم في بخدمتكم",
        text="لم يعد هذا العنوان عنوان حسابكم في بخدمتكم. إن لم تغيروه أنتم فاتصلوا على {phone}.",
    ),
    "case_reminder": Wording(
        sms="تذكير: {ref} بانتظار ردكم حتى {date}. {link}",
        subject="تذكير: معاملتكم {ref} بانتظار ردكم",
        text="في معاملتكم {ref} سؤال ما زال ينتظر ردكم حتى {date}.",
    ),
    "case_late": Wording(
        sms="نعتذر، تأخر الرد على {ref} وصعدناه إلى وحدة المتابعة.",
        subject="تأخر الرد على معاملتكم {ref}",
        text="نعتذر، تأخر الرد على معاملتكم {ref} وصعدناه إلى وحدة المتابعة. لا يلزمكم شيء.",
    ),
    "case_unanswered": Wording(
        sms="أغلقت معاملة {ref} لعدم ورود ردكم. للاعتراض: {link}",
        subject="أغلقت معاملتكم {ref}",
        text="أغلقت معاملتكم {ref} لعدم ورود ردكم. يمكنكم الاعتراض من صفحة المعاملة.",
    ),
    "officer_due": Wording(
        sms="معاملة {ref} تنتهي مدتها اليوم ولم يسجل رد.",
        subject="معاملة {ref} تنتهي مدتها اليوم",
        text="معاملة {ref} تنتهي مدتها اليوم ولم يسجل رد.",
    ),
    "officer_digest": Wording(
        sms="",
        subject="معاملات جهتكم في {date}",
        text="معاملات جهتكم في {date}:\n\nموعدها اليوم: {due_today}\nموعدها قريب: {at_risk}\nعادت إليكم: {returned}\n"
        "رسائل لم تصل: {failed}\n\nقائمة العمل:\n\n{url}",
    ),
    "praise_passed_on": Wording(
        sms="",
        subject="ثناء على أحد موظفيكم: {ref}",
        text="ورد في المعاملة {ref} ثناء على أحد العاملين لدى {agency}، وصدر الرد عليها. يُرجى نقل الشكر إليه. "
        "تجدون الاسم في صفحة المعاملة.",
    ),
    "officer_directorate": Wording(
        sms="أجابت المديرية في معاملة {ref}.",
        subject="أجابت المديرية في معاملة {ref}",
        text="حددت المديرية المدة أو بيّنت النتيجة في معاملة {ref}. التفاصيل في صفحة المعاملة.",
    ),
    "directorate_request": Wording(
        sms="",
        subject="{agency} تطلب إفادتكم في معاملة {ref}",
        text="تطلب {agency} من مديريتكم تحديد المدة اللازمة في معاملة {ref} وبيان النتيجة. اقرؤوا الطلب وأجيبوا عنه "
        "من هنا "
        "دون حساب:\n\n{url}\n\nيعمل الرابط حتى {date}، ويفتح هذه المعاملة وحدها، فلا ترسلوه إلى أحد خارج مديريتكم.",
    ),
    "directorate_reminder": Wording(
        sms="",
        subject="تذكير: {agency} تنتظر إفادتكم في معاملة {ref}",
        text="تنتظر {agency} إفادة مديريتكم في معاملة {ref}. أجيبوا عن الطلب من هنا دون حساب:\n\n{url}\n\nيعمل "
        "الرابط حتى {date}، "
        "ويفتح هذه المعاملة وحدها، فلا ترسلوه إلى أحد خارج مديريتكم.",
    ),
    "officer_reminder": Wording(
        sms="تذكير: معاملة {ref} موعدها {date}.",
        subject="معاملة {ref} موعدها {date}",
        text="تذكير: معاملة {ref} موعدها {date}، ولم يسجل بعد ما تنتظره.",
    ),
    "officer_silent": Wording(
        sms="",
        subject="معاملات لدى {agency} تنتظر ضابط ارتباط آخر",
        text="لم يسجل أحد ضباط الارتباط في {agency} الدخول منذ مدة طويلة. عدد المعاملات المفتوحة التي تنتظر من "
        "يتولاها: "
        "{count}. صفحة ضباط الارتباط تبين لمن كانت ومن يمكنه توليها.",
    ),
    "officer_aside": Wording(
        sms="معاملة {ref} تحتاج إلى ضابط ارتباط آخر.",
        subject="معاملة {ref} تحتاج إلى ضابط ارتباط آخر",
        text="لا يمكن لضابط الارتباط المسندة إليه معاملة {ref} أن يتولاها. يرجى إسنادها إلى زميل آخر.",
    ),
    "cmu_aside": Wording(
        sms="",
        subject="لا أحد لدى {agency} يمكنه تولي معاملة {ref}",
        text="لم يبق لدى {agency} من يمكنه تولي معاملة {ref}. يرجى فتحها وتقرير من يتابعها.",
    ),
    "officer_took_over": Wording(
        sms="",
        subject="معاملات لدى {agency} صارت معكم",
        text="عدد المعاملات المفتوحة لدى {agency} التي صارت معكم: {count}. تجدونها في قائمة العمل.",
    ),
    "ladder_late": Wording(
        sms="تأخرت معاملة {ref} لدى {agency} عن {date}.",
        subject="تأخرت معاملة {ref}",
        text="تجاوزت معاملة {ref} لدى {agency} موعدها {date}. نبلغكم لأن من قبلكم لم ينجزها في موعدها.",
    ),
    "cmu_late": Wording(
        sms="",
        subject="تأخرت معاملة {ref} لدى {agency}",
        text="تجاوزت معاملة {ref} لدى {agency} موعدها {date}. رفعت إلى: {rung}.",
    ),
    "cmu_rung_empty": Wording(
        sms="",
        subject="لا أحد ترفع إليه معاملة {ref} لدى {agency}",
        text="تجاوزت معاملة {ref} لدى {agency} موعدها {date}، وهذا الموقع شاغر فيها: {rung}. ترفع إلى الدرجة التالية.",
    ),
    "cmu_own_late": Wording(
        sms="معاملة {ref} متأخرة لدى الوحدة منذ {date}.",
        subject="معاملة {ref} متأخرة لدى الوحدة",
        text="تنتظر معاملة {ref} قرار الوحدة، وكان موعده {date}.",
    ),
    "operator_alarm": Wording(
        sms="تنبيه {date}: {alarm}.",
        subject="تنبيه في بخدمتكم: {alarm}",
        text="تنبيه بتاريخ {date}: {alarm}. التفاصيل في صفحة الرسائل، والخطوات في دليل التشغيل.",
    ),
}
