"""Pages on which citizens read and change their own account."""
