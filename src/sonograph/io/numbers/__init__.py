"""Files of numbers that are no sound files: tables of text, and arrays of NumPy, MATLAB, Parquet, HDF5 and TDMS.

A reader finds the numbers and what is said of them (`Series`); whether they are sound, and how many there are a second,
is judged in one place. What a library parses runs in a process of its own.
"""
