"""Labels from hindsight: what a run was doing, from its noiseless loss and from replicas of it.

Never from a detector, and never from the mini-batch losses that detectors see.

**stationary**  From here to the end of the stage the replica means of the noiseless loss and of ‖θ‖², over 100 steps
                each, stay within 0.5 % and 2 % (and 3 standard errors) of their means of the stage's last third; the
                loss has a curvature of at least l2 in every weight, and the stage has lasted for 3 of the relaxation
                times 1/(η_eff l2) that follow from it. At least 200 steps.
**descending**  The replica mean of the noiseless loss falls by more than 1 % from the 100 steps before to the 100
                steps behind, and by more than 3 standard errors of the paired differences.
**flat**        The same difference is below 0.5 % together with 2 of its standard errors, either way.
**plateau**     Flat, and before the stage ends the mean falls by 5 % below the flat level.
**either**      Flat and not left downwards, but not stationary by the above: plateau and stationary both count as right.

A stage ends where the training is changed (learning rate, data) or where an event of the run begins. What fits none
of these is not labelled. Spans shorter than 100 steps are dropped; flat ones shorter than 300 without replicas.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

WINDOW = 100
DESCENT, FLAT, LEAVES = 0.01, 0.005, 0.05
LEVEL, LEVEL_THETA = 0.005, 0.02
SHORTEST, SHORTEST_STATIONARY, SHORTEST_ALONE = 100, 200, 300


class Series:
    """A number of every replica, every few steps; the recorded run is replica 0."""

    def __init__(self, every: int):
        self.every = every
        self.steps: List[int] = []
        self.rows: List[np.ndarray] = []

    def add(self, step: int, values: Any) -> None:
        self.steps.append(step)
        self.rows.append(np.atleast_1d(np.asarray(values, dtype=np.float64)))

    def extend(self, values: Any) -> None:
        """More replicas, of the step added last."""
        self.rows[-1] = np.concatenate([self.rows[-1], np.atleast_1d(np.asarray(values, dtype=np.float64))])

    def between(self, start: int, end: int) -> Tuple[np.ndarray, np.ndarray]:
        """Steps and rows of [start, end), with the replicas that are in all of them."""
        low, high = np.searchsorted(self.steps, [start, end])
        rows = self.rows[low:high]
        width = min((len(r) for r in rows), default=0)
        return np.asarray(self.steps[low:high]), np.asarray([r[:width] for r in rows]).reshape(len(rows), width)


def stage_spans(loss: Series, theta: Series, start: int, end: int, relaxation: float) -> List[Dict[str, Any]]:
    """The labelled spans of one stage.

    :param relaxation: 1/(η_eff l2), the most steps in which any weight forgets; infinite where l2 is 0
    """
    steps, rows = loss.between(start, end)
    half = WINDOW // loss.every
    if len(steps) < 3 * half or not np.isfinite(rows).all():
        return []
    settled = _settled(steps, rows, theta.between(start, end)[1], half, start, end, relaxation)
    spans = []
    if settled is not None:
        spans.append(_span(["stationary"], settled, end, "the means of loss and of ‖θ‖² stay where they are"))
    limit = end if settled is None else settled
    at = np.arange(half, len(steps) - half)
    mean, level, error = _fall(rows, at, half)
    kind = np.where(
        (mean > DESCENT * level) & (mean > 3 * error),
        1,
        np.where(np.abs(mean) + 2 * error < FLAT * level, 2, 0),
    )
    for code, low, high in _runs(kind):
        first = start if low == 0 else int(steps[at[low]])
        last = min(limit, end if high == len(kind) else int(steps[at[high]]))
        shortest = SHORTEST if code == 1 or rows.shape[1] > 1 else SHORTEST_ALONE
        if code == 0 or last - first < shortest:
            continue
        if code == 1:
            spans.append(_span(["descending"], first, last, "the replica mean falls by more than 1 % in 100 steps"))
        else:
            spans.append(_flat(rows.mean(1), steps, half, first, last))
    return spans


def _fall(rows: np.ndarray, at: np.ndarray, half: int) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean fall over replicas from the window before to the one behind, the level, the standard error."""
    replicas = rows.shape[1]
    sums = np.concatenate([np.zeros((1, replicas)), np.cumsum(rows, axis=0)])
    before = (sums[at] - sums[at - half]) / half
    behind = (sums[at + half] - sums[at]) / half
    fall = before - behind
    error = fall.std(1, ddof=1) / np.sqrt(replicas) if replicas > 1 else np.zeros(len(at))
    return fall.mean(1), 0.5 * (before + behind).mean(1), error


