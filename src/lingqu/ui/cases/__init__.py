"""My cases: how far each is, who has it, what is missing, what came of it."""
