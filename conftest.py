"""Modules whose extra is not installed are not collected for their doctests."""

from importlib.util import find_spec

_NEEDS = {
    "torch": ("engines/torch.py", "learning/torch/*", "learning/torch/links/*", "learning/torch/measures/*"),
    "tensorflow": ("learning/tensorflow/*",),
    "sklearn": ("learning/sklearn.py",),
}
collect_ignore_glob = [
    f"src/sonograph/{path}" for package, paths in _NEEDS.items() if find_spec(package) is None for path in paths
]
