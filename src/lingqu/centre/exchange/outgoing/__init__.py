"""Deliveries out, under agreements: what was agreed, to whom, in the agreed way, with a receipt."""
