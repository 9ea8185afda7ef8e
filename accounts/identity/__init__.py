"""Who a person is: the check against a registry, disclosure to staff, the link to staff accounts."""