def _settled(
    steps: np.ndarray, rows: np.ndarray, squares: np.ndarray, half: int, start: int, end: int, relaxation: float
) -> Optional[int]:
    if rows.shape[1] < 2:
        return None
    first = max(_stays(steps, rows, half, LEVEL), _stays(steps, squares, half, LEVEL_THETA), start + 3 * relaxation)
    return int(first) if end - first >= max(SHORTEST_STATIONARY, (end - start) / 3) else None


def _stays(steps: np.ndarray, rows: np.ndarray, half: int, tolerance: float) -> float:
    """First step from which on the windowed mean stays at the mean of the last third."""
    sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    windows = (sums[half:] - sums[:-half]) / half
    apart = windows - rows[-len(rows) // 3 :].mean(0)
    error = apart.std(1, ddof=1) / np.sqrt(rows.shape[1])
    away = np.flatnonzero(np.abs(apart.mean(1)) > tolerance * rows[-len(rows) // 3 :].mean() + 3 * error)
    return float(steps[away[-1] + 1]) if len(away) else float(steps[0])


def _flat(mean: np.ndarray, steps: np.ndarray, half: int, first: int, last: int) -> Dict[str, Any]:
    level = mean[(steps >= first) & (steps < last)].mean()
    later = mean[steps >= last]
    if len(later) >= half and np.convolve(later, np.ones(half) / half, mode="valid").min() < (1 - LEAVES) * level:
        return _span(["plateau"], first, last, "flat, and left downwards later in the same stage")
    return _span(["plateau", "stationary"], first, last, "flat; whether in equilibrium is open")


def _runs(codes: Sequence[int]) -> List[Tuple[int, int, int]]:
    runs, low = [], 0
    for i in range(1, len(codes) + 1):
        if i == len(codes) or codes[i] != codes[low]:
            runs.append((int(codes[low]), low, i))
            low = i
    return runs


def _span(regimes: List[str], first: int, last: int, why: str) -> Dict[str, Any]:
    return {"regimes": regimes, "from": first, "to": last, "why": why}


def autocorrelation_steps(loss: Series, start: int, end: int) -> float:
    """Integrated autocorrelation time of what the run's noiseless loss deviates from the replica mean by.

    Positive pairs (Geyer); at least the spacing of the series, at most a tenth of the stretch.
    """
    steps, rows = loss.between(start, end)
    if len(steps) < 50 or rows.shape[1] < 2:
        return float(loss.every)
    apart = rows[:, 0] - rows[:, 1:].mean(1)
    apart = apart - apart.mean()
    power = np.abs(np.fft.rfft(apart, 2 * len(apart))) ** 2
    covariance = np.fft.irfft(power)[: len(apart)] / len(apart)
    if not covariance[0] > 0:
        return float(loss.every)
    rho, total = covariance / covariance[0], 1.0
    for k in range(1, len(rho) - 1, 2):
        if rho[k] + rho[k + 1] <= 0:
            break
        total += 2 * (rho[k] + rho[k + 1])
    return float(min(max(total * loss.every, loss.every), (end - start) / 10))


def spikes(loss: Series, start: int, end: int, factor: float = 3.0) -> List[Tuple[int, int, int]]:
    """(begin, peak, end) of rises of the run's own noiseless loss above `factor` times the median of the 200 steps
    before, that come back below 1.2 times that median."""
    steps, rows = loss.between(start, end)
    own, half = rows[:, 0], max(1, 200 // loss.every)
    found, i = [], half
    while i < len(own):
        usual = np.median(own[i - half : i])
        if own[i] <= factor * usual:
            i += 1
            continue
        begin = i
        while begin > 0 and own[begin - 1] > 1.2 * usual:
            begin -= 1
        back = i
        while back < len(own) and own[back] > 1.2 * usual:
            back += 1
        if back == len(own):
            break
        peak = begin + int(np.argmax(own[begin:back]))
        found.append((int(steps[begin]), int(steps[peak]), int(steps[back])))
        i = back + half
    return found
