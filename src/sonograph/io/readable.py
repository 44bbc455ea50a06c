"""All that can be read, in one table: what `sonograph info --formats` prints, and what docs/files.md holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """One kind of file.

    name : what it is called
    endings : how such files are usually called; their content decides, but for tables
    extra : what pip installs it with, "" where nothing is needed
    damage : what becomes of a damaged one
    """

    name: str
    endings: str
    extra: str
    damage: str


_PLAIN = "what is there is used; a header that lies is said, what it promises and is not there is missing"
_CUT = "up to the fault; what follows is missing"
_WHOLE = "refused, in a sentence: it is read whole or not at all"

FORMATS = (
    Format("WAV, RF64, BW64, W64 (PCM, float, µ-law, A-law, ADPCM, MP3 in WAV)", ".wav .rf64 .bw64 .w64", "", _PLAIN),
    Format("AIFF, AIFF-C", ".aiff .aif .aifc", "", _PLAIN),
    Format("AU, SND", ".au .snd", "", _PLAIN),
    Format("CAF (PCM, ALAC)", ".caf", "", _PLAIN),
    Format("SPHERE (NIST)", ".sph .nist", "", _PLAIN),
    Format("FLAC", ".flac", "", "each damaged frame is missing, all others are exact and in their place"),
    Format("Ogg Vorbis, Opus", ".ogg .oga .opus", "", "each damaged page is missing, all others are in their place"),
    Format("FLAC and Speex in Ogg", ".oga .spx", "", _CUT),
    Format("MP3, MP2", ".mp3 .mp2", "", _CUT),
    Format("MP4, M4A, AAC, QuickTime", ".m4a .mp4 .aac .mov .3gp", "av", _CUT),
    Format("WMA, AVI, FLV, Matroska, WebM, OGV, MPEG-TS", ".wma .avi .flv .mkv .webm .ogv .ts", "av", _CUT),
    Format("AMR, AC-3, E-AC-3, DTS, VOC", ".amr .ac3 .eac3 .dts .voc", "av", _CUT),
    Format("WavPack, TTA, APE, TAK, Musepack, Shorten", ".wv .tta .ape .tak .mpc .shn", "av", _CUT),
    Format("DSF, DSDIFF, RealMedia", ".dsf .dff .rm", "av", _CUT),
    Format(
        "tables of text: CSV, TSV, columns, exports of instruments",
        ".csv .tsv .txt .tab .dat .asc .ascii .prn .lvm",
        "",
        "a last row that was cut is left out and said; any other bad row is refused and named",
    ),
    Format("TSPAIR, SLIST (seismology)", ".txt .tspair .slist", "", "gaps are missing; too few samples are said"),
    Format("NPY", ".npy", "", _WHOLE),
    Format("NPZ", ".npz", "", _WHOLE),
    Format("MAT, version 4 to 7", ".mat", "", _WHOLE),
    Format("MAT, version 7.3", ".mat", "hdf5", _WHOLE),
    Format("HDF5, netCDF 4", ".h5 .hdf5 .nc", "hdf5", _WHOLE),
    Format("Parquet", ".parquet", "parquet", _WHOLE),
    Format("TDMS", ".tdms", "tdms", "segments that are there are used; what was cut is missing"),
    Format("samples without a header", ".raw .pcm", "", "bytes behind the last whole sample are left out and said"),
    Format("complex samples (I/Q) without a header", ".cu8 .cs8 .cs16 .cf32 .cf64", "", "likewise"),
    Format("SigMF", ".sigmf-meta .sigmf-data", "", "likewise; metadata that say too little are refused"),
)
"""Every kind of file that is read."""


def as_markdown() -> str:
    """The table as docs/files.md holds it."""
    rows = [f"| {f.name} | {f.endings} | {f'`{f.extra}`' if f.extra else ''} | {f.damage} |" for f in FORMATS]
    return "\n".join(["| what | usual endings | extra | when damaged |", "|---|---|---|---|", *rows])


def as_text() -> str:
    """The table for a terminal."""
    lines = []
    for f in FORMATS:
        extra = f"  [needs the extra {f.extra}: pip install '.[{f.extra}]']" if f.extra else ""
        lines += [f"{f.name}{extra}", f"    usually   {f.endings}", f"    damaged   {f.damage}"]
    return "\n".join(lines)
