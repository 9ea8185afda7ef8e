"""Published answers: what the unit makes of answered inquiries for everybody."""
