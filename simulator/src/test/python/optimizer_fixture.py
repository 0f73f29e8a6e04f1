#!/usr/bin/python3
"""Writes optimizer-fixture.txt: what PyTorch's optimizers and schedulers do, in float64.

The gradients follow a formula that both sides evaluate. Run from the module's folder with Debian's
python3-torch:

    src/test/python/optimizer_fixture.py \
        > src/test/resources/io/thermograd/simulator/optimize/optimizer-fixture.txt
"""

import math

import torch
from torch.optim import lr_scheduler as schedulers

STEPS = 30


def gradient(theta, step):
    """Of a quadratic that is pushed about: (1 + i) theta_i + 0.5 sin(1.3 step + i)."""
    return torch.tensor([(1 + i) * x + 0.5 * math.sin(1.3 * step + i) for i, x in enumerate(theta.tolist())],
                        dtype=torch.float64)


def optimizers():
    sgd, adam, adamw = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
    return {
        "sgd": lambda p: sgd(p, 0.1),
        "sgd-l2": lambda p: sgd(p, 0.1, weight_decay=0.03),
        "heavy-ball": lambda p: sgd(p, 0.1, momentum=0.8),
        "heavy-ball-l2": lambda p: sgd(p, 0.1, momentum=0.8, weight_decay=0.03),
        "nesterov": lambda p: sgd(p, 0.1, momentum=0.8, nesterov=True),
        "nesterov-l2": lambda p: sgd(p, 0.1, momentum=0.8, nesterov=True, weight_decay=0.03),
        "adam": lambda p: adam(p, 0.1, betas=(0.85, 0.97), eps=1e-3),
        "adam-l2": lambda p: adam(p, 0.1, betas=(0.85, 0.97), eps=1e-3, weight_decay=0.03),
        "adamw": lambda p: adamw(p, 0.1, betas=(0.85, 0.97), eps=1e-3, weight_decay=0.03),
    }


def schedules():
    warm = lambda o: schedulers.LinearLR(o, start_factor=0.25, total_iters=8)
    return {
        "steps": lambda o: schedulers.StepLR(o, step_size=7, gamma=0.3),
        "exponential": lambda o: schedulers.ExponentialLR(o, gamma=0.9),
        "cosine": lambda o: schedulers.CosineAnnealingLR(o, T_max=STEPS - 1, eta_min=0.01),
        "restarts": lambda o: schedulers.CosineAnnealingWarmRestarts(o, T_0=4, T_mult=2, eta_min=0.01),
        "restarts-even": lambda o: schedulers.CosineAnnealingWarmRestarts(o, T_0=9, T_mult=1, eta_min=0.01),
        "warm-up": lambda o: schedulers.SequentialLR(
            o, [warm(o), schedulers.ExponentialLR(o, gamma=0.9)], milestones=[8]),
    }


def main():
    print(f"# torch {torch.__version__}, float64")
    for name, make in optimizers().items():
        theta = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
        optimizer = make([theta])
        for step in range(STEPS):
            optimizer.param_groups[0]["lr"] = 0.1 if step < 20 else 0.03
            theta.grad = gradient(theta.detach(), step)
            optimizer.step()
            if step % 5 == 4 or step == 0:
                print("optimizer", name, step + 1, *(repr(x) for x in theta.tolist()))
    for name, make in schedules().items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.5)
        scheduler = make(optimizer)
        rates = []
        for _ in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        print("schedule", name, *(repr(float(x)) for x in rates))


if __name__ == "__main__":
    main()
