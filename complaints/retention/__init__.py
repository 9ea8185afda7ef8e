"""How long the data of cases and people is kept: rules, holds, and the erasing that they allow or stop."""
