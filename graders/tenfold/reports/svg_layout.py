"""Places on a page: where the marks of a scale, the points of a figure and the sectors of the skill map go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..result import Figure, Metric

WIDTH, HEIGHT = 360, 230
LEFT, RIGHT, TOP, BOTTOM = 48, 334, 24, 186


@dataclass(frozen=True)
class Scale:
    """A metric between its floor and its full mark; places are percent of the width."""

    value: str
    place: float | None
    floor: float
    full: float
    band: tuple[float, float] | None
    """Where correct solutions lie."""
    legend: tuple[str, ...]
    text: str
    """The same in words."""


def scale(metric: Metric, spread: tuple[float, float] | None) -> Scale:
    """Place a metric, with the spread of correct solutions where it is known."""
    known: list[float] = [metric.floor, metric.full, *(spread or ()), *([] if metric.value is None else [metric.value])]
    low, high = min(known), max(known)

    def place(value: float) -> float:
        return 3 + round(94 * (value - low) / (high - low), 2)

    def said(value: float) -> str:
        return f"{value:.3g}{metric.unit}"

    legend = [f"credit begins at {said(metric.floor)}", f"full marks at {said(metric.full)}"]
    if spread:
        same = said(spread[0]) == said(spread[1])
        legend.append(f"correct solutions: {said(spread[0])}" + ("" if same else f" to {said(spread[1])}"))
    return Scale(
        value=metric.shown,
        place=None if metric.value is None else place(metric.value),
        floor=place(metric.floor),
        full=place(metric.full),
        band=(place(spread[0]) - 1, place(spread[1]) + 1) if spread else None,
        legend=tuple(legend),
        text=f"{metric.name}: {metric.shown}; {'; '.join(legend)}",
    )


@dataclass(frozen=True)
class Drawn:
    """One series: its points on the page, and their values."""

    name: str
    places: tuple[tuple[float, float], ...]
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Drawing:
    """A figure with every place worked out."""

    title: str
    kind: str
    x_label: str
    y_label: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    series: tuple[Drawn, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    bottom: int = BOTTOM


def drawing(figure: Figure) -> Drawing:
    """Place a figure's points and ticks."""
    x_ticks = _ticks([x for s in figure.series for x in s.x])
    y_ticks = _ticks([y for s in figure.series for y in s.y])

    def across(x: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (x - x_ticks[0]) / (x_ticks[-1] - x_ticks[0]), 1)

    def down(y: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (y - y_ticks[0]) / (y_ticks[-1] - y_ticks[0]), 1)

    return Drawing(
        figure.title,
        figure.kind,
        figure.x_label,
        figure.y_label,
        tuple((across(x), f"{x:g}") for x in x_ticks),
        tuple((down(y), f"{y:g}") for y in y_ticks),
        tuple(
            Drawn(
                s.name,
                tuple((across(x), down(y)) for x, y in zip(s.x, s.y, strict=True)),
                tuple((f"{x:g}", f"{y:g}") for x, y in zip(s.x, s.y, strict=True)),
            )
            for s in figure.series
            if s.x
        ),
    )


def _ticks(values: Sequence[float]) -> list[float]:
    """Return about five round numbers that enclose the values."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]
