"""Accept, decline, return, ask the citizen, propose a later date, undo the last step."""
