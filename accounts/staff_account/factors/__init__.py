"""Adding and removing second factors, and renewing the recovery codes."""
