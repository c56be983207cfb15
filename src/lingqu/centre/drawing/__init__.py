"""The drawing (图纸): every definition of the city as code, as it was last applied."""
