"""Pages under faults: people file, accept, add and close over HTTP while what serves them is killed or full."""
