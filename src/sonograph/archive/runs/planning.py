"""Saying what an archive shall hold: which files, which products, from when on, and in tasks of how many hours."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sonograph.archive.catalogues.catalogue import Catalogue, Clips
from sonograph.archive.clip.features import ClipFeatures
from sonograph.archive.products.product import HOUR, Product, product_of
from sonograph.archive.runs.clip_shards import MOST, clips_of_a_task
from sonograph.archive.runs.corrections import corrections
from sonograph.archive.runs.likely import check_levels
from sonograph.archive.runs.plans import (
    ABOUT,
    CATALOGUE,
    LEDGER,
    Corrected,
    DamagedPlan,
    Plan,
    make_stores,
    read_about,
)
from sonograph.archive.segments.moments import ns_of, zoned
from sonograph.archive.segments.segment import SECOND, is_used
from sonograph.archive.stores.files import Files, files_of
from sonograph.archive.stores.hold import LOCK
from sonograph.archive.timelines.periods import Period, period_of, read_periods
from sonograph.checks import short, whole
from sonograph.errors import OutputError, SettingsError, SourceError
from sonograph.settings.arguments import answered

DAY = 24 * HOUR
HOURS = (1, 2, 3, 4, 6, 8, 12, 24)
WORK = 2_000_000_000
"""Samples of a task, about: some ten seconds of work."""


@answered
def plan(
    catalogue: Catalogue | str | os.PathLike[str],
    products: Iterable[str | Mapping[str, Any] | Product] | str | None = None,
    *,
    at: str | os.PathLike[str],
    start: datetime | None = None,
    hours: int | None = None,
    calibrations: str | os.PathLike[str] | Sequence[Period] | None = None,
    clips: int | None = None,
) -> Plan:
    """Say what an archive shall hold, and make its folder; nothing is computed.

    Of sound, ten minutes are read where it is calibrated, to see whether its levels can be.

    Where there is an archive already, it is extended: by the files that the catalogue has now, and by products. One
    whose plan is damaged or gone is planned as if it were new, and keeps what was computed by the same settings.

    Parameters
    ----------
    catalogue
        What there is: a Catalogue, or the file of one that was saved.
    products
        What is computed of each timeline: "minutes"; those that the archive has by default, or "minutes". Of clips:
        "clip_features".
    at
        The folder of the archive, or its address in a bucket: s3://bucket/site.archive, gs://…, az://….
    start
        From when on rows are counted, on a full hour, with its zone; 00:00 UTC of the first day by default. A file from
        before it is refused. It stays as it was first.
    hours
        Of a task: 1, 2, 3, 4, 6, 8, 12 or 24; by default so many that a task is some seconds of work. They stay.
    calibrations
        Periods of calibration, or the TOML that has them, in place of what the files and those beside them say. Given
        for an archive that is there, they correct it: by a factor on what is stored where only scales change, and that
        between cells; else what they touch is computed again.
    clips
        Of a task, where the catalogue is one of clips: so many that a task is some seconds of work by default. They
        stay; `start`, `hours` and `calibrations` are for recordings.

    Raises
    ------
    SettingsError
        A product that there is none of, or that cannot be made of a timeline; another start or hours than before; files
        from before the start; a calibration by which ten minutes across a deployment have levels that no sound has.
    SourceError
        The catalogue cannot be used, or has no sound with a time.
    OutputError
        The folder cannot be written, or holds something else; an archive that is being written.
    """
    files = files_of(at)
    found = catalogue if isinstance(catalogue, Catalogue) else Catalogue.open(catalogue)
    of_clips = isinstance(found, Clips)
    _check_options(of_clips, start=start, hours=hours, calibrations=calibrations, clips=clips)
    facts = found.packed.columns("n_samples", "utc_ns", "same_as")
    first_ns = min((utc_ns for n, utc_ns, same_as in facts if is_used(n, utc_ns, same_as)), default=None)
    if of_clips and not any(one.is_used for one in found.segments):
        raise SourceError("the catalogue has no clip that can be read. Scan again: archive scan --clips.")
    if first_ns is None and not of_clips:
        raise SourceError("the catalogue has no sound whose time is known. Scan again: archive scan.")
    _make(files)
    with files.alone():
        before = None
        with contextlib.suppress(DamagedPlan):
            before = None if files.stamp(ABOUT) is None else read_about(files)
        listed = [products] if isinstance(products, str | Mapping | Product) else list(products or ())
        wanted = [product_of(one) for one in listed]
        kept = [product_of(one) for one in (before["products"] if before else ())]
        usual = product_of("clip_features" if of_clips else "minutes")
        if isinstance(found, Clips):
            new_plan = _of_clips(files.at, found, before, kept, wanted or ([] if kept else [usual]), clips)
            new_plan.save()
            make_stores(new_plan)
            return new_plan
        kept += [one for one in wanted or ([] if kept else [usual]) if one not in kept]
        if isinstance(calibrations, str | os.PathLike):
            calibrations = read_periods(calibrations)
        origin = _origin(start, before, first_ns or 0)
        new_plan = _calibrated(files.at, found, origin, _hours(hours, before, found), kept, calibrations, before)
        if new_plan.correction is None:
            check_levels(new_plan.timelines)
        new_plan.save()
        make_stores(new_plan)
        return new_plan


def _check_options(of_clips: bool, **given: Any) -> None:
    """Refuse what would do nothing."""
    for name, value in given.items():
        if value is not None and of_clips == (name != "clips"):
            what = "recordings" if of_clips else "a catalogue of clips"
            raise SettingsError(f"{name} is given, which is for {what}; leave it out")


def _of_clips(
    folder: str | os.PathLike[str], catalogue: Clips, before: dict[str, Any] | None,
    kept: list[Product], more: list[Product], clips: int | None,
) -> Plan:  # fmt: skip
    """The plan of clips, each product with room for the longest of them."""
    sets = catalogue.sets()
    products = [one.fitted(sets) if isinstance(one, ClipFeatures) else one for one in kept]
    for one in more:
        fitted = one.fitted(sets) if isinstance(one, ClipFeatures) else one
        products += [] if fitted in products else [fitted]
    if before is not None and not before.get("clips"):
        raise SettingsError("the archive is one of recordings, and the catalogue is one of clips; plan another archive")
    of_before = before["clips"] if before else None
    if clips is not None and of_before not in (None, clips):
        raise SettingsError(f"clips is {clips}; the archive has {of_before} in a task, which stay")
    per_task = of_before or (clips_of_a_task(sets) if clips is None else whole("clips", clips, 1, MOST))
    new_plan = Plan(folder, catalogue, 0, 0, products, (), per_task)
    new_plan.history = before["history"] if before else []
    return new_plan


def _calibrated(
    folder: str | os.PathLike[str], catalogue: Catalogue, origin: int, hours: int, products: list[Product],
    given: Sequence[Period] | None, before: dict[str, Any] | None,
) -> Plan:  # fmt: skip
    """The plan, whose calibrations are those of before, corrected, or new ones by which all is computed again."""
    if before is None:
        return Plan(folder, catalogue, origin, hours, products, given or ())
    base = [period_of(one) for one in before["periods"]]
    wanted = given if given is not None else [period_of(one) for one in before["corrected"] or ()] or base
    plan = None
    with contextlib.suppress(SettingsError):  # no period of before may hold for files that are new
        plan = Plan(folder, catalogue, origin, hours, products, base)
    new_plan = None if plan is None else corrected(plan, wanted)
    changed = list(wanted) != ([period_of(one) for one in before["corrected"] or ()] or base)
    words = "calibration corrected by a factor; nothing is computed again"
    if new_plan is None:
        new_plan = Plan(folder, catalogue, origin, hours, products, wanted)
        words = "calibration changed; what it touches is computed again"
    new_plan.history = before["history"] + (
        [{"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "what": words}] if changed else []
    )
    return new_plan


def corrected(plan: Plan, periods: Sequence[Period]) -> Plan | None:
    """A plan whose levels are those of other periods of calibration; None where no factor does that."""
    if tuple(periods) == plan.periods:
        return plan
    start = datetime.fromtimestamp(plan.origin_s, tz=UTC)
    after = plan.catalogue.timelines(start=start, calibrations=periods)
    factors = corrections(plan.timelines, after, plan.products)
    if factors is None:
        return None
    check_levels(after)
    plan.correction = Corrected(tuple(periods), [one.unit for one in after], factors)
    return plan


def _make(files: Files) -> None:
    """The folder, made if it is not there; refused if it holds other things than an archive, whose plan may be gone."""
    known = files.stamp(ABOUT) or (files.stamp(CATALOGUE) and files.stamp(LEDGER))
    if not known and not files.is_free(LOCK):
        raise OutputError(f"{files.called()}: is there and is no archive. Name another folder.")
    files.make()


def _origin(start: datetime | None, before: dict[str, Any] | None, first_ns: int) -> int:
    if start is None:
        return int(before["origin"]) if before else first_ns // (DAY * SECOND) * DAY
    seconds, rest = divmod(ns_of(zoned("start", start)), SECOND)
    if rest or seconds % HOUR:
        raise SettingsError(f"start is {start.isoformat()}; it must be a full hour")
    if before and seconds != before["origin"]:
        was = datetime.fromtimestamp(before["origin"], tz=UTC)
        raise SettingsError(f"start is {start.isoformat()}; the archive has {was.isoformat()}, which stays")
    return seconds


def _hours(hours: int | None, before: dict[str, Any] | None, catalogue: Catalogue) -> int:
    if hours is not None and hours not in HOURS:
        raise SettingsError(f"hours is {short(hours)}; it must be one of {', '.join(map(str, HOURS))}")
    if before:
        if hours not in (None, before["hours"]):
            raise SettingsError(f"hours is {hours}; the archive has {before['hours']}, which stay")
        return int(before["hours"])
    if hours is not None:
        return hours
    rate = max(rate * channels for _, rate, channels in catalogue.groups())
    return max([one for one in HOURS if one * HOUR * rate <= WORK], default=1)
