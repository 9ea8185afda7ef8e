"""Words of one meaning."""
