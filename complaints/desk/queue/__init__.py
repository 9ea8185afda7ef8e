"""The work queue: tabs, filters, counts, saved filters, search, and bulk actions."""
