"""recordlinkage's ECM classifier on the records identity compares: blocks, compares and classifies as its own guide does.

The classifier knows agreement and difference only. What one side does not know is neither, so that it is read in two ways: as
a difference, and as something between the two (one sign for "does not differ", one for "agrees"). And it learns from the pairs
it is given: many pairs of two people on tidy data, few on others. The caller takes the best of the four.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orchestration.bench.clusters import Labels

_BLOCKS = (
    "email_clean",
    "phone_digits",
    "national_id_clean",
    "first_name_canonical",
    "last_name_canonical",
    "birth_date_clean",
    "postal_code_clean",
)
"""Whoever has one of these in common is compared ..."""
_NARROW = (
    ("email_clean",),
    ("phone_digits",),
    ("national_id_clean",),
    ("first_name_canonical", "last_name_canonical"),
    ("first_name_canonical", "birth_date_clean"),
    ("last_name_canonical", "birth_date_clean"),
    ("last_name_canonical", "postal_code_clean"),
    ("first_name_canonical", "postal_code_clean"),
)
"""... or, more narrowly, one of these."""
_FUZZY = ("first_name_canonical", "last_name_canonical", "street_clean", "city_clean")
_EXACT = ("email_clean", "phone_digits", "birth_date_clean", "postal_code_clean", "national_id_clean")


def ecm(frame: Any) -> list[Labels]:
    """The clusters of the rows of `frame` (int_identity__nodes, in pandas) by each way of reading it."""
    import pandas as pd

    compared = [column for column in (*_FUZZY, *_EXACT) if frame[column].notna().any()]
    frame = frame.where(frame.notna(), None)
    pairs = _candidates(frame)
    left, right = (frame.loc[pairs.get_level_values(side)].reset_index(drop=True) for side in (0, 1))
    agrees = _compared(pairs, frame, compared)
    unknown = pd.DataFrame((left[compared].isna() | right[compared].isna()).to_numpy(), index=pairs, columns=compared)
    between = agrees.where(~unknown, 1).add_suffix(" does not differ").join(agrees.add_suffix(" agrees"))
    narrow = _shares(left, right, _NARROW)
    return [_clusters(told, len(frame)) for all_pairs in (agrees, between) for told in (all_pairs, all_pairs[narrow])]


def _shares(left: Any, right: Any, blocks: Sequence[tuple[str, ...]]) -> NDArray[np.bool_]:
    """Which pairs have all fields of one of the blocks in common."""
    found = np.zeros(len(left), dtype=bool)
    for block in blocks:
        fields = list(block)
        found |= ((left[fields] == right[fields]) & left[fields].notna()).all(axis=1).to_numpy()
    return found


def _clusters(features: Any, n_records: int) -> Labels:
    """The components of the pairs the classifier takes for matches."""
    import recordlinkage

    from orchestration.identity.linkage import components

    told = features.loc[:, features.nunique() > 1]
    matches = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(told)
    left, right = (np.asarray(matches.get_level_values(side), dtype=np.int64) for side in (0, 1))
    return components(n_records, left, right)


def _compared(pairs: Any, frame: Any, columns: list[str]) -> Any:
    import recordlinkage

    comparing = recordlinkage.Compare()
    for column in columns:
        if column in _FUZZY:
            comparing.string(column, column, method="levenshtein", threshold=0.75, label=column)
        else:
            comparing.exact(column, column, label=column)
    return comparing.compute(pairs, frame)


def _candidates(frame: Any) -> Any:
    """recordlinkage blocks on missing values too: pairs that share nothing but them are left out."""
    import recordlinkage

    index = recordlinkage.Index()
    for block in _BLOCKS:
        if frame[block].notna().any():
            index.block(block)
    pairs = index.index(frame)
    left, right = (frame.loc[pairs.get_level_values(side)].reset_index(drop=True) for side in (0, 1))
    return pairs[_shares(left, right, [(block,) for block in _BLOCKS])]
