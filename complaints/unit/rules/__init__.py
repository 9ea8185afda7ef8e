"""Try a routing rule before it is saved."""
