"""A sound of any length as a row of numbers: what a classifier learns from.

Each kind of summary is a pure function of one log-mel and has a name for every number. `Summary` puts kinds side by
side; tables, transformers and classifiers all use it.
"""

from sonograph.analysis.summaries.summary import ALL, EXCERPT, KERNELS, Summary

__all__ = ["ALL", "EXCERPT", "KERNELS", "Summary"]
