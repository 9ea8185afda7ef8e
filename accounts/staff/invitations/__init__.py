"""Invitations of new staff: made, sent again, withdrawn, and accepted by the link in an e-mail."""
