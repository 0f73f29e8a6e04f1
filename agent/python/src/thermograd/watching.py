"""How a training begins to be watched."""

from __future__ import annotations

from typing import Dict, Optional

import torch

from . import native, settings
from .distributed import join, joining
from .looking import Manner
from .probes import Probing
from .ranks import ranks_of
from .sinks import Sink, open_sink
from .watcher import Watcher


def watch(
    model: Optional[torch.nn.Module],
    optimizer: torch.optim.Optimizer,
    *,
    run_id: Optional[str] = None,
    sink: "str | Sink" = "kafka://127.0.0.1:9092",
    dataset_size: Optional[int] = None,
    sampling: Optional[str] = None,
    budget_steps: Optional[int] = None,
    labels: Optional[Dict[str, str]] = None,
    accumulation: str = "mean",
    probing: Optional[Probing] = None,
    exact_norms: bool = False,
    dim: int = 1024,
    layer_sketch_dim: int = 0,
    seed: int = 0,
    attempt: Optional[int] = None,
) -> "Watcher":
    """Watches a training from now on; `Watcher.finish`, leaving a ``with``, or the interpreter's end stops it.

    Hooks ``optimizer.step`` and the model's forward pass. Every backward pass between two steps is one
    micro-batch; with two or more a step the gradient's noise is known within the step. The random states
    of torch, numpy and Python stay as they are, and so do gradients and parameters.

    :param model: its inputs tell how many examples a micro-batch has; None: say it with `Watcher.log`
    :param run_id: the run's name; by default the script's name and the time
    :param sink: ``"kafka://HOST:PORT"``, ``"http://HOST:PORT"`` (a collector) or ``"FILE.tgr"`` (for ``thermograd
        replay``)
    :param dataset_size: n, the examples of an epoch
    :param sampling: ``"without_replacement"`` (epochs, the default where ``dataset_size`` is given) or
        ``"with_replacement"``
    :param accumulation: ``"mean"``: the loss of each of m backward passes is divided by m; ``"sum"``: it is not
    :param probing: looks at curvature, or at the noise of a single batch, every so many steps
    :param exact_norms: send ‖ḡ‖² exactly also where that takes another pass over the gradients (P > 64·dim); else the
        sketch's is used, with its error
    :param dim: floats in a sketch, a power of two; ‖·‖² of a sketch has a relative error of √(4/dim)
    :param layer_sketch_dim: floats in a sketch of each layer's part at most, a power of two from 256; 0: none. Layers
        are the modules that hold parameters, grouped where they are more than 64. Another pass over the gradients
    :param attempt: counts restarts of the same run from a checkpoint; a recording is added to, from 1 on. By
        default one more than the last that this process watched; else what torchrun or Slurm count, else 0
    :raises ValueError: in one line, when an argument is wrong or the optimizer has nothing to train

    Under ``DistributedDataParallel`` every process calls this with its own module and optimizer; each sends its own
    micro-batches, before they are averaged, and the first one's ``run_id``, ``attempt`` and ``seed`` are everybody's.
    """
    ranks = ranks_of(model)
    with joining(ranks):
        if ranks is not None and probing is not None:
            raise ValueError("probing should be None where several processes train: its gradients would not be averaged")
        if accumulation not in ("mean", "sum"):
            raise ValueError(f'accumulation should be "mean" or "sum": was {accumulation!r}')
        if getattr(optimizer, "_thermograd", None) is not None:
            raise ValueError("optimizer is watched already: call finish() of its watcher first")
        started = settings.started(
            optimizer,
            run_id=run_id,
            dataset_size=dataset_size,
            sampling=sampling,
            budget_steps=budget_steps,
            labels=labels,
            attempt=attempt,
        )
        compiled = native.library() is not None
        if ranks is None:
            opened = open_sink(sink, append=started.attempt > 0)
        else:
            opened, (seed, compiled) = join(ranks, sink, started, seed, compiled)
    try:
        manner = Manner(accumulation, probing, exact_norms, dim, layer_sketch_dim, seed, compiled)
        watcher = Watcher(model, optimizer, manner=manner, ranks=ranks, sink=opened, started=started)
    except BaseException:
        if opened is not sink:
            opened.close(0)
        raise
    settings.began(started, watcher)
    return watcher
