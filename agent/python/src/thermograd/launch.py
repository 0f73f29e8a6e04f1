"""Watches a script that does not know of it: optimizers found as they are made, losses in backward()."""

from __future__ import annotations

import functools
import gc
import logging
import os
import runpy
import sys
from typing import Any, Dict, List, Optional

import torch

from .lifecycle import status_of
from .settings import next_attempt
from .sinks import Sink, open_sink
from .watcher import Watcher
from .watching import watch

LOG = logging.getLogger("thermograd")


class Launcher:
    """Puts a watcher on every optimizer that the script makes, with the model whose parameters it trains.

    The loss of a step is the sum of the losses whose ``backward()`` was called since the last one, divided by their
    number where they were not divided by the script itself (``accumulation="sum"``).
    """

    def __init__(self, sink: str, **arguments: Any):
        """:raises ValueError, ImportError, OSError: when nothing can be sent there"""
        self._where = sink
        if arguments.get("attempt") is None:
            arguments["attempt"] = next_attempt(arguments.get("run_id"))
        if arguments["attempt"] < 0:
            raise ValueError(f"attempt should be 0 or more: was {arguments['attempt']}")
        # Several processes agree on a recording when they know of each other, in watch().
        alone = os.environ.get("WORLD_SIZE", "1") == "1"
        self._first: Optional[Sink] = open_sink(sink, arguments["attempt"] > 0) if alone else None
        self._arguments = arguments
        self._watchers: List[Watcher] = []
        self._losses: List[torch.Tensor] = []

    def run(self, script: str, argv: List[str]) -> None:
        """Runs the script as ``python SCRIPT ARGV`` would."""
        original_init = torch.optim.Optimizer.__init__
        original_backward = torch.Tensor.backward
        launcher = self

        @functools.wraps(original_init)
        def init(optimizer: torch.optim.Optimizer, *args: Any, **kwargs: Any) -> None:
            original_init(optimizer, *args, **kwargs)
            launcher._found(optimizer)

        @functools.wraps(original_backward)
        def backward(tensor: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
            if tensor.dim() == 0:
                launcher._losses.append(tensor.detach())
            return original_backward(tensor, *args, **kwargs)

        torch.optim.Optimizer.__init__ = init  # type: ignore[method-assign]
        torch.Tensor.backward = backward  # type: ignore[assignment]
        before = sys.argv, sys.path[0]
        sys.argv = [script, *argv]
        sys.path[0] = os.path.dirname(os.path.abspath(script))
        status = "failed"
        try:
            runpy.run_path(script, run_name="__main__")
            status = "completed"
        except BaseException as error:
            status = status_of(type(error), error)
            raise
        finally:
            torch.optim.Optimizer.__init__ = original_init  # type: ignore[method-assign]
            torch.Tensor.backward = original_backward  # type: ignore[assignment]
            sys.argv, sys.path[0] = before
            for watcher in self._watchers:
                watcher.finish(status)

    def _found(self, optimizer: torch.optim.Optimizer) -> None:
        try:
            watcher = watch(model_of(optimizer), optimizer, sink=self._sink(), **self._named())
        except Exception as error:
            LOG.warning("an optimizer is not watched: %s. Training is not affected.", error)
            return
        watcher.loss_source = self._loss
        self._watchers.append(watcher)

    def _sink(self) -> "str | Sink":
        if self._first is not None:
            sink, self._first = self._first, None
            return sink
        # Two runs cannot share a recording.
        stem, suffix = os.path.splitext(self._where)
        number = len(self._watchers) + 1
        return f"{stem}-{number}{suffix}" if suffix == ".tgr" and number > 1 else self._where

    def _named(self) -> Dict[str, Any]:
        arguments = dict(self._arguments)
        if self._watchers:
            first = self._watchers[0].run_id
            arguments["run_id"] = f"{first}-{len(self._watchers) + 1}"
        return arguments

    def _loss(self) -> Optional[torch.Tensor]:
        losses, self._losses = self._losses, []
        if not losses:
            return None
        total = torch.stack([loss.double() for loss in losses]).sum()
        return total / len(losses) if self._arguments.get("accumulation") == "sum" else total


def model_of(optimizer: torch.optim.Optimizer) -> Optional[torch.nn.Module]:
    """The outermost module that holds all of the optimizer's parameters; None when there is none."""
    wanted = {id(p) for group in optimizer.param_groups for p in group["params"]}
    found: Dict[int, torch.nn.Module] = {}
    for thing in gc.get_objects():
        try:
            if issubclass(type(thing), torch.nn.Module) and wanted <= {id(p) for p in thing.parameters()}:
                found[id(thing)] = thing
        except Exception:  # a half-made module, or a proxy that is gone
            continue
    inner = {id(child) for module in found.values() for child in module.modules() if child is not module}
    outermost = [module for key, module in found.items() if key not in inner]
    return outermost[0] if len(outermost) == 1 else None
