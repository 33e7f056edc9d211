"""Whether the evidence points at the right seconds: two clips of different labels joined end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.training.lite.frame_ensemble import pool
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.lite.out_of_fold import OutOfFold


def evidence_shares(result: OutOfFold, evidence: Mapping[str, NDArray[np.float32]]) -> dict[str, Any]:
    """Return, by label, the mean share of its evidence that lies in its own half.

    All pairs of clips of one fold whose labels differ (both have some, none in common), cut to equal length
    so that both are halves. Per-second evidence does not depend on the other seconds, so that of the joined
    clip is that of its parts. A pair counts for a label where the joined clip would be tagged with it.

    Args:
        result: targets, folds, thresholds.
        evidence: (seconds, labels) of each clip by a model that did not see it.
    """
    import numpy as np

    shares: dict[str, list[float]] = {label: [] for label in LABELS}
    all_shares: list[float] = []
    for first, fold in enumerate(result.folds):
        own_labels = np.flatnonzero(result.targets[first])
        for second in np.flatnonzero(result.folds == fold):
            if not result.targets[second].any() or (result.targets[first] * result.targets[second]).any():
                continue
            own, other = evidence[result.clips[first]], evidence[result.clips[second]]
            length = min(len(own), len(other))
            joined = np.concatenate([own[:length], other[:length]])
            tagged = pool(joined) >= result.fold_thresholds[fold]
            for label in own_labels:
                share = float(joined[:length, label].sum() / joined[:, label].sum())
                all_shares.append(share)
                if tagged[label]:
                    shares[LABELS[label]].append(share)
    tagged_shares = [share for values in shares.values() for share in values]
    return {
        "pairs_and_labels": len(all_shares),
        "share_in_own_half": round(float(np.mean(all_shares)), 3),
        "tagged_pairs_and_labels": len(tagged_shares),
        "tagged_share_in_own_half": round(float(np.mean(tagged_shares)), 3),
        "tagged_share_by_label": {
            label: round(float(np.mean(values)), 3) for label, values in shares.items() if values
        },
    }
