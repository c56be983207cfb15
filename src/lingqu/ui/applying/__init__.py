"""Applying: a situation's questions a group a page, what registers hold already, a summary, the forms they become."""
