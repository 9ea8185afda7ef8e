"""What is typed into a form and not sent: kept, offered again, sent once."""
