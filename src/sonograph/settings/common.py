"""What all settings share: to plain values and a digest, and the checks of a single value."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any, ClassVar, Self

from sonograph.checks import short
from sonograph.errors import SettingsError
from sonograph.settings.changed import changed
from sonograph.settings.elsewhere import TYPES, what_is_meant
from sonograph.settings.line import line_of

KINDS: dict[str, Any] = {}
"""The transform and every stage by its kind; a settings type enters itself."""

LONGEST_NAME = 40
"""Characters of a name that is repeated in a refusal."""


OFF = {"left out at default": True}
"""Of a field that `to_dict` leaves out at its default, so that digests made before there was one still hold."""


class Json:
    """Settings to plain values and back, and a name made from them.

    kind     : what the settings are called in JSON and TOML
    register : where a type that has a kind enters itself
    """

    kind: ClassVar[str]
    register: ClassVar[dict[str, Any] | None] = None

    def __init_subclass__(cls, *, kind: str = "", **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.__repr__ = line_of  # type: ignore[method-assign]  # where a class has none, dataclass gives it one of its own
        if kind:
            cls.kind = kind
            TYPES.append(cls)
            if cls.register is not None:
                cls.register[kind] = cls

    def __new__(cls, *unnamed: Any, **given: Any) -> Self:
        """Refuse a name that is no setting, with the one that was meant, and values without a name."""
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]
        known = tuple(field.name for field in fields)
        if unnamed and all(field.kw_only for field in fields):
            named = zip(known, unnamed, strict=False)
            example = ", ".join(f"{name}={short(value) if plain(value) is value else '…'}" for name, value in named)
            raise SettingsError(f"{cls.__name__} takes its settings by name, as {cls.__name__}({example})")
        for name in given:
            if name not in known:
                meant = what_is_meant(name, known, f"it has {', '.join(known)}")
                raise SettingsError(f"{name} is no setting of {cls.__name__}; {meant}")
        return super().__new__(cls)

    def to_dict(self) -> dict[str, Any]:
        """Plain values with a `kind`, nested as the settings are: ready for JSON or TOML."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        values = {f.name: getattr(self, f.name) for f in fields if not (_off_by_default(f, getattr(self, f.name)))}
        return {"kind": self.kind} | {k: plain(v) for k, v in values.items() if v is not None}

    def but(self, **changes: Any) -> Self:
        """These settings with some changed, each in the stage or bank of the chain that has it.

        Where transforms are as long as the window, they stay so when `window_length` changes. `of` is what lies before
        the last stage; what is given beside it is of that stage.

        Raises
        ------
        SettingsError
            A name that no part has, or several have; what `dataclasses.replace` would refuse.

        Examples
        --------
        >>> from sonograph.settings import LevelSettings, StftSettings
        >>> LevelSettings(of=StftSettings()).but(hop=256, floor=-120.0).of.hop
        256
        """
        other: Self = changed(self, changes)
        return other

    @property
    def digest(self) -> str:
        """A name of these settings, the same everywhere: 16 hexadecimal digits of a SHA-256."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _off_by_default(field: dataclasses.Field[Any], value: Any) -> bool:
    return "left out at default" in field.metadata and value == field.default


class Stage(Json):
    """What the stages after a transform share: what a stage does not change is as in the stage before it.

    context   : frames before and after that a frame needs; "past": all before it; "whole": the whole sound
    why_whole : with "whole", what it needs the whole sound for
    words     : what a colour bar says of its values, where they are a feature
    two_sided : whether it has a meaning where frequencies go from minus to plus half the sample rate
    transforms : whether it is a transform of its own, its magnitude or its power, as the `quantity` of its `of` says
    """

    register = KINDS
    of: Any
    two_sided: ClassVar[bool] = False
    transforms: ClassVar[bool] = False
    why_whole: ClassVar[str] = ""
    words: ClassVar[str] = ""

    def __new__(cls, *unnamed: Any, **given: Any) -> Self:
        """Refuse what is made for real samples over a transform of complex ones."""
        if not cls.two_sided and getattr(given.get("of"), "sides", "one") == "two":
            raise SettingsError(
                f'sides is "two", of complex samples (I/Q); {cls.__name__} is made for real ones, whose frequencies '
                f"begin at 0 Hz: leave it out"
            )
        return super().__new__(cls, *unnamed, **given)

    @property
    def context(self) -> tuple[int, int] | str:
        """What a frame needs beyond itself."""
        return 0, 0

    @property
    def sides(self) -> str:
        """Whether frequencies begin at 0 ("one") or at minus half the sample rate ("two")."""
        sides: str = self.of.sides
        return sides

    @property
    def power_kind(self) -> str:
        """What a power is, where its reference and unit are asked for."""
        return power_kind(self.scaling, self.sides)

    @property
    def quantity(self) -> str:
        """What the values are."""
        quantity: str = self.of.quantity
        return quantity

    @property
    def scaling(self) -> str:
        """What a power says: "spectrum", "density", "raw", or "relative" of a bank that follows a rule of its own."""
        scaling: str = self.of.scaling
        return scaling

    @property
    def rows(self) -> str:
        """What a row is."""
        rows: str = self.of.rows
        return rows

    @property
    def n_rows(self) -> int | None:
        """Numbers per frame; None where that depends on the sample rate."""
        below: int | None = self.of.n_rows
        return None if below is None else self.rows_after(below)

    def rows_after(self, n_rows: int) -> int:
        """Numbers per frame, when the stage before gives so many; refused where that is too few."""
        return n_rows

    def row_names(self, n_rows: int) -> tuple[str, ...]:
        """A name for each of so many rows."""
        names: tuple[str, ...] = self.of.row_names(n_rows)
        return names

    def row_unit(self, name: str, unit: str) -> str:
        """What a feature's row is in, of samples in `unit`; "" where it is a plain number."""
        below: str = self.of.row_unit(name, unit)
        return below


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Json):
        return value.to_dict()
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return value


