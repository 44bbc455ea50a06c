"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

from sonograph.io.containers.chunks import W64_RIFF
from sonograph.io.containers.tags import after_id3
from sonograph.io.door import OpenFile

PEEK = 4096
REACH = 1 << 16
"""How far behind a tag MPEG frames are looked for, bytes: it may say that it is shorter than it is."""

SUFFIXES = (
    ".wav", ".flac", ".mp3", ".ogg", ".opus", ".aiff", ".aif", ".aifc", ".wave", ".w64", ".rf64", ".bw64", ".au",
    ".snd", ".caf", ".sph", ".oga", ".mp2", ".m4a", ".mp4", ".aac", ".wma",
)  # fmt: skip
"""How sound files are called, where folders are searched for them; what a file is, its content tells."""

_OTHERS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive. Unpack it first"),
    (b"\x1f\x8b", "a gzip file. Unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive. Unpack it first"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x00\x05\x16\x07", "the side file that macOS writes beside a file. Use the file itself"),
    (b"\x00\x05\x16\x00", "the side file that macOS writes beside a file. Use the file itself"),
    (b"SQLite format 3", "a database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file it stands for. Run: git lfs pull"),
)
_TEXTS = (
    ("<!doctype html", "an HTML page, as a server sends when a file is not there. Fetch it again"),
    ("<html", "an HTML page, as a server sends when a file is not there. Fetch it again"),
    ("<svg", "an SVG picture"),
    ("<?xml", "an XML text"),
    ("<mpd", "a list of other files, which is not followed"),
    ("#extm3u", "a playlist, which is not followed. Name the files themselves"),
    ("ffconcat", "a list of other files, which is not followed. Name the files themselves"),
    ("v=0", "a description of a stream, which is not followed"),
)
_VIDEO = (
    (4, b"ftyp"),  # MP4, M4A, QuickTime
    (0, b"\x1a\x45\xdf\xa3"),  # Matroska, WebM
    (0, bytes.fromhex("3026b2758e66cf11")),  # ASF: WMA, WMV
    (0, b"FLV\x01"),
    (8, b"AVI "),
)


def kind_of(file: OpenFile) -> str:
    """What kind of file it is: riff, aiff, flac, ogg, mp3, caf, au, sphere, npy, text, av (FFmpeg's), or "" for none.

    Raises
    ------
    SourceError
        The file is empty.
    """
    if not file.size:
        raise file.error("empty-file", "is empty (0 bytes). Copy it again if you have the original.")
    head = file.at(0, PEEK)
    body = after_id3(file)
    start = head if not body else file.at(body, PEEK)
    if (start[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and start[8:12] == b"WAVE") or start[:16] == W64_RIFF:
        return "riff"
    if start[:4] == b"FORM" and start[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if start[:4] == b"fLaC":
        return "flac"
    if start[:4] == b"OggS":
        return "ogg"
    if start[:4] == b"caff":
        return "caf"
    if start[:4] in (b".snd", b"dns."):
        return "au"
    if head[:8] == b"NIST_1A\n":
        return "sphere"
    if head[:6] == b"\x93NUMPY":
        return "npy"
    if any(head[at : at + len(magic)] == magic for at, magic in _VIDEO) or _is_adts(start):
        return "av"
    if is_text(head):
        return "text"
    if (body or b"\xff" in start) and not any(head.startswith(magic) for magic, _ in _OTHERS):
        from sonograph.io.containers.mpeg import begins

        if begins(file, body, REACH if body else PEEK) is not None:
            return "mp3"
    return ""


def refusal(file: OpenFile) -> str:
    """One sentence about what a file is that holds no sound."""
    head = file.at(0, PEEK)
    for magic, name in _OTHERS:
        if head.startswith(magic) and (len(magic) > 2 or not is_text(head)):
            return f"is {name}."
    if not head.strip(b"\0"):
        return "holds only zeros, as when a disk or a copy failed. Copy it again if you have the original."
    if len(head) < 12:
        return f"has only {len(head)} bytes, too few for a sound file. Copy it again if you have the original."
    if head[:4] in (b"RIFF", b"RIFX", b"FORM"):
        return f"is a {head[:4].decode()} file that holds no sound ({word(head[8:12])})."
    if head[:3] == b"ID3":
        return "has a tag (ID3) and no sound after it that is known here. Copy it again if you have the original."
    if is_text(head):
        text = decoded(head).lstrip("\ufeff \r\n\t").lower()
        name = next((name for begin, name in _TEXTS if text.startswith(begin)), "")
        return f"is {name}." if name else "holds text, not sound. Name a sound file, or a table ending in .csv."
    return "is not a sound file that is known here. Name a sound file."


def word(name: bytes) -> str:
    """A name of a few bytes as a person would write it: its letters, or its number where it is none.

    >>> word(b"XXXX"), word(b"MP3 "), word(b"\\0\\1\\2\\3"), word(b"")
    ('XXXX', 'MP3', '0x00010203', 'no name')
    """
    if name and all(32 <= byte < 127 for byte in name) and name.strip():
        return name.decode().strip()
    return f"0x{name.hex()}" if name else "no name"


def is_text(head: bytes) -> bool:
    """Whether bytes look like the beginning of a text."""
    text = decoded(head)
    odd = sum(not (c.isprintable() or c in "\r\n\t\f\ufeff") for c in text[:-4] or text)
    return bool(text) and odd == 0


def decoded(head: bytes) -> str:
    """Bytes as text, as their first bytes say."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").replace("\ufffd", "")
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4:  # a letter cut by the end of the peek
            return head[: error.start].decode("utf-8-sig")
        return "\0"


def _is_adts(start: bytes) -> bool:
    if len(start) < 7 or start[0] != 0xFF or start[1] & 0xF6 != 0xF0:
        return False
    length = (start[3] & 3) << 11 | start[4] << 3 | start[5] >> 5
    return 7 < length < len(start) - 1 and start[length] == 0xFF and start[length + 1] & 0xF6 == 0xF0
