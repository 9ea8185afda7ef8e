"""The unit's desk of privacy: requests, holds, retention, who looked, and breaches."""