def power_kind(scaling: str, sides: str) -> str:
    """The scaling of a power; of two sides, where a full-scale tone is another number, said with it.

    >>> power_kind("spectrum", "two"), power_kind("density", "two")
    ('two-sided spectrum', 'density')
    """
    return "two-sided spectrum" if sides == "two" and scaling == "spectrum" else scaling


def put(settings: Any, **values: Any) -> None:
    """Set fields of a frozen value while it is made."""
    for name, value in values.items():
        object.__setattr__(settings, name, value)


def holds(name: str, of: Any, allowed: Any, which: str = "") -> None:
    """Refuse what is not the settings of a stage that `name` can follow; `which` they are, of several, in words."""
    if not isinstance(of, allowed):
        raise _no_stage(name, of, f": {which or allowed.__name__}")


def rows_before(stage: Any, quantities: tuple[str, ...] = ()) -> None:
    """Check that what comes before a stage has rows of real numbers, of one of these quantities."""
    name, of = type(stage).__name__, stage.of
    if not hasattr(of, "n_rows") or not hasattr(of, "quantity"):
        raise _no_stage(name, of)
    if quantities and of.quantity not in quantities:
        raise SettingsError(f'quantity is "{of.quantity}"; {name} takes {" or ".join(quantities)}')
    if of.quantity == "transform":
        raise SettingsError(f'quantity is "transform"; {name} takes real numbers: set quantity="power"')


def _no_stage(name: str, of: Any, which: str = "") -> SettingsError:
    what = f"{of!r}" if isinstance(of, str) and len(of) < LONGEST_NAME else type(of).__name__
    hint = f", which preset({what}) makes where that is one" if what != type(of).__name__ else ""
    return SettingsError(f"of is {what}; {name} holds the settings of the stage before it{which}{hint}")
