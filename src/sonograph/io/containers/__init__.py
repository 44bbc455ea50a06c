"""How bytes are laid out: one module a family of files walks its structure and says where samples lie.

Nothing here decodes. What a header says is a claim, what the file holds is the fact; the walks return both, and what
parts them is a fault. `content` tells a file's kind by its first bytes, `metadata` reads what the chunks say.
"""
