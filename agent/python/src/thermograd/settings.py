"""What a run is, read from its optimizer."""

from __future__ import annotations

import os
import re
import sys
import time
import weakref
from typing import Any, Dict, List, Optional, Tuple

import torch

from . import thermograd_pb2 as pb

_SAMPLING = {
    "with_replacement": pb.RunStarted.WITH_REPLACEMENT,
    "without_replacement": pb.RunStarted.WITHOUT_REPLACEMENT,
}


#: What launchers count restarts in: torchrun, and Slurm for a job that it queues again.
_RESTARTS = ("TORCHELASTIC_RESTART_COUNT", "SLURM_RESTART_COUNT")

_begun: Dict[str, Tuple[int, "weakref.ref[Any]"]] = {}


def next_attempt(run_id: Optional[str]) -> int:
    """One more than this process' last one of the run; before the first the launcher's count of restarts, else 0.

    :raises ValueError: while the run is being watched
    """
    if run_id in _begun:
        attempt, watcher = _begun[run_id]
        running = watcher()
        if running is not None and not running.finished:
            raise ValueError(f"run_id should be of a run that is not being watched: was {run_id!r}; finish() it first")
        return attempt + 1
    for name in _RESTARTS:
        count = os.environ.get(name, "")
        if run_id is not None and count.isdigit():
            return int(count)
    return 0


def began(message: pb.RunStarted, watcher: Any) -> None:
    """Remembers the attempt, for the next one in this process."""
    _begun[message.run_id] = message.attempt, weakref.ref(watcher)


def parameters(optimizer: torch.optim.Optimizer) -> List[torch.nn.Parameter]:
    """The optimizer's parameters that train, each once, in its order."""
    seen: Dict[int, torch.nn.Parameter] = {}
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.requires_grad:
                seen.setdefault(id(p), p)
    if not seen:
        raise ValueError("optimizer should have a parameter that requires grad: has none")
    return list(seen.values())


def frozen(optimizer: torch.optim.Optimizer) -> List[torch.nn.Parameter]:
    """Those that do not train now."""
    return [p for group in optimizer.param_groups for p in group["params"] if not p.requires_grad]


def group_sizes(optimizer: torch.optim.Optimizer) -> List[int]:
    """Parameters of each group: what add_param_group changes."""
    return [len(group["params"]) for group in optimizer.param_groups]


def learning_rates(optimizer: torch.optim.Optimizer) -> List[Any]:
    """One where all groups have the same, else each group's; as they are now, on the devices where they are."""
    rates = [group.get("lr") for group in optimizer.param_groups]
    first = rates[0]
    if len(rates) > 1 and all(rate is first or (_known(rate) and _known(first) and rate == first) for rate in rates):
        rates = rates[:1]
    return [_now(rate) if isinstance(rate, torch.Tensor) else rate for rate in rates]


def _known(rate: Any) -> bool:
    # Comparing others would wait for their device.
    return not isinstance(rate, torch.Tensor) or rate.device.type == "cpu"


def _now(rate: torch.Tensor) -> Any:
    # A scheduler changes it in place.
    return float(rate) if _known(rate) else rate.detach().clone()


def started(
    optimizer: torch.optim.Optimizer,
    *,
    run_id: Optional[str],
    dataset_size: Optional[int],
    sampling: Optional[str],
    budget_steps: Optional[int],
    labels: Optional[Dict[str, str]],
    attempt: Optional[int],
) -> pb.RunStarted:
    """RunStarted without the sketch."""
    name = _checked_run_id(run_id or _default_run_id())
    message = pb.RunStarted(
        run_id=name,
        attempt=next_attempt(name) if attempt is None else _at_least("attempt", 0, attempt),
        started_at=time.time(),
        world_size=1,
    )
    if dataset_size is not None:
        message.dataset_size = _at_least("dataset_size", 1, dataset_size)
        sampling = sampling or "without_replacement"
    if sampling is not None:
        if sampling not in _SAMPLING:
            raise ValueError(f"sampling should be one of {', '.join(_SAMPLING)}: was {sampling!r}")
        message.sampling = _SAMPLING[sampling]
    if budget_steps is not None:
        message.budget_steps = _at_least("budget_steps", 1, budget_steps)
    for name, value in (labels or {}).items():
        message.labels[str(name)] = str(value)
    _describe(optimizer, message)
    return message


def _describe(optimizer: torch.optim.Optimizer, message: pb.RunStarted) -> None:
    group = optimizer.param_groups[0]
    kind = pb.RunStarted.OTHER
    if isinstance(optimizer, torch.optim.SGD):
        momentum = group["momentum"]
        kind = pb.RunStarted.SGD if momentum == 0 else pb.RunStarted.MOMENTUM
        if group["nesterov"]:
            kind = pb.RunStarted.NESTEROV
        if group["dampening"] != 0 or group.get("maximize", False):
            kind = pb.RunStarted.OTHER
        else:
            message.momentum = momentum
    elif isinstance(optimizer, torch.optim.AdamW):
        kind = pb.RunStarted.ADAMW
    elif isinstance(optimizer, torch.optim.Adam):
        kind = pb.RunStarted.ADAM
    if "betas" in group:
        message.beta1, message.beta2 = group["betas"][:2]
    if "weight_decay" in group:
        message.weight_decay = group["weight_decay"]
    message.optimizer = kind


def _default_run_id() -> str:
    script = os.path.splitext(os.path.basename(sys.argv[0] or ""))[0]
    name = re.sub(r"[^\w.-]+", "-", script).strip("-.") or "python"
    # Sweeps start several in a second.
    return f"{name}-{time.strftime('%m%d-%H%M%S')}-{os.urandom(2).hex()}"


def _checked_run_id(run_id: str) -> str:
    if not run_id.strip() or "/" in run_id or run_id in (".", "..") or len(run_id) > 200:
        raise ValueError(f"run_id should be 1 to 200 characters without '/': was {run_id!r}")
    return run_id


def _at_least(name: str, least: int, value: int) -> int:
    if int(value) != value or value < least:
        raise ValueError(f"{name} should be a whole number of at least {least}: was {value!r}")
    return int(value)
