"""The agent's screen: whoever calls is found or registered, and their case is filed while they are on the line."""
