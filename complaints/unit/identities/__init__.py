"""The desk for identities that no registry confirmed."""
