"""What stands above the numbers of a table: names and units of columns, and what an instrument says of the record."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field

from sonograph.io.numbers.dialect import Dialect, is_comment, separator
from sonograph.units import known_unit

SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sekunden", "secondes"), 1.0),
    **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "µs", "μs", "usec", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nsec", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600.0),
}
"""What a column of times may say it is in, as in time [ms]."""

_HERTZ = {
    "hz": 1.0, "hertz": 1.0, "sps": 1.0, "s/s": 1.0, "sa/s": 1.0, "samples/s": 1.0, "samples/sec": 1.0,
    "khz": 1e3, "ks/s": 1e3, "ksa/s": 1e3, "ksps": 1e3, "mhz": 1e6, "ms/s": 1e6, "msa/s": 1e6, "msps": 1e6,
    "ghz": 1e9, "gs/s": 1e9, "gsa/s": 1e9, "gsps": 1e9,
}  # fmt: skip
_RATE = re.compile(
    r"(?:actual |real |nominal |acquisition |scan |data )?(?:(?:sampl(?:e|es|ing)|scan|acquisition|data)[ _-]*"
    r"(?:rate|freq(?:uency)?)|samplerate|fs|abtastrate|samples[ _/]*(?:per|/)[ _]*s(?:ec(?:ond)?)?)",
    re.IGNORECASE,
)
_INTERVAL = re.compile(
    r"(?:horizontal |time |x |waveform )?(?:sampl(?:e|ing)[ _-]*(?:interval|period|time)|interval|delta[ _]?[xt]|dt"
    r"|d[ _]t|(?:x|time|t)[ _-]*incr(?:ement)?|increment|(?:time|x)[ _-]*(?:step|interval|resolution)"
    r"|h(?:orizontal)?[ _-]?resolution)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:(?:elapsed|relative|rel\.?|abs(?:olute)?|sample|local|utc|gmt|system|recording|x)[ _-]*)?"
    r"(?:t|time[ _-]?stamps?|times?|date[ _/-]*time|date|zeit|uhrzeit|datum|temps|tiempo|fecha"
    r"|x[ _-]*axis|x[ _-]*values?)",
    re.IGNORECASE,
)
_UNSURE = re.compile(r"t|x[ _-]*(?:axis|values?)|date|datum", re.IGNORECASE)
_INDEX = re.compile(
    r"|#|no\.?|nr\.?|n|index|idx|sample|samples|sequence|point|points|row|count|unnamed: 0", re.IGNORECASE
)
_SETTING = re.compile(r"units?\b|length|interval|scale|offset|points", re.IGNORECASE)
_VERTICAL = re.compile(r"(?:vertical|y|amplitude|channel)?[ _-]*units?(?:[ _]label)?", re.IGNORECASE)
_VALUE = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_MOST = 400  # lines that are kept as said


@dataclass
class Header:
    """What stands above the numbers.

    names, units : of the columns, "" where there is none; empty lists where no line names them
    is_comment : whether the names stand in a comment
    has_units : whether a row of its own holds the units
    said : what else is said, by name
    rate : samples per second, Hz, where that is said
    """

    names: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    is_comment: bool = False
    has_units: bool = False
    entries: dict[str, str] = field(default_factory=dict)
    rate: float | None = None

    def time_column(self) -> int | None:
        """The column that its name or its unit calls a time; "time" itself before all others."""
        plain = [name.lower() for name in self.names]
        if "time" in plain:
            return plain.index("time")
        by_name = [i for i in range(len(plain)) if self._is_time(i)]
        if by_name:
            return min(by_name, key=lambda i: _UNSURE.fullmatch(self.names[i]) is not None)
        times = (i for i, unit in enumerate(self.units) if unit.lower() in SECONDS)
        return next(times, None) if self.has_units else None

    def _is_time(self, i: int) -> bool:
        if not _TIME.fullmatch(self.names[i]):
            return False
        return not self.units[i] or self.units[i].lower() in SECONDS

    def is_sure(self, i: int) -> bool:
        """Whether a column of times is one, whatever it holds; t may be a temperature, and a comment a sentence."""
        entries = self.has_units and self.units[i].lower() in SECONDS
        return not self.is_comment and (entries or not _UNSURE.fullmatch(self.names[i]))

    def unit(self) -> str:
        """The unit that an instrument says in a line of its own, "" where it does not."""
        value = next((v for name, v in self.entries.items() if _VERTICAL.fullmatch(name)), "")
        return known_unit(re.split(r"[:,;\t]", value)[-1].strip('" ')) if value else ""

    def is_index(self, i: int) -> bool:
        """Whether a column may count the rows."""
        return bool(self.names) and any(_INDEX.fullmatch(text) for text in (self.names[i], self.units[i] or "x"))


def header_of(lines: list[str], dialect: Dialect) -> Header:
    """What the lines above the first row say."""
    above = [line for line in lines if line.strip() and not separator(line)]
    header = Header(rate=_rate(above))
    rows = [(_fields(line, dialect), is_comment(line)) for line in reversed(above[-8:])]
    width = dialect.width
    if not rows or not _may_name(rows[0][0], width, dialect) or _rate(above[-1:]) is not None:
        header.entries = _entries(above, dialect)
        return header
    names, header.is_comment = rows[0]
    used = 1
    units = [""] * len(names)
    if _are_units(names):
        above_them = rows[1][0] if len(rows) > 1 else []
        if _may_name(above_them, width, dialect) and not _SETTING.search(above_them[0]):
            units, names, used = [_bare(text) for text in names], above_them, 2
            header.rate = header.rate or _increment(names, units, dialect)
            header.has_units = True
        elif any(_bare(text).lower() in SECONDS for text in names):  # Second,Volt and nothing else
            units, names = [_bare(text) for text in names], [""] * len(names)
            header.has_units = True
    header.entries = _entries(above[: len(above) - used], dialect)
    pairs = [unit_in(name) for name in _filled(names, width)]
    header.names = [name for name, _ in pairs]
    header.units = [given or inside for given, (_, inside) in zip(_filled(units, width), pairs, strict=True)]
    return header


def _filled(fields: list[str], width: int) -> list[str]:
    return (fields + [""] * width)[:width]


def _fields(line: str, dialect: Dialect) -> list[str]:
    text = line.strip().lstrip("#%!/").strip() if is_comment(line) else line
    try:
        return dialect.split(text)
    except csv.Error:
        return []


def _may_name(fields: list[str], width: int, dialect: Dialect) -> bool:
    """Whether a line names columns: as many fields, with or without a mark at its end, and not all numbers."""
    stripped = fields[:-1] if fields and not fields[-1] else fields
    if len(fields) == width + 1 and fields[-1].lower() == "comment":  # LabVIEW: of rows that have none
        return True
    if width not in (len(fields), len(stripped)):
        return len(fields) == width - 1 and not all(map(dialect.is_number, fields))  # rows end in a mark, names do not
    return any(text and not dialect.is_number(text) for text in fields)


def _bare(text: str) -> str:
    return text.strip().strip("()[]{}<>").strip()


def _are_units(fields: list[str]) -> bool:
    """Whether a row is one of units: some are known, and none is a word."""
    texts = [_bare(text) for text in fields]
    known = [text for text in texts if text and (text.lower() in SECONDS or known_unit(text))]
    others = [text for text in texts if text and text not in known and not _VALUE.fullmatch(text)]
    return bool(known) and all(
        text.lower() in ("-", "sequence", "1", "none", "n/a", "a.u.") or _is_bracketed(text, fields) for text in others
    )


def _is_bracketed(text: str, fields: list[str]) -> bool:
    return any(field.strip()[1:-1].strip() == text and field.strip()[0] in "([{<" for field in fields if field.strip())


def unit_in(name: str) -> tuple[str, str]:
    """The name and the unit that a header says together; the unit only where it is known.

    >>> unit_in("X (g)"), unit_in("Time [ms]"), unit_in("t/s"), unit_in("time_ms"), unit_in("V(out)")
    (('X', 'g'), ('Time', 'ms'), ('t', 's'), ('time', 'ms'), ('V(out)', ''))
    """
    found = re.fullmatch(r"(.*?)[ _]*[\[({<]\s*([^\])}>]*?)\s*[\])}>]|(.+?)\s*[/,]\s*(\S+)", name)
    if found:
        before, unit = (found[1], found[2]) if found[3] is None else (found[3], found[4])
        if unit.lower() in SECONDS or known_unit(unit):
            return before.strip(), unit
    found = re.fullmatch(r"(t|time|timestamp)[ _](\w+)", name, re.IGNORECASE)
    if found and found[2].lower() in SECONDS:
        return found[1], found[2]
    return name, ""


def _entries(lines: list[str], dialect: Dialect) -> dict[str, str]:
    entries: dict[str, str] = {}
    for line in lines[:_MOST]:
        name, value = _pair(line)
        if name and value and not dialect.is_number(name):
            entries.setdefault(name, value)
        elif line.strip("#%!/ \t,;"):
            entries[f"line {len(entries) + 1}"] = line.strip()
    return entries


def _pair(line: str) -> tuple[str, str]:
    """Name and value of a line as Sample Interval,5.0E-03; Sample Rate: 44100 Hz; #CLOCK=4.0ns."""
    text = line.strip().lstrip("#%!/ ").strip('"')
    found = re.match(r'([^,;\t:=]{1,80}?)\s*"?\s*[,;\t:=]+\s*"?(.*)', text)
    return (found[1].strip(), found[2].strip().strip(',;\t"').strip()) if found else ("", "")


