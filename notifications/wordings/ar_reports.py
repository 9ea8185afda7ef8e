"""Arabic e-mails to staff about directives, released reports, annexes and drafts of the commitment index."""

from collections.abc import Mapping
from typing import Final

from notifications.wordings.wording import Wording

WORDINGS: Final[Mapping[str, Wording]] = {
    "directive_issued": Wording(
        sms="",
        subject="توجيه جديد إلى {agency}، موعده {date}",
        text="صدر توجيه إلى {agency}، وموعد تنفيذه {date}. اقرؤوه وأبلغوا عن كل خطوة وأرفقوا ما يثبت ما تم:\n\n{url}",
    ),
    "directive_reminder": Wording(
        sms="",
        subject="التوجيه الصادر إلى {agency} موعده {date}",
        text="تذكير: التوجيه الصادر إلى {agency} موعده {date}، ولم يصل بلاغ عن تنفيذه بعد:\n\n{url}",
    ),
    "directive_late": Wording(
        sms="",
        subject="تأخر تنفيذ التوجيه الصادر إلى {agency}",
        text="كان موعد تنفيذ التوجيه الصادر إلى {agency} يوم {date}، ولم يصل بلاغ عن تنفيذه بعد:\n\n{url}\n\n"
        "يُرفع أمر التأخر في كل يوم عمل إلى مستوى أعلى، حتى مكتب رئيس الوزراء.",
    ),
    "commitment_reminder": Wording(
        sms="",
        subject="تعهد من {agency} موعده {date}",
        text="تذكير: تعهد {agency} بشأن مشكلة متكررة موعده {date}. اكتبوا ما تم وما يثبته:\n\n{url}",
    ),
    "commitment_late": Wording(
        sms="",
        subject="تأخر الوفاء بتعهد {agency}",
        text="كان موعد تعهد {agency} بشأن مشكلة متكررة يوم {date}، ولم يُكتب بعد ما يثبت ما تم:\n\n{url}\n\n"
        "يُرفع أمر التأخر في كل يوم عمل إلى مستوى أعلى، حتى مكتب رئيس الوزراء.",
    ),
    "directive_level_vacant": Wording(
        sms="",
        subject="توجيه إلى {agency} والمستوى المطلوب إبلاغه شاغر",
        text="التوجيه الصادر إلى {agency} موعده {date} يحتاج إلى متابعة، والمنصب الذي يُبلَّغ الآن شاغر:\n\n{url}",
    ),
    "directive_reported": Wording(
        sms="",
        subject="إبلاغ عن تنفيذ التوجيه الصادر إلى {agency}",
        text="تم الإبلاغ عن تنفيذ التوجيه الصادر إلى {agency} وموعده {date}. اقرؤوا ما يثبت ذلك ثم أغلقوا التوجيه أو "
        "أعيدوه:\n\n{url}",
    ),
    "directive_sent_back": Wording(
        sms="",
        subject="إعادة التوجيه الصادر إلى {agency}، وموعده {date}",
        text="أُعيد التوجيه الصادر إلى {agency} مع ذكر السبب، وموعد تنفيذه {date}:\n\n{url}",
    ),
    "directive_closed": Wording(
        sms="",
        subject="إغلاق التوجيه الصادر إلى {agency}",
        text="أُغلق التوجيه الصادر إلى {agency} وموعده {date}. لا يلزمكم أي إجراء آخر:\n\n{url}",
    ),
    "directive_withdrawn": Wording(
        sms="",
        subject="سحب التوجيه الصادر إلى {agency}",
        text="سُحب التوجيه الصادر إلى {agency} وموعده {date}. لا يلزمكم أي إجراء آخر. السبب مذكور هنا:\n\n{url}",
    ),
    "report_released": Wording(
        sms="",
        subject="صدر التقرير الدوري عن الفترة المنتهية في {date}",
        text="صدر التقرير الدوري عن الفترة المنتهية في {date}. اقرؤوه واطلعوا على من رد على ملحقه:\n\n{url}",
    ),
    "annex_released": Wording(
        sms="",
        subject="ملحق التقرير الدوري إلى {agency}، والرد حتى {date}",
        text="في ملحق التقرير الدوري إلى {agency} أرقامكم والطلبات التي تحتاج إلى إجراء والتوجيهات. اقرؤوه "
        "وأرسلوا الرد في موعد أقصاه {date}:\n\n{url}",
    ),
    "annex_reminder": Wording(
        sms="",
        subject="الرد على الملحق إلى {agency} مطلوب حتى {date}",
        text="تذكير: الرد على ملحق التقرير الدوري إلى {agency} مطلوب حتى {date}:\n\n{url}",
    ),
    "annex_late": Wording(
        sms="",
        subject="تأخر الرد على الملحق إلى {agency}",
        text="كان الرد على ملحق التقرير الدوري إلى {agency} مطلوبًا حتى {date}، ولم يصل بعد:\n\n{url}",
    ),
    "annex_answered": Wording(
        sms="",
        subject="وصل رد على الملحق إلى {agency}",
        text="وصل رد على ملحق التقرير الدوري إلى {agency}. اقرؤوه هنا:\n\n{url}",
    ),
    "index_reply_open": Wording(
        sms="",
        subject="مسودة مؤشر الالتزام: {agency}، والرد حتى {date}",
        text="احتُسبت مسودة مؤشر الالتزام، وهي غير منشورة بعد. اقرؤوها مع الطلبات التي بُنيت عليها، وأرسلوا الرد حتى "
        "{date} إن لزم تصحيح أو توضيح. يُنشر الرد مع المؤشر. الجهة: {agency}.\n\n{url}",
    ),
}
