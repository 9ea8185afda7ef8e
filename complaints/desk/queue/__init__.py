"""The work queue: views, filters, counts, acts on many cases."""
