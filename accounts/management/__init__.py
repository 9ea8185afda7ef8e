"""What accounts adds to manage.py."""
