"""The people who file simulated cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from accounts.models import Citizen, Identity, NumberKind, User

BATCH = 2000
UNUSABLE = "!"
SHARE_OF_WOMEN = 0.4
WOMEN = ("ليلى", "رنا", "سلمى", "هبة", "نور", "فاطمة", "مريم", "آية", "دعاء", "سوسن", "عبير", "إيمان", "رغد", "تمارا")
MEN = (
    "محمد",
    "خالد",
    "عمر",
    "يوسف",
    "زيد",
    "طارق",
    "أحمد",
    "محمود",
    "إبراهيم",
    "حسن",
    "علي",
    "ماهر",
    "سامر",
    "فراس",
    "بلال",
    "جورج",
    "رامي",
)
FAMILIES = (
    "الخطيب",
    "الحوراني",
    "العبادي",
    "الزعبي",
    "المجالي",
    "النسور",
    "حداد",
    "الشرع",
    "العمري",
    "بني هاني",
    "الطراونة",
    "الروسان",
    "القضاة",
    "الحياري",
    "الفايز",
    "المومني",
    "عبيدات",
    "الكردي",
    "حجازين",
    "الشوابكة",
    "أبو زيد",
    "الجراح",
)


def make_citizens(number: int) -> list[Citizen]:
    """Make ``number`` citizens with accounts that nobody can sign in to, registered years ago."""
    users = [User(language="ar", password=UNUSABLE) for _ in range(number)]
    for user in users:
        user.login = f"c:{user.pk}"
    User.objects.bulk_create(users, batch_size=BATCH)
    dice = Random(1)
    citizens = [_citizen(index, user, dice) for index, user in enumerate(users)]
    return Citizen.objects.bulk_create(citizens, batch_size=BATCH)


def _citizen(index: int, user: User, dice: Random) -> Citizen:
    registered = datetime(2020, 1, 1, tzinfo=UTC)
    return Citizen(
        user=user,
        number_kind=NumberKind.NATIONAL,
        number=f"97{index:08}",
        first_name=dice.choice(WOMEN if dice.random() < SHARE_OF_WOMEN else MEN),
        father_name=dice.choice(MEN),
        grandfather_name=dice.choice(MEN),
        family_name=dice.choice(FAMILIES),
        birth_date=date(1950, 1, 1) + timedelta(days=dice.randrange(20_000)),
        phone=f"+96277{index:07}",
        identity=Identity.MATCHED,
        identity_changed_at=registered,
        created_at=registered,
    )
