"""The queue: views, filters, saved filters, counts and deeds done to many cases."""
