from accounts.roles import CMU, DESK, Role

PASSWORD_TABLES = ()


def test_everybody_of_the_cast_exists_and_staff_are_what_their_membership_says(
    amina, karim, omar, nadia, yusuf, lina, sami, water, now
):
    assert [amina.full_name, karim.full_name] == ["أمينة سامي عادل الخطيب", "كريم يوسف محمود الحوراني"]
    assert omar.authority(now).agencies(DESK) == {water.pk}
    assert nadia.authority(now).agencies(DESK) == {water.pk}
    assert yusuf.authority(now).agencies({Role.SUPERVISOR}) == frozenset()
    assert lina.authority(now).has(CMU) is True
    assert sami.authority(now).has(CMU) is False
    assert amina.user.authority(now).is_staff is False
