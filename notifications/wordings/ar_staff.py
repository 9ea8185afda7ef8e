"""Arabic messages to staff about their own account and their roles."""

from collections.abc import Mapping
from typing import Final

from notifications.wordings.wording import Wording

WORDINGS: Final[Mapping[str, Wording]] = {
    "staff_new_password": Wording(
        sms="",
        subject="كلمة مرور جديدة في بخدمتكم",
        text="اختاروا كلمة مرور جديدة لحساب العمل من هنا:\n\n{url}\n\n"
        "يعمل الرابط مرة واحدة خلال 30 دقيقة. إن لم تطلبوه فتجاهلوا هذه الرسالة، فكلمة المرور لم تتغير.",
    ),
    "staff_password_changed": Wording(
        sms="",
        subject="تغيرت كلمة المرور في بخدمتكم",
        text="تغيرت كلمة المرور في حساب العمل، وتم تسجيل الخروج من كل جهاز آخر. إن لم تغيروها أنتم فأبلغوا مدير النظام "
        "فورًا.",
    ),
    "staff_factor_added": Wording(
        sms="",
        subject="أضيفت خطوة ثانية لتسجيل الدخول",
        text="أضيف تطبيق مصادقة أو مفتاح مرور إلى حساب العمل. إن لم تضيفوه أنتم فأبلغوا مدير النظام فورًا.",
    ),
    "staff_factor_removed": Wording(
        sms="",
        subject="أزيلت خطوة ثانية لتسجيل الدخول",
        text="أزيل تطبيق مصادقة أو مفتاح مرور من حساب العمل. إن لم تزيلوه أنتم فأبلغوا مدير النظام فورًا.",
    ),
    "staff_codes_renewed": Wording(
        sms="",
        subject="تغيرت رموز الاسترداد في حسابكم",
        text="لحساب العمل رموز استرداد جديدة، ولم تعد القديمة تعمل. إن لم تطلبوها أنتم فأبلغوا مدير النظام فورًا.",
    ),
    "staff_invitation": Wording(
        sms="",
        subject="دعوة للعمل على نظام بخدمتكم",
        text="ندعوكم للعمل على نظام بخدمتكم. اختاروا في موعد أقصاه {date} كلمة مرور لا يعرفها غيركم:"
        "\n\n{url}\n\n"
        "يعمل الرابط مرة واحدة. إن لم تتوقعوا هذه الرسالة فأبلغوا مشرفكم ولا تفتحوا الرابط.",
    ),
    "staff_role_given": Wording(
        sms="",
        subject="دور جديد لكم في بخدمتكم",
        text="ابتداءً من {date} لكم هذا الدور في بخدمتكم: {role}، {agency}. إن لم تتوقعوا ذلك فاتصلوا على {phone}.",
    ),
    "staff_role_ended": Wording(
        sms="",
        subject="انتهاء دور لكم في بخدمتكم",
        text="ينتهي دور لكم في بخدمتكم. الدور: {role}، {agency}. آخر يوم: {date}. إن لم تتوقعوا ذلك فاتصلوا على "
        "{phone}.",
    ),
    "staff_account_closed": Wording(
        sms="",
        subject="إغلاق حساب العمل في بخدمتكم",
        text="أُغلق حساب العمل الخاص بكم في بخدمتكم، ولا يمكنكم الدخول به. إن لم تتوقعوا ذلك فاتصلوا على {phone}.",
    ),
    "staff_account_reopened": Wording(
        sms="",
        subject="إعادة فتح حساب العمل في بخدمتكم",
        text="أُعيد فتح حساب العمل الخاص بكم في بخدمتكم بأدواره السابقة. إن لم تتوقعوا ذلك فاتصلوا على {phone}.",
    ),
    "officer_centre": Wording(
        sms="وصلت إفادة المركز الخارجي في الطلب {ref}. {link}",
        subject="وصلت إفادة المركز الخارجي في الطلب {ref}",
        text="وصلت إفادة المركز الخارجي في الطلب {ref}، وعاد الطلب إليكم. تجدون الإفادة في صفحة الطلب.",
    ),
    "centre_handover": Wording(
        sms="",
        subject="{agency}: إحالة الطلب رقم {ref} إليكم",
        text="أُحيل إليكم من {agency} الطلب رقم {ref}. موعد الرد على صاحب الطلب {date}، فنرجو أن تجيبوا قبله. "
        "سيتصل بكم أحد الموظفين ليذكر التفاصيل ويسأل عن رقم الطلب لديكم.",
    ),
}
