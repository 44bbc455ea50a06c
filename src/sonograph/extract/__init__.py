"""Features of many files into one table: what `sonograph features` does.

Files are taken in parts of a few. A part is computed in one process, on one thread, and kept in a folder beside the
output under a name made from the settings and its files; so a run that was interrupted goes on where it was, and the
order of the rows is that of the files, however many processes there were. At the end the parts become the output.
"""
