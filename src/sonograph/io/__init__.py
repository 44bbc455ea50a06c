"""Files in: sound files and tables of numbers become Sources, damaged or not.

`audio` opens any of them. Below it, `door` opens the file itself, `containers` tell what it is and how its bytes are
laid out, and `decoders` make samples of them.
"""
