"""Mutation testing of the core: small changes of its code, and the tests that should notice each."""
