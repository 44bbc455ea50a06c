"""Files of a day that other tools open: netCDF, CSV, Parquet, and what is said in them."""
