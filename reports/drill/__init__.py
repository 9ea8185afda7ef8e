"""From a number to its cases: the address of a list, the cases in it, and its page."""
