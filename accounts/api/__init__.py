"""The part of the interface for apps that is about accounts: registering, signing in, sessions, the own account."""
