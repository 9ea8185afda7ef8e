"""Accept, decline, return, ask, extend, grant, undo closing."""
