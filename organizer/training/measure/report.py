"""One page with all figures of a model, or of two compared: no script, no address, nothing to load."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from organizer.training.measure.measures import FEWEST
from organizer.training.measure.page_style import STYLE
from organizer.training.measure.report_comparison import comparison_section
from organizer.training.measure.svg import curve_plot, interval_bar, reliability_plot
from organizer.training.measure.words import name_of, number, span, what_was_measured

if TYPE_CHECKING:
    from organizer.training.measure.compare import Comparison
    from organizer.training.measure.figures import Figure, Figures, LabelFigures

_FIRST_TILES = ("map", "top1", "precision", "recall")
_LESSER_TILES = ("map_all", "hit1", "gap20")


@dataclass(frozen=True, slots=True)
class Report:
    """What the page tells."""

    model: str
    """Name and version of the model."""
    trained_on: str
    """One or two sentences."""
    data: str
    """What it was measured on, a sentence."""
    notes: tuple[str, ...]
    """Sentences that a reader must not miss, such as an overlap with training."""
    figures: Figures
    other: str | None = None
    """Name and version of the model it is compared with; that one is the first of the comparison."""
    other_figures: Figures | None = None
    comparison: Comparison | None = None


def report_html(report: Report) -> str:
    """Return the page."""
    figures = report.figures
    sections = [
        _head(report),
        _tiles(figures),
        comparison_section(report.comparison, report.other or "", report.model) if report.comparison else "",
        _label_table(figures),
        _curves(figures, report.other_figures, report.model, report.other),
        _reliability(figures),
        _confusion(figures),
        _thresholds(figures),
        _how_to_read(),
    ]
    title = f"Evaluation of {report.model}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
        + "\n".join(section for section in sections if section)
        + "\n</main></body></html>\n"
    )


def _head(report: Report) -> str:
    against = f" <span class='soft'>against {escape(report.other)}</span>" if report.other else ""
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in report.notes)
    return (
        f"<h1>{escape(report.model)}{against}</h1>"
        f"<p>Measured on {escape(report.data)} {escape(what_was_measured(report.figures))}</p>"
        f'<p class="soft">{escape(report.trained_on)}</p>{notes}'
    )


def _tiles(figures: Figures) -> str:
    tiles = [_tile(name_of(name, figures), figures.headline[name]) for name in _FIRST_TILES]
    lesser = [_tile(name_of(name, figures), figures.headline[name], lesser=True) for name in _LESSER_TILES]
    lesser.append(
        f'<div class="tile lesser"><span>calibration error</span>'
        f"<b>{number(figures.reliability.expected_error)}</b><span>0 is perfect</span></div>"
    )
    return (
        f'<div class="tiles">{"".join(tiles)}</div><div class="tiles">{"".join(lesser)}</div>'
        '<p class="small soft">Below each figure: 95 % of the values that it takes when the sources are '
        "drawn anew, with replacement. All figures go from 0 to 1.</p>"
    )


def _tile(name: str, figure: Figure, *, lesser: bool = False) -> str:
    return (
        f'<div class="tile{" lesser" if lesser else ""}"><span>{escape(name)}</span>'
        f"<b>{number(figure.value)}</b><span>{span(figure.interval)}</span></div>"
    )


def _label_table(figures: Figures) -> str:
    rows = "".join(_label_row(label) for label in figures.labels)
    never = [label.label for label in figures.labels if label.never]
    words = (
        "<p>Never suggested, for where thresholds were chosen none was precise enough, or too few videos had "
        f"the label to tell: {escape(', '.join(never))}.</p>"
        if never
        else ""
    )
    few = [label.label for label in figures.labels if not label.in_mean]
    if few:
        words += (
            f'<p class="small soft">Fewer than {FEWEST} videos, so not in the mean average precision: '
            f"{escape(', '.join(few))}.</p>"
        )
    return (
        "<h2>Label by label</h2>"
        '<div class="wide"><table><thead><tr><th>label</th><th>videos</th><th>sources</th>'
        '<th>average precision</th><th class="words">95 % interval</th><th>threshold</th><th>precision</th>'
        f"<th>recall</th><th>tags</th></tr></thead><tbody>{rows}</tbody></table></div>{words}"
    )


def _label_row(label: LabelFigures) -> str:
    figure, tags = label.average_precision, label.at_threshold
    ends = None if figure.interval is None else (figure.interval.low, figure.interval.high)
    threshold = "never" if label.never else "by video" if tags.threshold is None else number(tags.threshold)
    bar = interval_bar(figure.value, ends)
    title = span(figure.interval) if figure.value is not None else ""
    return (
        f'<tr><th scope="row">{escape(label.label)}</th><td>{label.videos:,}</td><td>{label.sources:,}</td>'
        f'<td>{number(figure.value)}</td><td class="words">{bar}<span class="small soft">{title}</span></td>'
        f"<td>{threshold}</td><td>{number(tags.precision)}</td><td>{number(tags.recall)}</td>"
        f"<td>{tags.tags:,}</td></tr>"
    )


def _curves(figures: Figures, other: Figures | None, model: str, other_name: str | None) -> str:
    before = {label.label: label for label in other.labels} if other else {}
    own = figures.at_thresholds[0]
    pooled = curve_plot(
        [(point.recall, point.precision) for point in figures.curve],
        "precision against recall of all labels together",
        across="recall",
        up="precision",
        mark=None if own.precision is None or own.recall is None else (own.recall, own.precision),
        second=[(point.recall, point.precision) for point in other.curve] if other else (),
    )
    plots = [f"<figure><h3>all labels together</h3>{pooled}</figure>"]
    for label in figures.labels:
        if not label.curve:
            continue
        tags = label.at_threshold
        plot = curve_plot(
            [(point.recall, point.precision) for point in label.curve],
            f"precision against recall of {label.label}",
            across="recall",
            up="precision",
            mark=None if tags.precision is None or tags.recall is None else (tags.recall, tags.precision),
            second=[(point.recall, point.precision) for point in before[label.label].curve]
            if label.label in before
            else (),
        )
        plots.append(
            f'<figure><h3>{escape(label.label)} <span class="soft small">{label.videos:,}</span></h3>{plot}'
            "</figure>"
        )
    key = (
        f'<p class="small"><span class="key"></span>{escape(model)} &nbsp; '
        f'<span class="key second"></span>{escape(other_name or "")}</p>'
        if other
        else ""
    )
    return (
        "<h2>Precision against recall</h2>"
        "<p class='soft'>The ring is where the thresholds put the tags. Beside a label: videos that have it; "
        f"with a handful of them a curve is a rough thing.</p>{key}"
        f'<div class="grid">{"".join(plots)}</div>'
    )


def _reliability(figures: Figures) -> str:
    found = figures.reliability
    plot = reliability_plot(
        [(bin_.mean_score, bin_.share_right, bin_.predictions) for bin_ in found.bins],
        "share of right predictions against their scores",
    )
    rows = "".join(
        f"<tr><td>{bin_.low:.1f} to {bin_.high:.1f}</td><td>{bin_.predictions:,}</td>"
        f"<td>{bin_.mean_score:.3f}</td><td>{bin_.share_right:.3f}</td></tr>"
        for bin_ in found.bins
    )
    return (
        "<h2>Can a score be read as a probability?</h2>"
        "<p class='soft'>On the dashed line it can. Below it the model claims too much, above it too "
        f"little. The mean distance over all predictions is {found.expected_error:.3f}; nearly all of these "
        "are low scores, so look at the bins.</p>"
        f'<div class="beside">{plot}<div class="wide"><table><thead><tr><th>score</th><th>predictions</th>'
        f"<th>mean score</th><th>share right</th></tr></thead><tbody>{rows}</tbody></table></div></div>"
    )


def _confusion(figures: Figures) -> str:
    labels = [label.label for label in figures.labels]
    names = [*labels, "none of them"]
    head = "".join(f"<th scope='col'>{escape(label)}</th>" for label in labels)
    rows = ""
    for number_, (name, counts) in enumerate(zip(names, figures.confusion.counts, strict=True)):
        total = max(1, sum(counts))
        if number_ == len(labels):
            total = max(1, figures.confusion.without_label)
        cells = "".join(
            f'<td class="{_cell_class(number_ == column, value)}" style="--share:{value / total:.2f}">'
            f"{value}</td>"
            for column, value in enumerate(counts)
        )
        rows += f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'
    return (
        "<h2>What is taken for what</h2>"
        "<p class='soft'>Row: a label that the video has. Column: its best label. A video whose best label "
        "is one of its own counts once, on the diagonal; else once in the row of each of its labels. Last "
        f"row: the {figures.confusion.without_label:,} videos with none of the labels, where the best one "
        "reaches its threshold.</p>"
        f'<div class="wide"><table class="confusion"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cell_class(diagonal: bool, value: int) -> str:
    return "zero" if value == 0 else "right" if diagonal else "wrong"


def _thresholds(figures: Figures) -> str:
    rows = "".join(
        f"<tr><td>{'each its own' if step.threshold is None else f'{step.threshold:.1f}'}</td>"
        f"<td>{number(step.precision)}</td><td>{number(step.recall)}</td><td>{step.tags:,}</td></tr>"
        for step in figures.at_thresholds
    )
    return (
        "<h2>Precision and recall at thresholds</h2>"
        '<div class="wide"><table><thead><tr><th>threshold</th><th>precision</th><th>recall</th><th>tags</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _how_to_read() -> str:
    return (
        "<h2>How to read this</h2>"
        "<p>Average precision ranks all videos by one label's score and takes the mean precision at the "
        "places where the right ones stand. GAP@20 does so with the 20 best predictions of every video, all "
        "in one ranking; Hit@1 is the share of all videos whose best label is theirs, so videos without a "
        "label count against it. Both are defined as for YouTube-8M. Pairs of video and label that nobody "
        "decided about count nowhere.</p>"
        "<p>Intervals tell how much the figures would move with other sources of the same kind. They do not "
        "tell what happens with videos of another kind. Where thresholds or the number of epochs were chosen "
        "on the same videos, expect a little less elsewhere.</p>"
    )
