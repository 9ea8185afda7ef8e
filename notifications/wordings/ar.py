"""The built-in words of every message in Arabic."""

from collections.abc import Mapping
from typing import Final

from notifications.wordings import ar_accounts, ar_reports, ar_staff
from notifications.wordings.wording import Wording

SERVICE_NAME: Final = "بخدمتكم"
# A context may give the kind of a case by its code; a word of its own is taken as it is.
CASE_KINDS: Final[Mapping[str, str]] = {
    "complaint": "شكوى",
    "suggestion": "اقتراح",
    "inquiry": "استفسار",
    "praise": "ثناء",
}
# {yours}: the same with "your", as the object of a verb or after «أن» and nowhere else: elsewhere «ثناءكم» is written
# «ثناؤكم» or «ثنائكم».
YOUR_CASES: Final[Mapping[str, str]] = {
    "complaint": "شكواكم",
    "suggestion": "اقتراحكم",
    "inquiry": "استفساركم",
    "praise": "ثناءكم",
}
# What stands for the letters of a name when the longest one is measured.
WIDEST_LETTER: Final = "ع"

# Arabic has two genders, and the short name of an agency and the noun for the kind of case may be of either: no verb,
# adjective or pronoun below agrees with them. To citizens a case is {yours}, or «ال{kind}» beside a verbal noun («تم
# سحب…»); to staff it is «الطلب», which is masculine.
WORDINGS: Final[Mapping[str, Wording]] = {
    **ar_accounts.WORDINGS,
    "case_received": Wording(
        sms="استلمنا {yours}. رقم المتابعة {ref}. {link}",
        subject="استلمنا {yours} رقم {ref}",
        text="استلمنا {yours}. رقم المتابعة {ref}.",
    ),
    "case_received_triage": Wording(
        sms="استلمنا {yours} {ref}، ونحدد الجهة المختصة. {link}",
        subject="استلمنا {yours} رقم {ref}",
        text="استلمنا {yours}. رقم المتابعة {ref}. نحدد الآن الجهة المختصة، ولا يلزمكم أي إجراء.",
    ),
    "case_accepted": Wording(
        sms="{ref}: رد {agency} حتى {date}. {link}",
        subject="{kind} {ref}: قيد المعالجة",
        text="تبيّن أن {yours} رقم {ref} من اختصاص {agency}. يصلكم الرد في موعد أقصاه {date}.",
    ),
    "case_question": Wording(
        sms="{ref}: سؤال ينتظر إجابتكم حتى {date}. {link}",
        subject="{kind} {ref}: بانتظار إجابتكم",
        text="لدينا سؤال يخص {yours} رقم {ref}، وهو ينتظر إجابتكم حتى {date}.",
    ),
    "case_resumed": Wording(
        sms="{kind} {ref}: لم تصل إجابتكم ونتابع دونها. {link}",
        subject="{kind} {ref}: نتابع العمل دون إجابتكم",
        text="لم تصل إجابتكم عن سؤالنا الذي يخص {yours} رقم {ref}، ونتابع العمل دونها. ما زال بإمكانكم إضافة معلومات.",
    ),
    "case_moved": Wording(
        sms="ال{kind} {ref} لدى {agency} الآن. {link}",
        subject="حوّلنا {yours} رقم {ref} إلى {agency}",
        text="حوّلنا {yours} رقم {ref} إلى {agency}. لا يلزمكم أي إجراء.",
    ),
    "case_triage": Wording(
        sms="{kind} {ref}: نحدد الآن الجهة المختصة. {link}",
        subject="{kind} {ref}: نحدد الجهة المختصة",
        text="نحدد الآن الجهة المختصة لنحوّل {yours} رقم {ref} إليها. لا يلزمكم أي إجراء.",
    ),
    "case_new_date": Wording(
        sms="تأجل الرد على {ref} إلى {date}. السبب: {link}",
        subject="موعد جديد للرد على ال{kind} رقم {ref}",
        text="تأجل الرد على ال{kind} رقم {ref} إلى {date}. تجدون السبب هنا:",
    ),
    "case_earlier_date": Wording(
        sms="موعد الرد على {ref} أقرب: {date}. {link}",
        subject="موعد أقرب للرد على ال{kind} رقم {ref}",
        text="صححنا موضوع ال{kind} رقم {ref}، ولذلك صار موعد الرد أقرب: {date}. تجدون التفاصيل هنا:",
    ),
    "case_delivered": Wording(
        sms="وصل ثناؤكم {ref} إلى {agency}. {link}",
        subject="وصل ثناؤكم رقم {ref} إلى من يخصهم",
        text="وصل ثناؤكم رقم {ref} إلى من يخصهم لدى {agency}. نشكركم عليه، ولا يلزمكم أي إجراء.",
    ),
    "case_answered": Wording(
        sms="صدر الرد على ال{kind} {ref}. للقراءة: {link}",
        subject="صدر الرد على ال{kind} رقم {ref}",
        text="صدر الرد على ال{kind} رقم {ref}. تقرؤونه من هنا:",
    ),
    "case_adopted": Wording(
        sms="تقرر اعتماد اقتراحكم {ref}. التفاصيل: {link}",
        subject="تقرر اعتماد اقتراحكم رقم {ref}",
        text="تقرر اعتماد اقتراحكم رقم {ref}. تقرؤون ما سيتغير وموعده من هنا:",
    ),
    "case_not_adopted": Wording(
        sms="تقرر عدم اعتماد اقتراحكم {ref}. الأسباب: {link}",
        subject="تقرر عدم اعتماد اقتراحكم رقم {ref}",
        text="درسنا اقتراحكم رقم {ref}، وتقرر عدم اعتماده. تقرؤون الأسباب من هنا:",
    ),
    "case_status": Wording(
        sms="{kind} {ref}: {status}. {link}",
        subject="حالة ال{kind} رقم {ref}",
        text="حالة ال{kind} رقم {ref}: {status}.",
    ),
    "case_withdrawn": Wording(
        sms="تم سحب {ref} بطلبكم. لم تطلبوا ذلك؟ {phone} {link}",
        subject="تم سحب ال{kind} رقم {ref}",
        text="تم سحب ال{kind} رقم {ref} بناءً على طلبكم. إن لم تطلبوا ذلك فاتصلوا على {phone}.",
    ),
    "case_archived": Wording(
        sms="تعذر قبول ال{kind} {ref} وتم الإغلاق. السبب: {link}",
        subject="تعذر قبول ال{kind} رقم {ref}",
        text="تعذر قبول ال{kind} رقم {ref} وتم الإغلاق. تجدون السبب هنا:",
    ),
    "case_objected": Wording(
        sms="وصل اعتراضكم في {ref}، والقرار حتى {date}. {link}",
        subject="وصل اعتراضكم بشأن ال{kind} رقم {ref}",
        text="وصل اعتراضكم بشأن ال{kind} رقم {ref}. يصلكم القرار في موعد أقصاه {date}.",
    ),
    "case_upheld": Wording(
        sms="اعتراضكم في {ref} مقبول، والرد حتى {date}. {link}",
        subject="تم قبول اعتراضكم بشأن ال{kind} رقم {ref}",
        text="تم قبول اعتراضكم وإعادة فتح ال{kind} رقم {ref}. يصلكم الرد الجديد في موعد أقصاه {date}.",
    ),
    "case_dismissed": Wording(
        sms="تم رفض اعتراضكم في ال{kind} {ref}. الأسباب: {link}",
        subject="القرار في اعتراضكم: {kind} {ref}",
        text="تم رفض اعتراضكم بشأن ال{kind} رقم {ref}. تجدون الأسباب هنا:",
    ),
    "case_filed_by_phone": Wording(
        sms="سجلنا {yours} هاتفيا برقم {ref}. المتابعة: {link}",
        subject="سجلنا {yours} رقم {ref}",
        text="سجلنا {yours} هاتفيًا. رقم المتابعة {ref}.",
    ),
    "case_rating": Wording(
        sms="هل أفادكم الرد على {ref}؟ أجيبونا هنا: {link}",
        subject="هل أفادكم الرد على ال{kind} رقم {ref}؟",
        text="صدر الرد على ال{kind} رقم {ref} منذ أيام. هل أفادكم الرد، وكيف كان التعامل معكم؟ نسألكم مرة واحدة فقط، "
        "والإجابة اختيارية. أجيبوا من هنا، دون تسجيل الدخول:",
    ),
    "officer_new_case": Wording(
        sms="وصلكم {ref}. حددوا الاختصاص حتى {date}. {link}",
        subject="وصلكم الطلب {ref}",
        text="وصلكم طلب جديد ({kind}) رقمه {ref}. أكدوا الاختصاص أو ارفضوه في موعد أقصاه {date}.",
    ),
    "officer_praise": Wording(
        sms="ثناء {ref}: أوصلوه وأكدوا ذلك حتى {date}. {link}",
        subject="وصلكم الثناء {ref}",
        text="وصلكم ثناء رقمه {ref}. أوصلوه إلى من يخصهم لديكم وأكدوا ذلك في موعد أقصاه {date}. لا يلزم تأكيد "
        "الاختصاص ولا كتابة رد.",
    ),
    "officer_recalled": Wording(
        sms="استردت الوحدة الطلب {ref} من جهتكم. {link}",
        subject="استردت الوحدة الطلب {ref}",
        text="استردت الوحدة الطلب {ref} من جهتكم. لا يلزمكم فيه أي إجراء بعد الآن.",
    ),
    "officer_reply": Wording(
        sms="أجاب صاحب الطلب {ref} عن سؤالكم. {link}",
        subject="وصلت إجابة في الطلب {ref}",
        text="وصلت إجابة صاحب الطلب {ref} عن سؤالكم، وعاد العمل على الطلب إليكم.",
    ),
    "officer_added": Wording(
        sms="معلومات جديدة من صاحب الطلب {ref}. {link}",
        subject="معلومات جديدة في الطلب {ref}",
        text="أضاف صاحب الطلب {ref} معلومات أو عدّل نصه.",
    ),
    "officer_withdrawn": Wording(
        sms="تم سحب الطلب {ref} برغبة صاحبه. {link}",
        subject="تم سحب الطلب {ref}",
        text="تم سحب الطلب {ref} برغبة صاحبه. لا يلزمكم أي إجراء.",
    ),
    "officer_upheld": Wording(
        sms="اعتراض مقبول في {ref}، والرد حتى {date}. {link}",
        subject="أُعيد فتح الطلب {ref}",
        text="قُبل الاعتراض في الطلب {ref} وأُعيد فتحه. الرد الجديد حتى {date}.",
    ),
    "officer_assigned": Wording(
        sms="تم إسناد الطلب {ref} إليكم. {link}",
        subject="أُسند إليكم الطلب {ref}",
        text="أُسند إليكم الطلب {ref}. تابعوا العمل عليه من الآن.",
    ),
    "officer_reminded": Wording(
        sms="تذكير: الطلب {ref} ينتظركم. {link}",
        subject="تذكير بالطلب {ref}",
        text="الطلب {ref} ينتظركم. أرسل هذا التذكير أحد زملائكم أو الوحدة.",
    ),
    "officer_citizen_reminds": Wording(
        sms="",
        subject="تذكير من صاحب الطلب {ref}",
        text="تأخر الطلب {ref}، وأرسل صاحبه تذكيرًا. أرسلوا الرد أو حددوا موعدًا.",
    ),
    "officer_lapsed": Wording(
        sms="لا إجابة من صاحب الطلب {ref}. تابعوا دونها. {link}",
        subject="انتهت مدة الإجابة في الطلب {ref}",
        text="لم تصل إجابة صاحب الطلب {ref} عن سؤالكم في موعدها. تابعوا العمل دونها.",
    ),
    "officer_task": Wording(
        sms="مساهمتكم مطلوبة في {ref} حتى {date}. {link}",
        subject="مساهمتكم مطلوبة في الطلب {ref}",
        text="مساهمتكم مطلوبة في الطلب {ref} لدى {agency}، في موعد أقصاه {date}. ردوا على الجزء الذي يخصكم منه.",
    ),
    "officer_task_answered": Wording(
        sms="وصلت مساهمة الجهة الأخرى في {ref}. {link}",
        subject="وصلت مساهمة جهة أخرى في الطلب {ref}",
        text="وصلت مساهمة الجهة التي سألتموها في الطلب {ref}.",
    ),
    "officer_task_dropped": Wording(
        sms="لم تعد مساهمتكم مطلوبة في {ref}. {link}",
        subject="لم تعد مساهمتكم مطلوبة في الطلب {ref}",
        text="لم تعد مساهمتكم مطلوبة في الطلب {ref}. لا يلزمكم أي إجراء.",
    ),
    "officer_date_refused": Wording(
        sms="تم رفض التمديد في {ref}، ويبقى موعده. {link}",
        subject="رُفض التمديد في الطلب {ref}",
        text="رُفض التمديد المقترح في الطلب {ref}، ويبقى موعده كما هو. السبب في صفحة الطلب.",
    ),
    "officer_sent_back": Wording(
        sms="تم إرجاع الرد المقترح على {ref} لتعديله. {link}",
        subject="أُرجع الرد المقترح على الطلب {ref}",
        text="أُرجع الرد المقترح على الطلب {ref} لتعديله. السبب في صفحة الطلب.",
    ),
    "cmu_triage": Wording(
        sms="{ref} ينتظر تحديد الجهة حتى {date}. {link}",
        subject="الطلب {ref} ينتظر تحديد الجهة المختصة",
        text="الطلب {ref} ينتظر تحديد الجهة المختصة حتى {date}.",
    ),
    "cmu_objection": Wording(
        sms="اعتراض في الطلب {ref}، والقرار حتى {date}. {link}",
        subject="اعتراض في الطلب {ref}",
        text="وصل اعتراض في الطلب {ref}، والقرار حتى {date}.",
    ),
    "officer_decision": Wording(
        sms="",
        subject="الطلب {ref} ينتظر قراركم",
        text="الطلب {ref} لدى {agency} ينتظر قراركم في تمديد مقترح أو رد مقترح. التفاصيل في صفحة الطلب.",
    ),
    "email_confirm": Wording(
        sms="",
        subject="أكدوا بريدكم الإلكتروني في بخدمتكم",
        text="ليصلكم الرد على طلباتكم بالبريد الإلكتروني، أكدوا هذا العنوان من هنا:\n\n{url}\n\n"
        "إن لم تطلبوا ذلك فتجاهلوا هذه الرسالة. لا نرسل شيئًا آخر إلى عنوان لم يؤكده صاحبه.",
    ),
    "email_changed": Wording(
        sms="",
        subject="تغير البريد الإلكتروني في حسابكم في بخدمتكم",
        text="لم يعد هذا العنوان عنوان حسابكم في بخدمتكم. إن لم تغيروه أنتم فاتصلوا على {phone}.",
    ),
    "case_reminder": Wording(
        sms="تذكير: {ref} بانتظار إجابتكم حتى {date}. {link}",
        subject="تذكير: {kind} {ref} بانتظار إجابتكم",
        text="ما زال سؤالنا الذي يخص {yours} رقم {ref} ينتظر إجابتكم حتى {date}.",
    ),
    "case_late": Wording(
        sms="نعتذر، تأخر الرد على {ref} ورفعنا الأمر. {link}",
        subject="تأخر الرد على ال{kind} رقم {ref}",
        text="نعتذر، تأخر الرد على ال{kind} رقم {ref} ورفعنا الأمر إلى المسؤولين. {late} لا يلزمكم أي إجراء.",
    ),
    "case_unanswered": Wording(
        sms="تم إغلاق {ref} لعدم ورود إجابتكم. للاعتراض: {link}",
        subject="تم إغلاق ال{kind} رقم {ref}",
        text="تم إغلاق ال{kind} رقم {ref} لعدم ورود إجابتكم. يمكنكم الاعتراض من هنا:",
    ),
    "officer_due": Wording(
        sms="موعد الرد على {ref} اليوم، ولا رد مسجل. {link}",
        subject="موعد الرد على الطلب {ref} اليوم",
        text="موعد الرد على الطلب {ref} اليوم، ولم يُسجل رد بعد.",
    ),
    "officer_digest": Wording(
        sms="",
        subject="طلبات جهتكم في {date}",
        text="طلبات جهتكم في {date}:\n\nبانتظار قراركم: {to_decide}\nموعدها اليوم: {due_today}\n"
        "موعدها قريب: {at_risk}\nعادت إليكم: {returned}\n"
        "مواعيد رد يُرجّح تجاوزها: {likely_missed}\nرسائل لم تصل: {failed}\n\nقائمة العمل:\n\n{url}",
    ),
    "cmu_digest": Wording(
        sms="",
        subject="طلبات بانتظار قراركم في {date}",
        text="في بداية يوم {date}:\n\nبانتظار قراركم: {to_decide}\nقيد الفرز: {triage}\n\n"
        "منذ يوم العمل السابق:\n\nحالات تأخر أُبلغت بها الجهات: {reported}\n"
        "حالات تأخر لم يُبلَّغ بها أحد لشغور المستوى المطلوب: {vacant}\n\nقائمة العمل:\n\n{url}",
    ),
    "praise_passed_on": Wording(
        sms="",
        subject="ثناء على أحد موظفيكم: {ref}",
        text="ورد في الطلب {ref} ثناء على أحد العاملين لدى {agency}. يُرجى نقل الشكر إلى الموظف "
        "المعني. تجدون الاسم في صفحة الطلب.",
    ),
    "officer_directorate": Wording(
        sms="وصلت إفادة المديرية في الطلب {ref}. {link}",
        subject="وصلت إفادة المديرية في الطلب {ref}",
        text="حددت المديرية المدة أو بيّنت النتيجة في الطلب {ref}. التفاصيل في صفحة الطلب.",
    ),
    "directorate_request": Wording(
        sms="",
        subject="{agency}: طلب إفادة في الطلب رقم {ref}",
        text="وصلكم من {agency} طلب إفادة في الطلب رقم {ref}: حددوا المدة اللازمة لكم، ثم بيّنوا النتيجة. "
        "اقرؤوا التفاصيل وأجيبوا من هنا، دون حساب:\n\n{url}\n\n"
        "يعمل الرابط حتى {date}، ويفتح هذا الطلب وحده، فلا ترسلوه إلى أحد خارج مديريتكم.",
    ),
    "directorate_reminder": Wording(
        sms="",
        subject="{agency}: تذكير بإفادتكم في الطلب رقم {ref}",
        text="ما زالت إفادة مديريتكم مطلوبة في الطلب رقم {ref} لدى {agency}. أجيبوا من هنا، دون حساب:\n\n{url}\n\n"
        "يعمل الرابط حتى {date}، ويفتح هذا الطلب وحده، فلا ترسلوه إلى أحد خارج مديريتكم.",
    ),
    "officer_reminder": Wording(
        sms="تذكير: موعد الطلب {ref} هو {date}. {link}",
        subject="تذكير: موعد الطلب {ref} هو {date}",
        text="تذكير: موعد الطلب {ref} هو {date}، ولم تُسجل الخطوة التالية بعد.",
    ),
    "officer_silent": Wording(
        sms="",
        subject="طلبات تنتظر ضابط ارتباط آخر لدى {agency}",
        text="انقطع أحد ضباط الارتباط في {agency} عن تسجيل الدخول منذ مدة طويلة. عدد الطلبات المفتوحة التي تنتظر من "
        "يتولاها: {count}. تجدون في صفحة ضباط الارتباط من كانت مسندة إليه ومن يمكنه توليها.",
    ),
    "officer_aside": Wording(
        sms="الطلب {ref} يحتاج إلى ضابط ارتباط آخر. {link}",
        subject="الطلب {ref} يحتاج إلى ضابط ارتباط آخر",
        text="لدى ضابط الارتباط المسند إليه الطلب {ref} تضارب مصالح. أسندوا الطلب إلى ضابط ارتباط آخر.",
    ),
    "cmu_aside": Wording(
        sms="",
        subject="لا أحد لدى {agency} يمكنه تولي الطلب {ref}",
        text="لم يبق لدى {agency} من يمكنه تولي الطلب {ref}. افتحوا الطلب وقرروا من يتابعه.",
    ),
    "officer_took_over": Wording(
        sms="",
        subject="أُسندت إليكم طلبات لدى {agency}",
        text="عدد الطلبات المفتوحة لدى {agency} التي أُسندت إليكم: {count}. تجدونها في قائمة العمل.",
    ),
    "ladder_late": Wording(
        sms="{agency}: تأخر {ref} عن {date} {link}",
        subject="تأخر الطلب {ref}: {delay}",
        text="تجاوز الطلب {ref} لدى {agency} موعده {date} دون إنجاز، ولذلك صُعِّد الأمر إليكم. {delay}.",
    ),
    "ladder_digest": Wording(
        sms="",
        subject="طلبات جهتكم المتأخرة في {date}: {count}",
        text="طلبات جهتكم المتأخرة المصعّدة إليكم في بداية يوم {date}: {count}\n"
        "المصعّد منها منذ يوم العمل السابق: {reported}\n\nصفحة الطلبات المتأخرة:\n\n{url}\n\n{cases}",
    ),
    "ladder_explained": Wording(
        sms="",
        subject="توضيح سبب تأخر الطلب {ref}",
        text="سألتم عن سبب تأخر الطلب {ref}، ووصل التوضيح من {agency}. تجدونه في صفحة الطلب.",
    ),
    "officer_explain": Wording(
        sms="",
        subject="يُرجى توضيح سبب تأخر الطلب {ref}",
        text="تأخر الطلب {ref}، وتسأل قيادة {agency} عن السبب. تجدون السؤال في صفحة الطلب، ونرجو الإجابة عنه فيها.",
    ),
    "cmu_asked": Wording(
        sms="يطلب صاحب الطلب {ref} تدخل الوحدة. {link}",
        subject="طلب تدخل الوحدة: الطلب {ref}",
        text="تأخر الطلب {ref} لدى {agency}، وأُبلغت مستويات التصعيد كلها، ويطلب صاحبه تدخل الوحدة.",
    ),
    "cmu_own_late": Wording(
        sms="قرار الوحدة في {ref} متأخر منذ {date}. {link}",
        subject="قرار الوحدة في الطلب {ref} متأخر",
        text="ينتظر الطلب {ref} قرار الوحدة، وكان موعد القرار {date}.",
    ),
    "operator_alarm": Wording(
        sms="تنبيه {date}: {alarm}.",
        subject="تنبيه في بخدمتكم: {alarm}",
        text="تنبيه بتاريخ {date}: {alarm}. التفاصيل في صفحة الرسائل، والخطوات في دليل التشغيل.",
    ),
    **ar_reports.WORDINGS,
    **ar_staff.WORDINGS,
}
