"""The unit's page of programs: keys made, shown once and revoked, and how many cases came by each."""
