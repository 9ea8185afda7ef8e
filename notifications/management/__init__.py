"""What notifications adds to manage.py."""
