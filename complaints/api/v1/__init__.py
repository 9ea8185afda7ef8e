"""The part of the interface for apps that is about cases: what can be chosen, filing, and a citizen's own cases."""
