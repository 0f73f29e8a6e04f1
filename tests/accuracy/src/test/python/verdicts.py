"""Spans, events and overlays of one run, from what hindsight has seen of it; real_runs.py defines each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

import numpy as np

import hindsight

if TYPE_CHECKING:
    from real_runs import Plan, Seen

BEFORE = 200
FLAT_FOR = 300
WORSE = 1.3


class Log:
    """Gathers the labels of a run."""

    def __init__(self) -> None:
        self.spans: List[Dict[str, Any]] = []
        self.events: List[Dict[str, Any]] = []
        self.overlays: List[Dict[str, Any]] = []

    def span(self, regimes: List[str], first: int, last: int, why: str) -> None:
        """Takes the place of what was labelled there before."""
        kept = []
        for s in self.spans:
            if s["to"] <= first or s["from"] >= last:
                kept.append(s)
                continue
            for low, high in ((s["from"], first), (last, s["to"])):
                if high - low >= hindsight.SHORTEST:
                    kept.append({**s, "from": low, "to": high})
        self.spans = kept + [{"regimes": regimes, "from": first, "to": last, "why": why}]

    def event(self, kind: str, step: int, what: str) -> None:
        self.events.append({"kind": kind, "step": step, "what": what})

    def overlay(self, name: str, first: int, last: int, why: str) -> None:
        self.overlays.append({"overlay": name, "from": first, "to": last, "why": why})


def labels(plan: "Plan", seed: int, seen: "Seen", usual: Optional[float]) -> Dict[str, Any]:
    """What was true of the run, ready to be written."""
    log = Log()
    changes = sorted({*plan.stairs, *([plan.part_ways] if plan.part_ways else [])})
    if plan.kick:
        changes.append(plan.kick[0] + plan.kick[1])
    borders = [0, *changes, seen.steps]
    for first, last in zip(borders, borders[1:]):
        log.spans += hindsight.stage_spans(seen.loss, seen.theta, first, last, _relaxation(plan, first))
    for step in sorted(plan.stairs):
        log.event("rate_changes", step, "the learning rate is lowered to %g" % plan.stairs[step])
    if plan.factor is not None:
        _raise(plan, seen, log)
    if seen.nan_step is not None:
        log.event("nan", seen.nan_step, "the spoilt example is in the batch")
        log.span(["diverging"], seen.nan_step, seen.steps, "loss and parameters are NaN")
    if plan.adam:
        for begin, peak, back in hindsight.spikes(seen.own, BEFORE, seen.steps):
            log.event("spike", begin, "peak at step %d, back at %d" % (peak, back))
            log.span(["spike"], begin, back, "the noiseless loss is above 1.2 times its median before")
    if plan.whole:
        _edge(plan, seen, log)
    if plan.kick:
        _dead(plan, seen, log)
    log.spans.sort(key=lambda s: s["from"])
    _flats(seen, log, borders)
    if usual is not None:
        _trapped(seen, log, usual)
    log.events.sort(key=lambda e: e["step"])
    return {
        "run": "%s-%d" % (plan.kind, seed),
        "kind": plan.kind,
        "seed": seed,
        "steps": seen.steps,
        "autocorrelation_steps": _memory(seen, log),
        "final_loss": seen.final if math.isfinite(seen.final) else None,
        "spans": log.spans,
        "events": log.events,
        "overlays": log.overlays,
        "noiseless_loss": _curve(seen),
    }


def _curve(seen: "Seen") -> List[List[float]]:
    every = max(1, 50 // seen.own.every)
    return [
        [step, float("%.5g" % row[0])]
        for step, row in list(zip(seen.own.steps, seen.own.rows))[::every]
        if math.isfinite(row[0])
    ]


def _relaxation(plan: "Plan", first: int) -> float:
    rate = plan.stairs.get(first, plan.rate) / (1 - plan.momentum)
    return 1 / (rate * plan.net.l2) if plan.net.l2 else math.inf


def _memory(seen: "Seen", log: Log) -> float:
    """Of the longest flat span; where there is none, the spacing of the series."""
    flats = [s for s in log.spans if set(s["regimes"]) <= {"plateau", "stationary"}]
    if not flats:
        return float(seen.loss.every)
    longest = max(flats, key=lambda s: s["to"] - s["from"])
    return hindsight.autocorrelation_steps(seen.loss, longest["from"], longest["to"])


def _own(seen: "Seen", first: int, last: int) -> Tuple[np.ndarray, np.ndarray]:
    steps, rows = seen.own.between(first, last)
    return steps, rows[:, 0]


def _raise(plan: "Plan", seen: "Seen", log: Log) -> None:
    raised = plan.raised
    _, before = _own(seen, raised - BEFORE, raised)
    level, most = before.mean(), before.max()
    steps, after = _own(seen, raised, seen.steps)
    above = ~(after <= 10 * level)
    top = {s: t for s, t in seen.tops}
    if above[-1]:
        log.event("divergence", raised, "eta is %g times the limit %.4g" % (plan.factor, seen.limit))
        stays = len(above) - int(np.argmin(above[::-1])) if not above.all() else 0
        log.event("tenfold", int(steps[stays]), "the noiseless loss stays above ten times its level")
        log.span(["diverging"], raised, seen.steps, "the noiseless loss grows and never comes back")
        return
    eta = plan.factor * seen.limit
    peak = int(np.argmax(after))
    for s, value in zip(steps[peak:], after[peak:]):
        sharp = max((t for t in top if t <= s), default=None)
        if value <= most and sharp is not None and eta * top[sharp] < 2 * (1 + plan.momentum):
            log.event("spike", raised, "raised to %g times the limit; peak %.4g times its level" % (plan.factor, after.max() / level))
            log.event("spike_ends", int(s), "the loss is back, and eta lambda_max is below its limit")
            log.span(["spike"], raised, int(s), "from the raise until the loss is back")
            return


def _edge(plan: "Plan", seen: "Seen", log: Log) -> None:
    reached = next((s for s, t in seen.tops if plan.rate * t >= 2), None)
    if reached is None:
        return
    left = next((s for s, t in seen.tops if s > reached and plan.rate * t < 1.8), seen.steps)
    near = next(s for s, t in seen.tops if plan.rate * t >= 1.8)
    log.event("edge", reached, "eta lambda_max is at least 2")
    log.overlay("edge_of_stability", near, left, "eta lambda_max is above 1.8")


def _dead(plan: "Plan", seen: "Seen", log: Log) -> None:
    start = plan.kick[0]
    _, before = _own(seen, start - BEFORE, start)
    steps, after = _own(seen, start, seen.steps)
    back = [s for s, v in zip(steps, after) if s > start + plan.kick[1] and v < 2 * before.mean()]
    until = int(back[0]) if back else seen.steps
    if until - start >= 100:
        log.event("jump", start, "not back below twice its level before step %d" % until)
    half = plan.net.sizes[1] / 2
    for step, count in seen.dead:
        if count >= half:
            log.event("units_dead", step, "%d of %d hidden units" % (count, plan.net.sizes[1]))
            return


def _flats(seen: "Seen", log: Log, borders: List[int]) -> None:
    for first, last in _chains(log, borders):
        if last in borders or last - first >= FLAT_FOR:
            log.event("flat", first, "the first of %d flat steps" % (last - first))
    plateau = next((s for s in log.spans if s["regimes"] == ["plateau"]), None)
    if plateau is not None:
        log.event("plateau", plateau["from"], "the first plateau")
        steps, own = _own(seen, plateau["from"], seen.steps)
        below = np.flatnonzero(own < 0.95 * own[steps < plateau["to"]].mean())
        if len(below):
            log.event("drop", int(steps[below[0]]), "the noiseless loss is below 95 % of the plateau's")


def _chains(log: Log, borders: List[int]) -> List[Tuple[int, int]]:
    """Flat spans of one stage with less than 100 steps between them, taken together."""
    chains: List[Tuple[int, int]] = []
    for s in log.spans:
        if set(s["regimes"]) <= {"plateau", "stationary"}:
            joined = chains and s["from"] - chains[-1][1] < 100 and s["from"] not in borders
            chains = chains[:-1] + [(chains[-1][0], s["to"])] if joined else chains + [(s["from"], s["to"])]
    return chains


def _trapped(seen: "Seen", log: Log, usual: float) -> None:
    calm = [s for s in log.spans if set(s["regimes"]) <= {"plateau", "stationary"} and s["to"] == seen.steps]
    if not calm or not seen.final > WORSE * usual:
        return
    first = calm[0]["from"]
    _, rows = seen.loss.between(first, seen.steps)
    tail = rows[-max(1, len(rows) // 4) :].mean(0)
    if (tail < (1 - hindsight.LEAVES) * rows.mean()).any():
        return
    log.event("trapped", first, "the loss is %.3g; the same network reaches %.3g from a usual start" % (seen.final, usual))
    log.overlay("trapped", first, seen.steps, "no replica leaves the level within the budget")
