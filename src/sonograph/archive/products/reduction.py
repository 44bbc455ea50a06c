"""A product that is made of the stored rows of another one, by tasks that follow that one's and read no sound.

A shard of it is made of many shards of the other, so that whoever looks at a year opens few files.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

import numpy as np

from sonograph.archive.products.product import Product, SoundFacts

Read = Callable[[range, list[str]], dict[str, np.ndarray]]
"""Gives rows of arrays of a product as they are stored, by the name of the array."""


class Reduction(Product):
    """A product that is made of stored rows."""

    reduced: ClassVar[bool] = True

    @property
    @abstractmethod
    def base(self) -> Product:
        """What it is made of."""

    @abstractmethod
    def base_rows(self, rows: range) -> range:
        """The rows of the base that some rows are made of."""

    @abstractmethod
    def rows_above(self, base_rows: range) -> range:
        """The rows that are made of some rows of the base, among others."""

    @abstractmethod
    def reduce(self, read: Read, rows: range, sound: SoundFacts) -> dict[str, np.ndarray]:
        """The rows of each array (rows / every, *shape): the same bits whatever rows are asked for together.

        read : of the base
        """
