"""What is known of a message once it left: what proves what, who is asked, and what follows when it does not arrive."""
