"""What is known against an address: that nothing arrives there, or that its owner asked not to be written to."""

from collections.abc import Iterable, Mapping

from kit.crypto import lookups
from notifications.models import AddressStatus, Attempt, Channel, Verdict


def verdict(channel: Channel, address: str) -> Verdict | None:
    """Return the verdict on an address, if there is one."""
    return verdicts([(channel, address)]).get((channel, address))


def verdicts(addresses: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Verdict]:
    """Return the verdicts on those of the pairs of channel and address that have one, in one statement."""
    keys = {pair: _keys(*pair) for pair in addresses if pair[1]}
    rows = AddressStatus.objects.filter(address_lookup__in={key for each in keys.values() for key in each})
    # The channel is part of the key. A verdict by the current key comes last, and so before one by an older key.
    found = {row.address_lookup: Verdict(row.verdict) for row in rows}
    return {pair: found[key] for pair, each in keys.items() for key in reversed(each) if key in found}


def record(channel: Channel, address: str, verdict: Verdict, code: str = "") -> None:
    """Record a verdict on an address, in place of an earlier one; ``code`` is the carrier's."""
    record_by_key(channel, address_key(channel, address), verdict, code)


def record_by_key(channel: Channel, key: str, verdict: Verdict, code: str = "") -> None:
    """Record a verdict on an address that is known by its key alone."""
    new = AddressStatus(channel=channel, address_lookup=key, verdict=verdict, code=code[:40])
    # One statement: the owner may prove the address in this moment, which deletes the row.
    AddressStatus.objects.bulk_create(
        [new], update_conflicts=True, unique_fields=["channel", "address_lookup"], update_fields=["verdict", "code"]
    )


def clear(channel: Channel, address: str, *, only: Verdict | None = None) -> bool:
    """Delete the verdict on an address, because its owner has proven it; return whether there was one.

    With ``only`` a different verdict stays.
    """
    rows = AddressStatus.objects.filter(channel=channel, address_lookup__in=_keys(channel, address))
    if only is not None:
        rows = rows.filter(verdict=only)
    return bool(rows.delete()[0])


def address_key(channel: str, address: str) -> str:
    """Return the keyed hash of an address; e-mail addresses are compared without regard to case."""
    return next(iter(_keys(channel, address)), "")


def _keys(channel: str, address: str) -> list[str]:
    """Return the keys by which a verdict on an address may be stored, the current one first."""
    return lookups(address.strip().casefold(), purpose=f"address:{channel}")


# ---- a new LOOKUP_KEY ----


def rehash(channel: Channel, address: str) -> int:
    """Store the verdict on an address by the current key; return how many rows changed. Idempotent."""
    current, *older = _keys(channel, address) or [""]
    rows = AddressStatus.objects.filter(channel=channel, address_lookup__in=older)
    if AddressStatus.objects.filter(channel=channel, address_lookup=current).exists():
        # A newer verdict has come meanwhile.
        return rows.delete()[0]
    return rows.update(address_lookup=current)


def rehash_attempt(attempt: Attempt) -> int:
    """Store where an attempt went by the current key, if that is its message's address; return 1 if it changed."""
    message = attempt.message
    current, *older = _keys(message.channel, message.address) or [""]
    if attempt.address_lookup not in older:
        return 0
    rehash(Channel(message.channel), message.address)
    return Attempt.objects.filter(pk=attempt.pk).update(address_lookup=current)
