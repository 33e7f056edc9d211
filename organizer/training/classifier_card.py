"""The model card of a bundle made by ``write_classifier_bundle``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from organizer.models.manifest import Manifest
    from organizer.training.engine.trained import TrainedClassifier


def classifier_card(manifest: Manifest, trained: TrainedClassifier) -> str:
    """Return the card as Markdown."""
    made = manifest.provenance["classifier"]
    space = manifest.provenance["space"]
    settings = "\n".join(f"- {name}: {value}" for name, value in made["settings"].items())
    versions = ", ".join(f"{name} {number}" for name, number in made["versions"].items())
    thresholds = "\n".join(f"| {label} | {value:.2f} |" for label, value in manifest.thresholds.items())
    history = "\n".join(
        f"| {figures.epoch + 1} | {figures.loss:.4f} | {_shown(figures.validation_loss)} "
        f"| {_shown(figures.validation_map)} |"
        for figures in trained.history
    )
    return f"""# Model card: {manifest.name} {manifest.version}

Licence: {manifest.licence}

## What it is

Features of the model {space["model"]} (feature space `{space["space_id"]}`), {manifest.dimensions} numbers
for each of the first 45 seconds of a video, -> {trained.architecture}: {made["what"]}.
{made["weights"]:,} weights.

Source: {made["paper"]}.

## What it was trained on

{made["data"]} Digest of the first videos: `{made["data_digest"]}`.

Labels: {", ".join(trained.labels)}.

## What was measured

{manifest.metrics["summary"]}

{_tables(manifest.metrics)}
| label | threshold |
|---|---|
{thresholds}

## How it was trained

The weights are those of epoch {trained.best_epoch + 1} of {len(trained.history)}. The LiteRT graph gives
what Keras gives, to {made["keras_against_litert"]:.1g}.

| epoch | loss | held-out loss | held-out mAP |
|---|---|---|---|
{history}

{settings}

Made with {versions}.
"""


def _tables(metrics: Mapping[str, Any]) -> str:
    """Return a list of the single figures, and a table where there are figures by label."""
    lines = [f"- {_words(name)}: {_shown(value)}" for name, value in metrics.items() if _is_number(value)]
    by_label = metrics.get("labels")
    if isinstance(by_label, dict) and by_label and all(isinstance(row, dict) for row in by_label.values()):
        columns = list(next(iter(by_label.values())))
        lines += ["", f"| label | {' | '.join(_words(column) for column in columns)} |"]
        lines.append("|---" * (len(columns) + 1) + "|")
        for label, row in by_label.items():
            lines.append(f"| {label} | {' | '.join(_shown(row.get(column)) for column in columns)} |")
    return "\n".join([*lines, ""]) if lines else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
