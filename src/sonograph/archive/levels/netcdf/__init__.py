"""A day of minutes as netCDF: its variables and attributes, and flags of quality."""
