"""Real PyTorch runs with labels from hindsight: 16 kinds, each with as many seeds as asked for.

    real_runs.py FOLDER [--seeds 1,2,3] [--kinds KIND,KIND]

writes FOLDER/KIND-SEED.tgr, which an analyzer reads, and FOLDER/KIND-SEED.json, what was true. Deterministic: the
same arguments give the same bytes on the same machine and version of torch. All runs train small networks on
scikit-learn's digits in four micro-batches a step. Seeds differ in the split, the start and the batches.

Spans are defined in hindsight.py. Events, each a step:

**divergence**    The learning rate exceeds the limit 2(1+β)/λ_max, λ_max of the full loss by Lanczos at that step, and
                  afterwards the noiseless loss never comes back to its old level: it ends non-finite or above ten times
                  that level. The step of the raise. Span: diverging from there.
**tenfold**       The noiseless loss is above ten times its mean of the 200 steps before the raise, and stays there.
**nan**           First step in whose batch there is the example that was spoilt: loss and gradient are NaN.
                  Span: diverging.
**spike**         Begin of a rise of the noiseless loss above three times its median of the 200 steps before, or the
                  raise of a catapult. Span: spike, until the loss is back (1.2 times the median; a catapult: below the
                  largest of the 200 steps before the raise, with ηλ_max below 2).
**rate_changes**  The learning rate of the staircase is lowered.
**plateau**       Begin of the first plateau span.
**drop**          The noiseless loss is below 95 % of the plateau's.
**edge**          ηλ_max is at least 2, by Lanczos every 20 steps. Overlay: edge_of_stability from when it is above 1.8 until it
                  is no longer.
**jump**        The learning rate is multiplied for a few steps, and the noiseless loss does not come back below twice its
                level for 100 steps at least: neither healthy nor a divergence; alarms there are not judged.
**units_dead**    At least half of the hidden units are activated by no example, by enumeration.
**trapped**       Begin of the first flat span of a run whose loss at its end is more than 1.3 times that of the same
                  network from a usual start, and of which no replica left the level. Overlay: trapped from there.
**flat**          Begin of flat spans (less than 100 steps between them) that last until their stage ends, or 300 steps.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

import torch

from hindsight import Series
from verdicts import labels
from networks import Digits, Net, Params, dead_units, flat, gradient_sqnorm, sharpness
from thermograd import thermograd_pb2 as pb
from thermograd.sinks import RecordingSink

CHUNKS = 4
SKETCH = 256
VALIDATE_EVERY = 50
REPLICAS = 7
STARTED_AT, STEPS_PER_SECOND = 1.7e9, 100.0


@dataclass
class Plan:
    """What one run does.

    :param rate: η of the step before `raised`
    :param raised: the step at which `change` is asked for a new learning rate, or something else happens
    :param factor: η becomes this many times the limit there; None: it does not
    """

    kind: str
    net: Net
    steps: int
    rate: float
    size: int = 16
    momentum: float = 0.0
    adam: Optional[Tuple[float, float, float]] = None
    scale: float = 1.0
    raised: Optional[int] = None
    factor: Optional[float] = None
    stairs: Dict[int, float] = field(default_factory=dict)
    kick: Optional[Tuple[int, int, float]] = None
    nan_from: Optional[int] = None
    shuffled_labels: bool = False
    dead_start: int = 0
    whole: bool = False
    loss_every: int = 10

    @property
    def part_ways(self) -> Optional[int]:
        """From here on each replica has a fate of its own, and says nothing about the run."""
        return self.raised or self.nan_from or (self.kick[0] if self.kick else None)


def plans(seed: int) -> List[Plan]:
    """One of every kind."""
    beta = 0.9 if seed % 2 else 0.0
    linear = Net((64, 10), loss="squared", l2=0.01)
    relu = Net((64, 16, 10), "relu", loss="squared")
    calm = dict(net=Net((64, 16, 10), l2=0.03), size=4)
    diverging = dict(net=linear, steps=1200, size=64, rate=0.1 if beta else 1.0, momentum=beta, raised=800, loss_every=2)
    return [
        Plan("healthy", Net((64, 16, 10)), 2000, 0.1),
        Plan("noise_floor_sgd", steps=2500, rate=0.5, **calm),
        Plan("noise_floor_momentum", steps=2500, rate=0.05, momentum=0.9, **calm),
        Plan("divergence_1.5", factor=1.5, **diverging),
        Plan("divergence_1.05", factor=1.05, **diverging),
        Plan("divergence_1.005", factor=1.005, **{**diverging, "steps": 2400, "size": 200}),
        Plan("nan", Net((64, 16, 10), "relu"), 1100, 0.1, nan_from=800),
        Plan("catapult", relu, 1600, 0.25, raised=800, factor=1.25 + 0.1 * (seed % 3), loss_every=2, size=64),
        Plan("staircase", steps=3300, rate=1.0, stairs={800: 0.4, 1800: 0.15}, **calm),
        Plan("plateau_drop", Net((64, 16, 10), loss="squared"), 2500, 0.05, scale=1e-4),
        Plan("edge", Net((64, 16, 10), loss="squared"), 1600, 0.6, size=100, whole=True, scale=0.3),
        Plan("adam_spikes", Net((64, 16, 10), "relu", l2=1e-4), 2000, 0.05, adam=(0.9, 0.99, 1e-8), loss_every=2),
        Plan("dead_units", Net((64, 16, 10), "relu"), 2000, 0.1, kick=(800, 5, 300.0), loss_every=5),
        Plan("vanishing", Net((64, 16, 16, 16, 16, 16, 16, 10), "sigmoid"), 2000, 0.1),
        Plan("permuted", steps=2500, rate=0.5, shuffled_labels=True, **calm),
        Plan("trapped", Net((64, 8, 10), "relu", l2=0.03), 2500, 0.3, size=4, dead_start=6),
    ]


class Batches:
    """Epochs without repetition, for several copies at once, each in an order of its own."""

    def __init__(self, copies: int, examples: int, batch: int, seed: int):
        self.draw = torch.Generator().manual_seed(seed)
        self.copies, self.examples, self.batch, self.used = copies, examples, batch, examples
        self.order = torch.zeros(0)

    def next(self) -> torch.Tensor:
        if self.used + self.batch > self.examples:
            self.order = torch.rand(self.copies, self.examples, generator=self.draw).argsort(1)
            self.used = 0
        at, self.used = self.used, self.used + self.batch
        return self.order[:, at : self.used]


class Recording:
    """Writes steps as the PyTorch package does; sketches are CountSketches, gradients in bfloat16."""

    def __init__(self, path: str, plan: Plan, seed: int, examples: int, parameters: int):
        self.sink = RecordingSink(path)
        self.run = f"{plan.kind}-{seed}"
        draw = torch.Generator().manual_seed(seed)
        self.dim = SKETCH
        self.places = torch.randint(SKETCH, (parameters,), generator=draw)
        self.signs = torch.randint(2, (parameters,), generator=draw).float() * 2 - 1
        started = pb.RunStarted(
            run_id=self.run,
            started_at=STARTED_AT,
            parameter_count=parameters,
            sketch_scheme="count_sketch",
            sketch_dim=self.dim,
            sketch_seed=seed,
            dataset_size=examples,
            sampling=pb.RunStarted.WITHOUT_REPLACEMENT,
            optimizer=pb.RunStarted.ADAM if plan.adam else pb.RunStarted.MOMENTUM if plan.momentum else pb.RunStarted.SGD,
            momentum=plan.momentum,
            world_size=1,
            budget_steps=plan.steps,
            labels={"kind": plan.kind},
        )
        if plan.adam:
            started.beta1, started.beta2 = plan.adam[:2]
        self.sink.send(pb.Event(run_started=started))

    def step(
        self,
        step: int,
        rate: float,
        size: int,
        losses: List[float],
        chunks: torch.Tensor,
        mean: torch.Tensor,
        theta: torch.Tensor,
        update: float,
        top: Optional[float],
        held_out: Optional[float],
    ) -> None:
        rows = torch.cat([chunks, theta[None]]) * self.signs
        sketches = torch.zeros(len(rows), self.dim).index_add_(1, self.places, rows)
        short = sketches[:-1].bfloat16().view(torch.int16).numpy()
        norms = chunks.square().sum(1).tolist()
        dot, square, weights = float(theta @ mean), float(mean @ mean), float(theta @ theta)
        event = pb.StepEvent(
            run_id=self.run,
            step=step,
            time=STARTED_AT + step / STEPS_PER_SECOND,
            loss=sum(losses) / len(losses),
            learning_rate=rate,
            batch_size=size * len(losses),
            micro_batches=[
                pb.MicroBatch(examples=size, loss=l, grad_sqnorm=n, grad_sketch=pb.Vector(bfloat16=s.tobytes()))
                for l, n, s in zip(losses, norms, short)
            ],
            grad_sqnorm=square,
            param_sketch=pb.Vector(float32=sketches[-1].numpy().tobytes()),
            param_sqnorm=weights,
            update_sqnorm=update,
            param_dot_grad=dot,
        )
        if not math.isfinite(square):
            event.nonfinite_count = int((~torch.isfinite(mean)).sum())
        if top is not None and math.isfinite(top):
            event.probe.hessian_top.append(top)
        if held_out is not None:
            event.validation_loss = held_out
        self.sink.send(pb.Event(step=event))

    def finish(self, steps: int, failed: bool) -> None:
        status = pb.RunFinished.FAILED if failed else pb.RunFinished.COMPLETED
        end = STARTED_AT + steps / STEPS_PER_SECOND
        self.sink.send(pb.Event(run_finished=pb.RunFinished(run_id=self.run, status=status, time=end)))
        self.sink.close(5)


class Training:
    """One optimizer over some copies of the parameters."""

    def __init__(self, plan: Plan, start: Params, copies: int):
        self.net = plan.net
        self.params = [p.repeat(copies, 1, 1) for p in start]
        if plan.adam:
            b1, b2, eps = plan.adam
            self.optimizer: torch.optim.Optimizer = torch.optim.Adam(self.params, plan.rate, betas=(b1, b2), eps=eps)
        else:
            self.optimizer = torch.optim.SGD(self.params, plan.rate, momentum=plan.momentum)

    def rate(self, eta: float) -> None:
        self.optimizer.param_groups[0]["lr"] = eta

    def gradients(self, x: torch.Tensor, y: torch.Tensor) -> Tuple[torch.Tensor, List[torch.Tensor]]:
        """Losses and gradients of every copy, or of every micro-batch where there is one copy only."""
        leaves = [p.detach().expand(len(x), *p.shape[1:]).requires_grad_() for p in self.params]
        losses = self.net.losses(leaves, x, y)
        return losses.detach(), list(torch.autograd.grad(losses.sum(), leaves))

    def step(self, gradients: List[torch.Tensor]) -> None:
        for p, g in zip(self.params, gradients):
            p.grad = g if g.shape == p.shape else g.mean(0, keepdim=True)
        self.optimizer.step()


@dataclass
class Seen:
    """What hindsight rests on."""

    own: Series
    loss: Series
    theta: Series
    tops: List[Tuple[int, float]] = field(default_factory=list)
    dead: List[Tuple[int, int]] = field(default_factory=list)
    gradient: List[Tuple[int, float]] = field(default_factory=list)
    nan_step: Optional[int] = None
    limit: Optional[float] = None
    final: float = float("nan")
    steps: int = 0

    def add(self, step: int, loss: torch.Tensor, squares: torch.Tensor) -> None:
        """Of the run, and then of its replicas at the same step."""
        if self.loss.steps and self.loss.steps[-1] == step:
            self.loss.extend(loss)
            self.theta.extend(squares)
        else:
            self.loss.add(step, loss)
            self.theta.add(step, squares)


def start_of(plan: Plan, seed: int) -> Params:
    params = plan.net.start(1000 + seed, plan.scale)
    if plan.dead_start:
        params[1][0, 0, : plan.dead_start] = -20.0
    return params


def train(plan: Plan, seed: int, recording: Optional[Recording], replicas: int) -> Seen:
    """Trains the run and, beside it, replicas with other batches; records the run."""
    data = Digits(seed)
    x, y = data.x.clone(), data.y.clone()
    if plan.shuffled_labels:
        y = y[torch.randperm(len(y), generator=torch.Generator().manual_seed(seed))]
    examples = CHUNKS * plan.size if plan.whole else len(x)
    x, y = x[:examples], y[:examples]
    net, steps, batch = plan.net, plan.steps, CHUNKS * plan.size
    run = Training(plan, start_of(plan, seed), 1)
    others = Training(plan, start_of(plan, seed), replicas) if replicas else None
    own_batches = Batches(1, examples, batch, seed)
    other_batches = Batches(max(1, replicas), examples, batch, 10_000 + seed)
    seen = Seen(Series(plan.loss_every), Series(10), Series(10))
    spoilt = int(torch.randint(examples, (1,), generator=torch.Generator().manual_seed(seed)))
    clean_x, eta, non_finite = x.clone(), plan.rate, 0

    for step in range(steps):
        if step == plan.part_ways:
            others = None
        eta = rate_at(plan, step, eta, run, clean_x, y, seen)
        run.rate(eta)
        if plan.nan_from == step:
            x[spoilt, 0] = float("nan")
        look(plan, step, eta, run, others, clean_x, y, seen)
        top = seen.tops[-1][1] if plan.whole and step % 20 == 0 else None

        rows = own_batches.next()[0]
        if seen.nan_step is None and plan.nan_from is not None and step >= plan.nan_from and bool((rows == spoilt).any()):
            seen.nan_step = step
        rows = rows.reshape(CHUNKS, plan.size)
        losses, gradients = run.gradients(x[rows], y[rows])
        chunks = flat(gradients)
        before = flat(run.params)[0].clone()
        run.step(gradients)
        if recording is not None:
            held = None
            if step % VALIDATE_EVERY == 0:
                held = float(net.full(split(before, run.params), data.held_x, data.held_y))
            update = float((flat(run.params)[0] - before).square().sum())
            recording.step(step, eta, plan.size, losses.tolist(), chunks, chunks.mean(0), before, update, top, held)
        if others is not None:
            others.rate(eta)
            rows = other_batches.next()
            others.step(others.gradients(x[rows], y[rows])[1])
        non_finite = 0 if bool(torch.isfinite(losses).all()) else non_finite + 1
        if non_finite >= 50:
            steps = step + 1
            break
    seen.final = float(net.full(run.params, clean_x, y))
    if recording is not None:
        recording.finish(steps, non_finite > 0)
    seen.steps = steps
    return seen


def split(row: torch.Tensor, like: Params) -> Params:
    parts, at = [], 0
    for p in like:
        n = p[0].numel()
        parts.append(row[at : at + n].view(1, *p.shape[1:]))
        at += n
    return parts


def rate_at(plan: Plan, step: int, eta: float, run: Training, x: torch.Tensor, y: torch.Tensor, seen: Seen) -> float:
    if step == plan.raised and plan.factor is not None:
        top = sharpness(plan.net, run.params, x, y)
        seen.tops.append((step, top))
        seen.limit = 2 * (1 + plan.momentum) / top
        return plan.factor * seen.limit
    if plan.kick is not None:
        start, length, times = plan.kick
        return plan.rate * times if start <= step < start + length else plan.rate
    return plan.stairs.get(step, eta)


def look(
    plan: Plan, step: int, eta: float, run: Training, others: Optional[Training], x: torch.Tensor, y: torch.Tensor, seen: Seen
) -> None:
    """Takes down what only hindsight may use."""
    net = plan.net
    if step % plan.loss_every == 0:
        seen.own.add(step, net.full(run.params, x, y))
    if step % 10 == 0:
        for training in (run, others):
            if training is not None:
                seen.add(step, net.full(training.params, x, y), flat(training.params).square().sum(1))
    if step % 100 == 0:
        seen.gradient.append((step, gradient_sqnorm(net, run.params, x, y)))
    if plan.whole and step % 20 == 0 or plan.kind == "catapult" and step % 20 == 0 and step >= plan.raised:
        if all(bool(torch.isfinite(p).all()) for p in run.params):
            seen.tops.append((step, sharpness(net, run.params, x, y)))
    if plan.kick is not None and (step % 100 == 0 or 0 <= step - plan.kick[0] < 20 or step % 10 == 0 and step > plan.kick[0]):
        seen.dead.append((step, dead_units(net, run.params, x)))


def reference(plan: Plan, seed: int) -> Optional[float]:
    """The final loss of the same network from a usual start, for a run that starts badly."""
    if not plan.dead_start:
        return None
    usual = Plan(**{**plan.__dict__, "dead_start": 0, "kind": "reference"})
    return train(usual, seed, None, 0).final


def write(folder: str, plan: Plan, seed: int) -> None:
    """One recording and its labels."""
    name = os.path.join(folder, f"{plan.kind}-{seed}")
    parameters = sum(p[0].numel() for p in start_of(plan, seed))
    recording = Recording(name + ".tgr", plan, seed, CHUNKS * plan.size if plan.whole else 1000, parameters)
    seen = train(plan, seed, recording, 0 if plan.whole else REPLICAS)
    truth = labels(plan, seed, seen, reference(plan, seed))
    with open(name + ".json", "w", encoding="utf-8") as out:
        json.dump(truth, out, indent=1)
        out.write("\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes recordings of real runs, and what was true about them.")
    parser.add_argument("folder")
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--kinds", default="", help="comma-separated; all where left out")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    os.makedirs(arguments.folder, exist_ok=True)
    kinds = [k for k in arguments.kinds.split(",") if k]
    unknown = set(kinds) - {p.kind for p in plans(1)}
    if unknown:
        parser.error(f"kinds should be of {', '.join(p.kind for p in plans(1))}: was {', '.join(sorted(unknown))}")
    for seed in map(int, arguments.seeds.split(",")):
        for plan in plans(seed):
            if not kinds or plan.kind in kinds:
                write(arguments.folder, plan, seed)


if __name__ == "__main__":
    main()
