"""The work queue: its views and filters, one page of it, how much is in each view, and what is done to many cases."""
