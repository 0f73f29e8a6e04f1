"""A callback for Hugging Face's Trainer: ``Trainer(…, callbacks=[thermograd.huggingface.ThermogradCallback()])``."""

from __future__ import annotations

import logging
from typing import Any, List, Optional

import torch

from .launch import model_of
from .watcher import Watcher
from .watching import watch

try:
    from transformers import TrainerCallback
except ImportError:
    raise ImportError("thermograd.huggingface needs transformers: pip install transformers") from None

LOG = logging.getLogger("thermograd")


class ThermogradCallback(TrainerCallback):
    """Watches the Trainer's optimizer from ``on_train_begin`` to ``on_train_end``.

    The loss is the model's own, of the outputs that it gives while it trains; examples are the first dimension of
    what it is given. Checkpoints carry no state of a callback: give ``run_id`` and ``attempt`` where a training resumes.

    :param arguments: those of `thermograd.watch`
    """

    def __init__(self, **arguments: Any):
        self._arguments = arguments
        self._losses: List[torch.Tensor] = []
        self._summed = False
        self._hook: Any = None
        #: While it trains.
        self.watcher: Optional[Watcher] = None

    # ---- the Trainer's events, in its order

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        optimizer, model = kwargs.get("optimizer"), kwargs.get("model")
        inner = getattr(optimizer, "optimizer", optimizer)  # accelerate wraps it
        arguments = {
            "dataset_size": _examples(kwargs.get("train_dataloader")),
            "budget_steps": state.max_steps if state.max_steps > 0 else None,
            **self._arguments,
        }
        try:
            # What reduces the gradients is around the model that callbacks are shown.
            outer = model_of(inner) or model
            self.watcher = watch(outer, inner, **arguments)
        except Exception as error:
            LOG.warning("the optimizer is not watched: %s. Training is not affected.", error)
            return
        _keep_wrapped(optimizer, inner)
        self.watcher.log(step=state.global_step)
        self._losses = []
        try:
            self._hook = model.register_forward_hook(self._forward, with_kwargs=True)
        except TypeError:  # torch 1
            self._hook = model.register_forward_hook(lambda module, inputs, output: self._forward(module, inputs, {}, output))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self.watcher is not None and self._losses:
            losses, self._losses = torch.stack([loss.double() for loss in self._losses]), []
            # With num_items_in_batch the model divides by the whole step's items, without by its batch's.
            self.watcher.log(loss=losses.sum() if self._summed else losses.mean())

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **kwargs: Any) -> None:
        if self.watcher is not None and metrics and "eval_loss" in metrics:
            self.watcher.log(validation_loss=metrics["eval_loss"])

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self.watcher is not None:
            self._hook.remove()
            self.watcher.finish("completed")
            self.watcher = None

    def _forward(self, module: torch.nn.Module, inputs: Any, named: Any, output: Any) -> None:
        if not (module.training and torch.is_grad_enabled()):
            return
        loss = output.get("loss") if isinstance(output, dict) else getattr(output, "loss", None)
        if loss is None and isinstance(output, tuple) and output:
            loss = output[0]
        if isinstance(loss, torch.Tensor) and loss.dim() == 0:
            self._losses.append(loss.detach())
            self._summed = named.get("num_items_in_batch") is not None


def _keep_wrapped(outer: Any, inner: torch.optim.Optimizer) -> None:
    # With a loss scaler, accelerate swaps the inner optimizer's step for one that it kept from before.
    if hasattr(outer, "_optimizer_original_step_method") and outer is not inner:
        try:
            from accelerate.optimizer import patch_optimizer_step
        except ImportError:
            return
        outer._optimizer_original_step_method = inner.step
        outer._optimizer_patched_step_method = patch_optimizer_step(outer, inner.step)


def _examples(loader: Any) -> Optional[int]:
    try:
        return len(loader.dataset) or None
    except Exception:
        return None
