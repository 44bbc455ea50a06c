"""What a file is, by its first bytes and never by its name."""

from __future__ import annotations

import struct

from sonograph.io.containers.chunks import W64_RIFF
from sonograph.io.containers.tags import after_id3
from sonograph.io.door import OpenFile
from sonograph.io.numbers.encoding import wide

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
_FFMPEG = (
    (4, b"ftyp", "MP4, M4A or QuickTime"),
    (4, b"moov", "QuickTime"),
    (4, b"wide", "QuickTime"),
    (4, b"mdat", "QuickTime"),
    (0, b"\x1a\x45\xdf\xa3", "Matroska or WebM"),
    (0, bytes.fromhex("3026b2758e66cf11"), "WMA, WMV or ASF"),
    (0, b"FLV\x01", "FLV"),
    (8, b"AVI ", "AVI"),
    (0, b"#!AMR", "AMR"),
    (0, b"wvpk", "WavPack"),
    (0, b"TTA1", "TTA (True Audio)"),
    (0, b"TTA2", "TTA (True Audio)"),
    (0, b"MAC ", "APE (Monkey's Audio)"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"tBaK", "TAK"),
    (0, b".RMF", "RealMedia"),
    (0, b"DSD ", "DSF (DSD)"),
    (0, b"FRM8", "DSDIFF"),
    (0, b"ajkg", "Shorten"),
    (0, b"\x00\x00\x01\xba", "MPEG (programme stream)"),
    (0, bytes.fromhex("7ffe8001"), "DTS"),
    (0, b"Creative Voice File", "VOC"),
)
"""What FFmpeg reads, by its first bytes, those behind a tag included."""

_ARRAYS = (
    (0, b"\x93NUMPY", "npy"),
    (0, b"MATLAB 5.0 MAT-file", "mat"),
    (0, b"PAR1", "parquet"),
    (0, b"TDSm", "tdms"),
    *((at, b"\x89HDF\r\n\x1a\n", "hdf5") for at in (0, 512, 1024, 2048)),
)


def kind_of(file: OpenFile) -> str:
    """What kind of file it is: riff, aiff, flac, ogg, mp3, caf, au, sphere, text, av (FFmpeg's), npy, npz, mat, hdf5,
    parquet, tdms, or "" for none.

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
        return "av" if _is_video_in_ogg(start) else "ogg"
    if start[:4] == b"caff":
        return "caf"
    if start[:4] in (b".snd", b"dns."):
        return "au"
    if head[:8] == b"NIST_1A\n":
        return "sphere"
    if array := _array_kind(head):
        return array
    if ffmpeg_name(file):
        return "av"
    if is_text(head):
        return "text"
    if (body or b"\xff" in start) and not any(head.startswith(magic) for magic, _ in _OTHERS):
        from sonograph.io.containers.mpeg import begins

        if begins(file, body, REACH if body else PEEK) is not None:
            return "mp3"
    return ""


def ffmpeg_name(file: OpenFile) -> str:
    """What a file is that FFmpeg reads, as "AMR"; "" for all others."""
    head, start = file.at(0, PEEK), file.at(after_id3(file), PEEK)
    for text in (head, start):
        for at, magic, name in _FFMPEG:
            if text[at : at + len(magic)] == magic:
                return name
    if head[:4] == b"OggS" and _is_video_in_ogg(head):
        return "Ogg video (OGV)"
    if _is_adts(start):
        return "AAC"
    if _is_transport_stream(head):
        return "MPEG-TS"
    return "AC-3" if _is_ac3(start) else ""


def _is_video_in_ogg(head: bytes) -> bool:
    return b"\x80theora" in head or b"BBCD\0" in head or b"OVP80" in head


def has_header(file: OpenFile) -> bool:
    """Whether a file says in its first bytes what its samples are, so surely that it is not chance."""
    return kind_of(file) not in ("", "text", "mp3", "av")


def refusal(file: OpenFile) -> str:
    """One sentence about what a file is that holds no sound."""
    head = file.at(0, PEEK)
    for magic, name in _OTHERS:
        if head.startswith(magic) and (len(magic) > 2 or not is_text(head)):
            return f"is {name}."
    if not head.strip(b"\0"):
        return "holds only zeros, as when a disk or a copy failed. Copy it again if you have the original."
    if len(head) < 12:
        size = "1 byte" if len(head) == 1 else f"{len(head)} bytes"
        return f"has only {size}, too few for a sound file. Copy it again if you have the original."
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
    if head[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return head[: len(head) // 4 * 4].decode("utf-32", "replace").replace("\ufffd", "")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").replace("\ufffd", "")
    if encoding := wide(head):
        return head[: len(head) // 2 * 2].decode(encoding, "replace").replace("\ufffd", "")
    head = head.rstrip(b"\0\x1a")
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4:  # a letter cut by the end of the peek
            return head[: error.start].decode("utf-8-sig")
        letters = sum(byte > 127 for byte in head)
        return head.decode("cp1252", "replace") if letters < len(head) / 10 else "\0"


def _array_kind(head: bytes) -> str:
    """What file of arrays it is, or ""."""
    if head[:4] == b"PK\x03\x04":
        name = head[30 : 30 + int.from_bytes(head[26:28], "little")]
        return "npz" if name.endswith(b".npy") else ""
    if _is_mat_4(head):
        return "mat"
    return next((kind for at, magic, kind in _ARRAYS if head[at : at + len(magic)] == magic), "")


def _is_mat_4(head: bytes) -> bool:
    """MATLAB version 4, without magic: five numbers that say what the first matrix is, and its name, as they must be.

    The first number is 1000 for a big-endian machine, and 10 times the type of the numbers, and 0 to 2 for their sense.
    """
    for machine, layout in enumerate(("<5I", ">5I")):
        kind, rows, columns, imaginary, length = struct.unpack(layout, head[:20].ljust(20, b"\0"))
        if kind // 1000 != machine or kind % 1000 // 10 > 5 or kind % 10 > 2 or imaginary > 1 or not 1 < length <= 64:
            continue
        name = head[20 : 20 + length]
        written = name[:-1].replace(b"_", b"a")
        if rows and columns and len(head) > 20 + length and name[-1:] == b"\0" and written.isalnum() and name[0] > 57:
            return True
    return False


def _is_transport_stream(head: bytes) -> bool:
    """MPEG-TS, of packets of 188 bytes, or 192 with a clock before each."""
    return any(
        len(head) > first + 5 * step and all(head[first + i * step] == 0x47 for i in range(5))
        for first, step in ((0, 188), (4, 192))
    )


def _is_ac3(start: bytes) -> bool:
    """AC-3 or E-AC-3: two frames, the second where the first says."""
    if len(start) < 8 or start[:2] != b"\x0b\x77":
        return False
    if start[5] >> 3 > 10:
        length = 2 * (((start[2] & 7) << 8 | start[3]) + 1)
    else:
        rate, code = start[4] >> 6, start[4] & 63
        if rate == 3 or code > 37:
            return False
        bits = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)[code >> 1]
        length = 2 * (bits * 2, bits * 320 // 147 + code % 2, bits * 3)[rate]
    return start[length : length + 2] in (b"\x0b\x77", b"")


def _is_adts(start: bytes) -> bool:
    if len(start) < 7 or start[0] != 0xFF or start[1] & 0xF6 != 0xF0:
        return False
    length = (start[3] & 3) << 11 | start[4] << 3 | start[5] >> 5
    return 7 < length < len(start) - 1 and start[length] == 0xFF and start[length + 1] & 0xF6 == 0xF0
