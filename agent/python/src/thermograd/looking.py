"""Looks at an optimizer's steps, for as long as its parameters are the same ones."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Optional

import torch

from . import native, settings
from . import thermograd_pb2 as pb
from .chunks import Chunks
from .complaints import Complaints
from .distributed import RankChunks
from .layers import LayeredSketcher, layers_of
from .message import StepParts
from .outbox import TOGETHER
from .parameters import ParameterSketch, precondition
from .probes import CurvatureProbe, Probing, split_gradients, unnoticed
from .ranks import Ranks
from .single import SingleLook
from .sketch import Sketcher, sqnorm

_MOST_GROUPS = 16


@dataclass(frozen=True)
class Manner:
    """How a run is looked at, as `watch` was told."""

    accumulation: str
    probing: Optional[Probing]
    exact_norms: bool
    dim: int
    layer_sketch_dim: int
    seed: int
    compiled: bool


class Look:
    """Makes what is sent of a step, but for what the user says about it. Belongs to the thread that trains."""

    def __init__(
        self,
        model: Optional[torch.nn.Module],
        optimizer: torch.optim.Optimizer,
        manner: Manner,
        ranks: Optional[Ranks],
        complaints: Complaints,
    ):
        parameters = settings.parameters(optimizer)
        self._model = model
        self._optimizer = optimizer
        self._manner = manner
        self._ranks = ranks
        self._first = ranks is None or ranks.first
        self._complaints = complaints
        self._scales_with_gradient = isinstance(optimizer, torch.optim.SGD)
        self._parameters = parameters
        self._groups = settings.group_sizes(optimizer)
        self._frozen = settings.frozen(optimizer)
        dim, layer_dim, seed, compiled = manner.dim, manner.layer_sketch_dim, manner.seed, manner.compiled
        if layer_dim:
            named = layers_of(model, parameters)
            self._sketcher: Any = LayeredSketcher(parameters, named, layer_dim, dim, seed, compiled)
        else:
            self._sketcher = Sketcher(parameters, dim, seed, compiled=compiled)
        # An analyzer puts the ranks' steps together: those of one should not come eight at a time.
        later = self._sketcher.defers or self._sketcher.compiled
        #: Steps whose messages are made together.
        self.together = TOGETHER if later and ranks is None else 1
        #: Whether looking makes nothing that could be part of a graph.
        self.compiled: bool = self._sketcher.compiled
        self._theta = ParameterSketch(optimizer, parameters, self._sketcher)
        kind = Chunks if ranks is None else RankChunks
        self.chunks = kind(model, parameters, self._sketcher)
        self._curvature = CurvatureProbe(manner.probing, parameters, seed) if manner.probing else None

    def describe(self, started: pb.RunStarted) -> None:
        """Says how steps are sketched."""
        sketcher, layer_dim = self._sketcher, self._manner.layer_sketch_dim
        started.parameter_count = sketcher.parameter_count
        started.sketch_scheme = sketcher.scheme
        started.sketch_dim = sketcher.dim
        if layer_dim:
            del started.layer_names[:]
            started.layer_names.extend(sketcher.names)
            started.layer_sketch_dim = layer_dim
        started.sketch_seed = self._manner.seed & 0xFFFFFFFFFFFFFFFF

    def single(self, started: pb.RunStarted) -> Optional[SingleLook]:
        """By compiled code, where steps of one pass may come and nothing else is to be looked at."""
        library = native.library() if self.compiled else None
        if library is None or library.step is None or self._ranks is not None or self._manner.probing is not None:
            return None
        return SingleLook(
            self._optimizer, self._parameters, self._frozen, self._sketcher, self.chunks, self._theta, library.step, started
        )

    def grown(self) -> bool:
        """Whether the optimizer has other parameters now."""
        return self._groups != settings.group_sizes(self._optimizer) or (
            bool(self._frozen) and any(p.requires_grad for p in self._frozen)
        )

    def begin(self, parts: StepParts, step: int, scale: Optional[torch.Tensor]) -> None:
        """What is known of a step without its gradients.

        :param scale: a loss scaler's
        """
        parts.step = step
        parts.time = time.time()
        parts.scales_with_gradient = self._scales_with_gradient
        groups = self._optimizer.param_groups
        rate = groups[0].get("lr")
        if len(groups) == 1 and type(rate) is float:
            parts.learning_rate = rate
        else:
            self._set_rates(parts)
        if self._manner.layer_sketch_dim:
            parts.lengths = self._sketcher.lengths
        if scale is not None:
            parts.loss_scale = scale
            parts.fused_scale = getattr(self._optimizer, "grad_scale", None)
            parts.found_inf = getattr(self._optimizer, "found_inf", None)

    def _set_rates(self, parts: StepParts) -> None:
        rates = settings.learning_rates(self._optimizer)
        if len(rates) == 1:
            parts.learning_rate = rates[0]
            return
        # No one number is the learning rate: what needs one is absent, and says so.
        self._complaints.once(
            "the parameter groups have different learning rates, so none is sent and temperatures are absent; "
            "each group's is tracked as learning_rate_GROUP"
        )
        for group, rate in enumerate(rates[:_MOST_GROUPS]):
            parts.tracked[f"learning_rate_{group}"] = rate

    def before(self, parts: StepParts) -> None:
        """Gradients and parameters, as the optimizer is about to use them."""
        grads = [p.grad for p in self._parameters]
        decay = self._theta.decay
        # Parameters are the same on every rank: one of them sends them.
        theta = self._theta.before(grads) if self._first or decay else None
        parts.param_sketch = theta if self._first else None
        parts.one_of_many = self._ranks is not None
        gathered = self.chunks.take(grads)
        parts.set_gradients(gathered, self._manner.accumulation, decay, theta)
        if decay == 0:
            square = gathered.used_sqnorm
            if square is None and self._manner.exact_norms and self._first:
                square = sqnorm(grads)
            parts.set_sqnorm(square)

    def probe(self, step: int, parts: StepParts) -> None:
        """Curvature, and the noise of a batch in splits, where they are due."""
        probing = self._manner.probing
        if probing is None:
            return
        curvature = probing.curvature_every and step % probing.curvature_every == 0
        noise = probing.noise_every and step % probing.noise_every == 0
        if not (curvature or noise):
            return
        self.chunks.paused = True
        try:
            with unnoticed(self._model):
                if curvature and self._curvature is not None:
                    parts.curvature = self._curvature.look(precondition(self._optimizer, self._parameters))
                if noise:
                    parts.split(
                        (examples, self._sketcher.sketch(grads))
                        for examples, grads in split_gradients(probing, self._parameters, parts.known_examples())
                    )
        finally:
            self.chunks.paused = False

    def skipped(self, parts: StepParts) -> None:
        """A step that a loss scaler does not make: how many elements are not finite."""
        grads = [p.grad for p in self._parameters if p.grad is not None]
        values = [g.coalesce().values() if g.is_sparse else g for g in grads]
        parts.nonfinite = torch.stack([(~torch.isfinite(v)).sum() for v in values]).sum()
        self.chunks.forget()

    def after(self, parts: Any) -> None:
        """The step was made. Sketches only, so that it needs no ``torch.no_grad()``, which would cost more than the sums."""
        if self._ranks is None and parts.found_inf is None:
            self._theta.after(parts.grad_sketch)
        else:
            self._theta.forget()
