"""What people do about messages: decide on one, report a call, change the address it goes to."""
