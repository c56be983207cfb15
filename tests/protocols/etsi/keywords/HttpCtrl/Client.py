class Client:
    """No keywords."""
