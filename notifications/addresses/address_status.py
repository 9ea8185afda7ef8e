"""What is known against an address: that nothing arrives there, or that its owner asked not to be written to."""

from collections.abc import Iterable, Mapping

from kit.crypto import lookup
from notifications.models import AddressStatus, Channel, Verdict


def verdict(channel: Channel, address: str) -> Verdict | None:
    """Return the verdict on an address, if there is one."""
    return verdicts([(channel, address)]).get((channel, address))


def verdicts(addresses: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Verdict]:
    """Return the verdicts on those of the pairs of channel and address that have one, in one statement."""
    keys = {(channel, address): address_key(channel, address) for channel, address in addresses if address}
    rows = AddressStatus.objects.filter(address_lookup__in=set(keys.values()))
    # The channel is part of the key.
    found = {row.address_lookup: Verdict(row.verdict) for row in rows}
    return {pair: found[key] for pair, key in keys.items() if key in found}


def record(channel: Channel, address: str, verdict: Verdict, code: str = "") -> None:
    """Record a verdict on an address, in place of an earlier one; ``code`` is the carrier's."""
    record_by_key(channel, address_key(channel, address), verdict, code)


def record_by_key(channel: Channel, key: str, verdict: Verdict, code: str = "") -> None:
    """Record a verdict on an address that is known by its key alone."""
    AddressStatus.objects.update_or_create(
        channel=channel, address_lookup=key, defaults={"verdict": verdict, "code": code[:40]}
    )


def clear(channel: Channel, address: str, *, only: Verdict | None = None) -> bool:
    """Delete the verdict on an address, because its owner has proven it; return whether there was one.

    With ``only`` a different verdict stays.
    """
    rows = AddressStatus.objects.filter(channel=channel, address_lookup=address_key(channel, address))
    if only is not None:
        rows = rows.filter(verdict=only)
    return bool(rows.delete()[0])


def address_key(channel: str, address: str) -> str:
    """Return the keyed hash of an address; e-mail addresses are compared without regard to case."""
    return lookup(address.strip().casefold(), purpose=f"address:{channel}")
