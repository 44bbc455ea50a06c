"""Modules whose extra is not installed are not collected for their doctests."""

from importlib.util import find_spec

_NEEDS = {
    "torch": (
        "engines/torch.py",
        *(f"learning/{name}.py" for name in ("module", "edges", "links", "link_shape", "dataset")),
    ),
    "tensorflow": ("learning/tensorflow.py",),
    "sklearn": ("learning/sklearn.py",),
}
collect_ignore = [
    f"src/sonograph/{path}" for package, paths in _NEEDS.items() if find_spec(package) is None for path in paths
]
