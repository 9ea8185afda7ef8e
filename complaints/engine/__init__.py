"""The machinery behind every change of a case: transition, history chain, holders, notices, signed links."""
