"""The standing of addresses: where nothing arrives, or whose owner asked not to be written to."""

from collections.abc import Iterable, Mapping

from kit.crypto import lookup
from notifications.models import Channel, Standing, Verdict


def verdict(channel: Channel, address: str) -> Verdict | None:
    """Return what is held against an address, if anything."""
    return verdicts([(channel, address)]).get((channel, address))


def verdicts(addresses: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Verdict]:
    """Return what is held against each of the pairs of channel and address, in one statement."""
    keys = {(channel, address): key_of(channel, address) for channel, address in addresses if address}
    rows = Standing.objects.filter(address_lookup__in=set(keys.values()))
    # The channel is part of the key.
    found = {row.address_lookup: Verdict(row.verdict) for row in rows}
    return {pair: found[key] for pair, key in keys.items() if key in found}


def pronounce(channel: Channel, address: str, verdict: Verdict, code: str = "") -> None:
    """Hold a verdict against an address from now on; a new one takes the place of an earlier one."""
    pronounce_on(channel, key_of(channel, address), verdict, code)


def pronounce_on(channel: Channel, key: str, verdict: Verdict, code: str = "") -> None:
    """Hold a verdict against an address that is known by its key alone."""
    Standing.objects.update_or_create(
        channel=channel, address_lookup=key, defaults={"verdict": verdict, "code": code[:40]}
    )


def clear(channel: Channel, address: str, *, only: Verdict | None = None) -> bool:
    """Forget what is held against an address, since its owner has proven it; return whether there was anything."""
    held = Standing.objects.filter(channel=channel, address_lookup=key_of(channel, address))
    if only is not None:
        held = held.filter(verdict=only)
    return bool(held.delete()[0])


def key_of(channel: str, address: str) -> str:
    """Return the keyed hash of an address; e-mail addresses are compared without regard to case."""
    return lookup(address.strip().casefold(), purpose=f"address:{channel}")
