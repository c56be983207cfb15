"""What makes the ledger tell of every change made to it. Private to the room: use ``door``."""
