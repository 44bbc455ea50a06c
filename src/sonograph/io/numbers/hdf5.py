"""HDF5, and the MATLAB files of version 7.3, which are HDF5.

Links to other files, and datasets whose numbers lie in other files, are not followed.
"""

from __future__ import annotations

from typing import Any, BinaryIO

import h5py
import numpy as np

from sonograph.io.numbers.series import Series
from sonograph.io.numbers.variables import Variable, choose

_DEEPEST, _MOST = 16, 10_000


def read(opened: BinaryIO, inside: str) -> Series:
    """The sound among the datasets: the one that is named, as /group/name, or the only one.

    Its rate is an attribute of it, of its group or of the file, or a dataset of one number beside it.
    """
    with h5py.File(opened, "r") as file:
        variables: list[Variable] = []
        _walk("", file, variables, dict(_attributes(file)), 0, set())
        found = choose(variables, inside, time_first=False)
        matlab = any("MATLAB_class" in v.attributes for v in variables)
    text = f"{'MAT 7.3' if matlab else 'HDF5'}, {found.samples.dtype.name}"
    decoder = f"HDF5 {h5py.version.hdf5_version} (h5py {h5py.__version__})"
    return Series(found.samples, text, found.sample_rate, found.unit, None, {"array": found.name}, [], decoder)


def _attributes(thing: Any) -> dict[str, Any]:
    attributes = {}
    for name in list(thing.attrs)[:1000]:
        try:
            attributes[name] = thing.attrs[name]
        except (OSError, TypeError, ValueError):  # of a type that h5py does not know
            continue
    return attributes


def _walk(
    place: str, group: Any, variables: list[Variable], attributes: dict[str, Any], depth: int, seen: set[int]
) -> None:
    links = {name: group.get(name, getlink=True) for name in group if not name.startswith("#")}  # MATLAB's #refs#
    for name in sorted(links, key=lambda name: isinstance(links[name], h5py.SoftLink)):  # a link's own name comes first
        if len(variables) >= _MOST or isinstance(links[name], h5py.ExternalLink):
            continue
        try:
            thing = group[name]
        except (KeyError, OSError):  # a soft link that leads nowhere
            continue
        address = h5py.h5o.get_info(thing.id).addr
        if address in seen:
            continue
        seen.add(address)
        own = {**attributes, **_attributes(thing)}
        if isinstance(thing, h5py.Group) and depth < _DEEPEST:
            _walk(f"{place}/{name}", thing, variables, own, depth + 1, seen)
        elif isinstance(thing, h5py.Dataset) and not thing.external and not thing.is_virtual:
            variables.append(_variable(f"{place}/{name}", thing, own))


def _variable(name: str, thing: Any, attributes: dict[str, Any]) -> Variable:
    if attributes.get("MATLAB_class") == b"char":
        text = "".join(map(chr, np.asarray(thing[()]).reshape(-1)[:1000].tolist()))
        return Variable(name, (1,), np.dtype("U1"), lambda: text, attributes)
    return Variable(name, thing.shape or (1,), thing.dtype, lambda: thing[()], attributes)
