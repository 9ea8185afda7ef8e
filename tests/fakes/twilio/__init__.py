"""A Twilio of our own: messages and callbacks as the real one shapes them, a ledger, and faults on demand.

``python -m tests.fakes.twilio --port 9000`` serves it for people and other processes; tests use ``server.serving()``.
Nothing of the system under test is imported here, so that both sides cannot share a mistake.
"""
