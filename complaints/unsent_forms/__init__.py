"""What was typed into a form and not sent: kept every few seconds, offered again, sent once."""
