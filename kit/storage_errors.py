"""What goes wrong with stored files, whatever stores them."""

import errno


class StorageUnavailable(OSError):
    """The store refused, was too slow, or has other bytes than it was given; nothing is left of what was written."""


def reason(error: OSError) -> str:
    """Return the name of what went wrong, such as EIO: the sentence of the system would name the path."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)
