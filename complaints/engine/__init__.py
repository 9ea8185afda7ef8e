"""What every change of a case goes through: transition, history chain, holders, notices, signed links."""
