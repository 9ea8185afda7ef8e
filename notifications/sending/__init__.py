"""How a message leaves: what keeps it back, who carries it, and how it is handed over."""
