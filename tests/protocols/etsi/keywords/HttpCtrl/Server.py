class Server:
    """No keywords."""
