"""The interfaces for other programs: apps, agencies with a case system of their own, centres, open data clients."""
