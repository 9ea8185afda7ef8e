"""What people say of topics in everyday words."""
