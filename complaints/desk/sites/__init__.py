"""The agency's own site: what its editors paste into its pages, and what came through it."""
