"""What sound files are called, where folders are searched for them; what a file is, its content tells."""

SUFFIXES = (
    ".wav", ".flac", ".mp3", ".ogg", ".opus", ".aiff", ".aif", ".aifc", ".wave", ".w64", ".rf64", ".bw64", ".au",
    ".snd", ".caf", ".oga", ".mp2", ".m4a", ".mp4", ".aac", ".wma",
)  # fmt: skip
"""Endings, in small letters."""
