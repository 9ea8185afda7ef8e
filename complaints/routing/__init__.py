"""Help with finding whose a case is: suggestions with reasons, similar cases, and rules tried before they hold."""