def _rate(lines: list[str]) -> float | None:
    """The rate that a line says, as itself or as an interval."""
    for line in lines[:_MOST]:
        name, value = _pair(line)
        name, unit = unit_in(name) if _VALUE.match(value) and not _RATE.fullmatch(name) else (name, "")
        bracket = re.fullmatch(r"(.*?)\s*[\[(](\S+?)[\])]", name)
        if bracket:
            name, unit = bracket[1], bracket[2]
        found = re.match(rf"({_VALUE.pattern})\s*[,;\t]?\s*\"?([^\s,;\t\"]*)", value, re.IGNORECASE)
        if not found:
            continue
        number = float(found[1].replace(",", ".") if "." not in found[1] else found[1].replace(",", ""))
        unit = (unit or found[2]).strip(".()[]").lower()
        if number <= 0:
            continue
        if _RATE.fullmatch(name):
            return number * _HERTZ.get(unit, 1.0)
        if _INTERVAL.fullmatch(name):
            return 1 / (number * SECONDS.get(unit, 1.0))
    return None


def _increment(names: list[str], values: list[str], dialect: Dialect) -> float | None:
    """The rate where a row of units holds the step too, under a name of its own."""
    for name, value in zip(names, values, strict=False):
        if _INTERVAL.fullmatch(name) and dialect.is_number(value) and float(dialect.point(value)) > 0:
            return 1 / float(dialect.point(value))
    return None
