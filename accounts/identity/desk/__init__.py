"""What the unit does about identities that no registry confirmed: decisions, merging, and the list of who waits."""
