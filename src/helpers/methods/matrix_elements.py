"""The free elements of a symmetric matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Elements:
    """The free elements of a symmetric T x T matrix, column by column of its upper triangle.

    Attributes
    ----------
    size, count
        T and T (T + 1) / 2.
    first, second
        Row j and column k >= j of each element, shape (T (T + 1) / 2,).
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.first, self.second = np.triu_indices(size)
        self.count = len(self.first)
        self.off_diagonal = self.first != self.second
        # position[j, k] is the number of the element that stands at (j, k) and (k, j).
        self.position = np.zeros((size, size), dtype=np.intp)
        self.position[self.first, self.second] = np.arange(self.count)
        self.position[self.second, self.first] = np.arange(self.count)
        self._upper = self.first * size + self.second
        self._lower = self.second * size + self.first

    def fold(self, values: FloatArray, axis: int = 0) -> FloatArray:
        """Add up entries (j, k) and (k, j) of an axis of length T^2: the derivative along E_a."""
        upper = np.take(values, self._upper, axis=axis)
        lower = np.take(values, self._lower, axis=axis)
        shape = [1] * values.ndim
        shape[axis] = self.count
        return upper + lower * self.off_diagonal.reshape(shape)

    def matrix(self, values: FloatArray) -> FloatArray:
        """Spread values of elements over the symmetric matrix, shape (..., T, T)."""
        return values[..., self.position]

    def vector(self, matrix: FloatArray) -> FloatArray:
        """Read the elements of a symmetric matrix, shape (..., T (T + 1) / 2)."""
        return matrix[..., self.first, self.second]
