"""Files in: sound files and tables of numbers become Sources, damaged or not.

`audio` opens any of them. Below it, `door` opens the file itself, `content` tells what it is, one module a container
walks its structure, and one module a library decodes.
"""
