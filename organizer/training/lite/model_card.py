"""The model card, written from the bundle's manifest so that the two never disagree."""

from __future__ import annotations

from typing import Any

from organizer.training.ensemble_weights import LINEAR_SHARE


def model_card(manifest: dict[str, Any]) -> str:
    """Return the card as Markdown."""
    metrics, quantiser = manifest["metrics"], manifest["quantiser"]
    evidence, intervals, conversion = (
        metrics["evidence"],
        metrics["intervals_95"],
        metrics["backbone_conversion"],
    )

    def figure(name: str) -> str:
        low, high = intervals[name]
        return f"{metrics[name]:.3f} ({low:.3f} to {high:.3f})"

    rows = "\n".join(
        f"| {label} | {row['clips']} | {row['average_precision']:.2f} | {row['precision']:.2f} "
        f"| {row['recall']:.2f} | {manifest['thresholds'][label]:.2f} |"
        for label, row in metrics["labels"].items()
    )
    shares = "\n".join(
        f"| {label} | {share:.2f} |" for label, share in evidence["tagged_share_by_label"].items()
    )
    seldom_found = ", ".join(
        f"{label} ({row['recall']:.2f})" for label, row in metrics["labels"].items() if row["recall"] < 0.5
    )
    tried = "\n".join(
        f"| {trial['what']} | {trial['mean_average_precision_9']:.3f} | {trial['top1']:.3f} |"
        for trial in manifest["experiments"]["tried"]
    )
    curve = "\n".join(
        f"| {point['share']:.0%} | {point['mean_average_precision_9']:.3f} | {point['top1']:.3f} |"
        for point in manifest["experiments"]["learning_curve"]
    )
    compared = "\n".join(
        f"| {model} | {_difference(figures['mean_average_precision_9'])} | {_difference(figures['top1'])} |"
        for model, figures in metrics["compared"].items()
    )
    commands = "\n".join(f"    {command}" for command in manifest["provenance"]["commands"])
    return f"""# Model card: {manifest["name"]} {manifest["version"]}

Written by `organizer.training.lite.model_card` from `bundle.json`; a test recomputes its figures from
`out_of_fold.csv`.

## What it is

One picture per second of the first 45 s of a video, squashed to {manifest["input_size"]} x {manifest["input_size"]}
-> EfficientNet-Lite0 (LiteRT, int8) -> mean and generalised mean (power 3) of each of its 1280 channels -> PCA to
{manifest["dimensions"]} numbers -> 8 bits each -> {manifest["provenance"]["networks"]} small networks and a linear function (ridge regression) that look at one second
each -> their mean, the linear function counting {LINEAR_SHARE:.0%} -> per label, the mean over the half of the seconds that speak
most for it.

- Backbone: {manifest["provenance"]["backbone"]}. Conversion proven on {conversion["pictures"]} ImageNet samples:
  top-1 {conversion["top1_float"]:.3f} in float, {conversion["top1_int8"]:.3f} in int8, mean cosine {conversion["cosine"]:.4f}.
- PCA: {manifest["provenance"]["pca"]}.
- Quantiser: {quantiser["low"]:.4f} to {quantiser["high"]:.4f}, rounded to the nearest level; {quantiser["clipped_share"]:.3%}
  of the training features lie outside.
- Classifier: {manifest["provenance"]["classifier"]}. The corpus is not part of the product.

## How it was measured

Five fixed folds; clips of one source never stand in two folds. For each fold everything was fitted on the other
four: PCA, quantiser range, networks, and by a cross-validation inside those four the strength of whitening (chosen
for the folds: {", ".join(str(value) for value in metrics["whitening_by_fold"])}) and the thresholds. Scores of all folds are
pooled. Only clips of real footage count: {metrics["clips"]} clips, {metrics["clips_without_label"]} of them with none of the labels.
Intervals (95 %) come from drawing source repositories with replacement. The architecture, its pooling over time, the
training settings, the shrinkage, steepness and share of the linear function, the weights of sources, the size of the pictures,
the rule that mixes thresholds and the precision they aim at (one of six looked at) were chosen by looking at the same
folds, among some thirty variants for 1.0.0 that differed by at most six points and those below; expect a little less on
videos from elsewhere.

| figure | value (95 % interval) |
|---|---|
| mean average precision, nine labels (all but Mobile phone) | {figure("mean_average_precision_9")} |
| mean average precision, ten labels | {metrics["mean_average_precision_10"]:.3f} |
| top-1 (best label is right, of clips that have one) | {figure("top1")} |
| precision of all tags at the thresholds | {figure("micro_precision")} |
| recall of all tags at the thresholds | {figure("micro_recall")} |

| label | clips | average precision | precision | recall | shipped threshold |
|---|---|---|---|---|---|
{rows}

Thresholds aim at a precision of {manifest["provenance"]["threshold_target_precision"]}; each label's own one is mixed with the pooled one, the more so the fewer clips it has.

## Compared with others

On the same clips and folds; differences with 95 % intervals, the same drawn repositories for both. An interval
that holds 0 shows no difference.

| model | its nine-label mean average precision, and what this one has more | its top-1, and what this one has more |
|---|---|---|
{compared}

{manifest["experiments"]["compared_note"]}

## What was tried

One training for each fold with one seed, no choice inside the folds. {manifest["experiments"]["tried_note"]}

| variant | mean average precision, nine labels | top-1 |
|---|---|---|
{tried}

## How much the corpus carries

Trained on a share of the source repositories of the training folds, drawn at random; measured on all clips.

| share of the sources | mean average precision, nine labels | top-1 |
|---|---|---|
{curve}

{manifest["experiments"]["learning_curve_note"]}

## Evidence

Two clips of different labels joined end to end, out of fold: {evidence["tagged_share_in_own_half"]:.1%} of the evidence of
a tag lies in its own half ({evidence["tagged_pairs_and_labels"]} pairs and labels where the joined clip is tagged;
{evidence["share_in_own_half"]:.1%} over all {evidence["pairs_and_labels"]}, tagged or not).

| label | share in its own half |
|---|---|
{shares}

## Weak points

- Found in less than half of their clips at the thresholds: {seldom_found}.
- Mobile phone rests on three real clips, Concert on six: their figures are rough.
- Few flowers and plants seen from near are among the pictures of Nature: it is seldom sure of them.
- Outdoor recreation and Nature are easily taken for each other on landscapes with small people in them; a video of
  talking or posing people may score high for Dance.
- Half of the Food clips come from one collection of portrait clips with text in the picture.

## Make it again

{commands}
"""


def _difference(figure: dict[str, float]) -> str:
    return (
        f"{figure['other']:.3f}, {figure['difference']:+.3f} ({figure['low']:+.3f} to {figure['high']:+.3f})"
    )
