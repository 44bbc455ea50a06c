"""Where pictures go: files of every format, a terminal, a notebook, a page that turns; and what a file says of how it
was made."""
