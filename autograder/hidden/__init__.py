"""Staff only: laws that would give an answer away, and agreement with reference/. Never in the wheel, never in the jail."""
