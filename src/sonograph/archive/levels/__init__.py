"""Minutes of sound and what is made of them: bands, days, months, counts."""
