"""Designs that are linear in continuous covariates, kept as few rows and the covariates' values.

With a covariate that hardly two rows share, such as age, almost every row of the data has a design
row of its own: 270,000 rows of 20 numbers for 30,000 patients. Where no term multiplies two such
covariates, design row i is B_0[r] + z_1i B_1[r] + z_2i B_2[r] + ..., with r one of a few
combinations of the other variables. The likelihood needs no more than the B and the z.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from helpers.methods.design_reduction import reduce_rows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class FactoredDesign:
    """Rows B_0[r] + z_1 B_1[r] + ... of a design.

    Attributes
    ----------
    base
        B_0, shape (u, p).
    slopes
        B_1, B_2, ... of the k covariates, shape (k, u, p).
    row
        r of each of n rows, shape (n,).
    values
        z of each row, shape (k, n).
    """

    base: FloatArray
    slopes: FloatArray
    row: IntArray
    values: FloatArray

    @cached_property
    def dense(self) -> FloatArray:
        """The rows written out, shape (n, p); only what needs every row asks for them."""
        out = self.base[self.row]
        for values, slope in zip(self.values, self.slopes, strict=True):
            for column in np.flatnonzero(slope.any(axis=0)):
                out[:, column] += values * slope[self.row, column]
        return out

    def at(self, rows: IntArray) -> tuple[IntArray, FloatArray]:
        """Give r and z of some rows, r = -1 and z = 0 for row -1; shapes as rows, (k, *rows)."""
        found = rows >= 0
        return np.where(found, self.row[rows], -1), np.where(found, self.values[:, rows], 0.0)

    def pseudo_patients(
        self, few: IntArray, values: FloatArray, scores: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Replace patients with the same r at each visit by few with the same sums.

        The design of patient i is D_0 + sum_k diag(z_ik) D_k: a combination, with weights 1 and
        the z, of D_0 and, for each covariate, of D_k (one weight when z is constant within the
        patients) or of D_k's rows one at a time (a weight for each visit). With W the weights of
        the patients, one row each, and W = QR, the pseudo-patients are R times those designs, with
        scores Q'Y and the products of the residuals of Y about QQ'Y.

        Parameters
        ----------
        few
            r at each of the T visits, shape (T,).
        values
            z, shape (k, m, T).
        scores
            Y, shape (m, T).

        Returns
        -------
        design, scores, products
            Pseudo-patients, at most m: shapes (c, T, p) and (c, T); and products (T, T).
        """
        n_visits = len(few)
        weights, designs = [np.ones((len(scores), 1))], [self.base[few][None]]
        for z, slope in zip(values, self.slopes, strict=True):
            block = slope[few]
            if not block.any():
                continue
            if np.all(z == z[:, :1]):
                weights.append(z[:, :1])
                designs.append(block[None])
            else:
                apart = np.zeros((n_visits, *block.shape))
                apart[np.arange(n_visits), np.arange(n_visits)] = block
                weights.append(z)
                designs.append(apart)
        weight, design = np.hstack(weights), np.concatenate(designs)
        if len(weight) <= weight.shape[1]:
            none = np.zeros((n_visits, n_visits))
            return np.tensordot(weight, design, axes=1), scores, none
        right, small_scores, products = reduce_rows(weight, scores)
        return np.tensordot(right, design, axes=1), small_scores, products


def written_out(design: FloatArray | FactoredDesign) -> FloatArray:
    """Give the rows of a design, whether or not it came factored."""
    return design.dense if isinstance(design, FactoredDesign) else design
