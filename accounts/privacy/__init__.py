"""What belongs to the person: who looked at them, their acceptance of the policy, and requests about their data."""
