import pytest

from accounts.roles import CMU, DESK, Role

PASSWORD_TABLES = ()


@pytest.mark.usefixtures("nadia", "karim")
def test_everybody_of_the_cast_is_what_their_membership_says(amina, omar, yusuf, lina, sami, water, now):
    assert amina.full_name == "أمينة سامي عادل الخطيب"
    assert omar.authority(now).agencies(DESK) == {water.pk}
    assert yusuf.authority(now).agencies({Role.SUPERVISOR}) == frozenset()
    assert lina.authority(now).has(CMU) is True
    assert sami.authority(now).has(CMU) is False
    assert amina.user.authority(now).is_staff is False
