"""A callback for Lightning 2: ``Trainer(callbacks=[thermograd.lightning.ThermogradCallback(sink="run.tgr")])``."""

from __future__ import annotations

import logging
import math
import sys
from typing import Any, Dict, List, Optional

import torch

from .probes import size_of
from .watcher import Watcher
from .watching import watch

if "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules:
    from pytorch_lightning.callbacks import Callback
else:
    try:
        from lightning.pytorch.callbacks import Callback
    except ImportError:
        try:
            from pytorch_lightning.callbacks import Callback
        except ImportError:
            raise ImportError("thermograd.lightning needs Lightning: pip install lightning") from None

LOG = logging.getLogger("thermograd")


class ThermogradCallback(Callback):
    """Watches every optimizer of a Lightning training, from ``on_train_start`` to its end.

    Loss, examples and accumulation come from the trainer; under DDP each rank sends its own gradient. A training
    resumed from a checkpoint that holds this callback's state goes on under the same name as the next attempt.

    :param validation: the metric to send as validation loss, by the name that the module logs it under
    :param arguments: those of `thermograd.watch`
    """

    def __init__(self, *, validation: str = "val_loss", **arguments: Any):
        super().__init__()
        self._arguments = arguments
        self._validation = validation
        self._resumed: Optional[Dict[str, Any]] = None
        self._loss: Any = None
        self._seen: List[int] = []
        #: One for each optimizer, while it trains.
        self.watchers: List[Watcher] = []

    # ---- Lightning's hooks, in its order

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        model = trainer.model if isinstance(trainer.model, torch.nn.parallel.DistributedDataParallel) else pl_module
        arguments = {"dataset_size": _examples(trainer), "budget_steps": _budget(trainer), **self._arguments}
        if self._resumed is not None:
            arguments.setdefault("run_id", self._resumed["run_id"])
            arguments["attempt"] = self._resumed["attempt"] + 1
        for number, optimizer in enumerate(trainer.optimizers):
            if self.watchers:
                arguments["run_id"] = f"{self.watchers[0].run_id}-{number + 1}"
                arguments["attempt"] = self.watchers[0].attempt
            try:
                watcher = watch(model, optimizer, **arguments)
            except Exception as error:
                LOG.warning("an optimizer is not watched: %s. Training is not affected.", error)
                continue
            watcher.log(step=trainer.global_step)
            self.watchers.append(watcher)
        self._seen = [w.steps for w in self.watchers]
        self._loss = None

    def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int, *more: Any) -> None:
        examples = _guarded(lambda: size_of(batch))
        if examples:
            for watcher in self.watchers:
                watcher.expect(examples)

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, *more: Any) -> None:
        # Divided by the number of accumulated batches already: their sum is the step's loss.
        loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
        if isinstance(loss, torch.Tensor) and loss.dim() == 0:
            self._loss = loss.detach() if self._loss is None else self._loss + loss.detach()
        stepped = [w for w, seen in zip(self.watchers, self._seen) if w.steps > seen]
        if stepped:
            for watcher in stepped:
                if self._loss is not None:
                    watcher.log(loss=self._loss)
            self._seen = [w.steps for w in self.watchers]
            self._loss = None

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        value = trainer.callback_metrics.get(self._validation)
        if value is not None and not trainer.sanity_checking:
            for watcher in self.watchers:
                watcher.log(validation_loss=value)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        self._finish("completed")

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self._finish("stopped" if isinstance(exception, KeyboardInterrupt) else "failed")

    def teardown(self, trainer: Any, pl_module: Any, stage: str) -> None:
        self._finish("stopped")

    def state_dict(self) -> Dict[str, Any]:
        if not self.watchers:
            return dict(self._resumed or {})
        return _name(self.watchers[0])

    def load_state_dict(self, state_dict: Dict[str, Any]) -> None:
        self._resumed = dict(state_dict) if "run_id" in state_dict else None

    def _finish(self, status: str) -> None:
        watchers, self.watchers = self.watchers, []
        if watchers:
            self._resumed = _name(watchers[0])
        for watcher in watchers:
            watcher.finish(status)


def _name(watcher: Watcher) -> Dict[str, Any]:
    return {"run_id": watcher.run_id, "attempt": watcher.attempt}


def _guarded(what: Any) -> Any:
    try:
        return what()
    except Exception:
        return None


def _examples(trainer: Any) -> Optional[int]:
    return _guarded(lambda: len(trainer.train_dataloader.dataset) or None)


def _budget(trainer: Any) -> Optional[int]:
    steps = _guarded(lambda: trainer.estimated_stepping_batches)
    return int(steps) if steps is not None and 0 < steps < math.inf else None
