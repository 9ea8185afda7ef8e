"""Cases without an owner: triage, referral, archiving."""
