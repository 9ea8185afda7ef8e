"""What goes wrong with stored files, whatever stores them."""


class StorageUnavailable(OSError):
    """The store refused, was too slow, or has other bytes than it was given; nothing is left of what was written."""
