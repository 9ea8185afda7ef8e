"""Recovery codes: kept as hashes, accepted once, and gone when new ones are made."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from accounts.models import RecoveryCode
from accounts.sign_in import factors


def test_a_code_works_once_however_it_is_typed_and_for_its_owner_only(omar, nadia, now):
    codes = factors.new_codes()
    factors.store(omar, codes, at=now)
    factors.store(nadia, factors.new_codes(), at=now)
    assert factors.use(nadia, codes[0], at=now) is False
    assert factors.use(omar, f" {codes[0].upper().replace('-', ' ')} ", at=now) is True
    assert [factors.use(omar, codes[0], at=now), factors.left(omar)] == [False, 7]
    arabic = codes[1].replace("2-", "٢-", 1)
    assert factors.use(omar, arabic, at=now) is True


def test_the_table_has_no_code_and_new_codes_end_the_old_ones(omar, now):
    old, new = factors.new_codes(), factors.new_codes()
    assert len({*old, *new}) == 16
    factors.store(omar, old, at=now)
    digests = list(RecoveryCode.objects.values_list("digest", flat=True))
    assert [code for code in old if any(code[2:] in digest for digest in digests)] == []
    # Eight at once: at the cost of a password each they would take a second of a quiet machine, and 100 MB.
    assert {digest.rpartition("$")[0].rpartition("$")[0] for digest in digests} == {
        "argon2$argon2id$v=19$m=8192,t=1,p=1"
    }
    assert len({digest.split("$")[4] for digest in digests}) == 8, "each has a salt of its own"
    factors.store(omar, new, at=now)
    assert [factors.use(omar, code, at=now) for code in (old[0], new[0])] == [False, True]


def test_a_code_that_was_hashed_as_a_password_still_signs_in(omar, now):
    secret = "abcdefghjk"
    RecoveryCode.objects.create(user=omar, number=3, digest=make_password(secret), created_at=now)
    assert [factors.use(omar, code, at=now) for code in ("3-abcde-fghjm", "3-abcde-fghjk")] == [False, True]


def test_what_has_not_the_form_of_a_code_is_none(omar, now):
    for typed in ("", "1", "9-aaaaa-aaaaa", "1-aaaaa-aaaa", "1-aaaaa-aaaaaa", "1-AIOL1-00000", "123456"):
        assert (factors.looks_like_one(typed), factors.use(omar, typed, at=now)) == (False, False)
