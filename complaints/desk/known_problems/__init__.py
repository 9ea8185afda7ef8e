"""Known problems as the unit and the supervisors of agencies publish and end them."""
