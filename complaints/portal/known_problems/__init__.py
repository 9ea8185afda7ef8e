"""Known problems for everybody: the list, one problem, and joining it instead of filing."""
