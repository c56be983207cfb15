from ui.living import town

__all__ = ["town"]
