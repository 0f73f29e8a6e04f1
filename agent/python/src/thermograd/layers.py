"""Sketches of a model's layers beside the sketch of the whole, as one longer vector."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence

import torch

from .sketch import Sketcher

MOST_LAYERS = 64
_LONGEST_NAME = 200


def layers_of(model: Optional[torch.nn.Module], parameters: Sequence[torch.nn.Parameter]) -> Dict[str, List[int]]:
    """Places of the parameters by the module that holds them, at the greatest depth that has at most 64.

    :raises ValueError: where the model has more than that at its top, or does not hold them
    """
    if model is None:
        raise ValueError("layer_sketch_dim should be 0 without a model: nobody tells its layers apart")
    if isinstance(model, torch.nn.parallel.DistributedDataParallel):
        model = model.module
    names = {id(p): name for name, p in model.named_parameters()}
    foreign = sum(id(p) not in names for p in parameters)
    if foreign:
        raise ValueError(f"layer_sketch_dim should be 0 where the optimizer has parameters beside the model's: has {foreign}")
    # The parameter's own name ("weight") is no module; one without a module is a layer of its own.
    paths = [names[id(p)].split(".") for p in parameters]
    paths = [path[:-1] or path for path in paths]
    deepest = max(len(path) for path in paths)
    for depth in range(deepest, 0, -1):
        layers: Dict[str, List[int]] = {}
        for place, path in enumerate(paths):
            layers.setdefault(".".join(path[:depth])[-_LONGEST_NAME:], []).append(place)
        if len(layers) <= MOST_LAYERS:
            return layers
    raise ValueError(f"layer_sketch_dim should be 0 for a model of more than {MOST_LAYERS} parts: has {len(layers)}")


class LayeredSketcher:
    """As `Sketcher`, with the sketch of each layer's part behind that of the whole.

    All of it is linear, so whatever is done to sketches (differences, scaling, recursions of the optimizer) is right
    for the layers too. Another pass over the vector, and the tables of one.
    """

    #: A sketch of several is made at once.
    defers = False
    compiled = is_cheap = False

    def __init__(
        self,
        shapes: Sequence[torch.Tensor],
        layers: Dict[str, List[int]],
        layer_dim: int,
        dim: int,
        seed: int,
        compiled: Optional[bool] = None,
    ):
        self._whole = Sketcher(shapes, dim, seed, compiled=compiled)
        self._places = list(layers.values())
        self._parts = [
            Sketcher([shapes[i] for i in places], layer_dim, seed, name="layer_sketch_dim", compiled=compiled)
            for places in self._places
        ]
        self.names = list(layers)
        self.layer_dim = layer_dim
        self.parameter_count = self._whole.parameter_count
        self.dim = self._whole.dim
        self.scheme = self._whole.scheme
        #: Floats of the whole's sketch and of each layer's.
        self.lengths = [self.dim, *(part.dim for part in self._parts)]
        self.sqnorm: Optional[torch.Tensor] = None

    @property
    def table_bytes(self) -> int:
        """As `Sketcher`."""
        return self._whole.table_bytes + sum(part.table_bytes for part in self._parts)

    @torch.no_grad()
    def sketch(self, tensors: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
        """S of the whole, then of each layer's part. A new tensor."""
        return self.sketch_quietly(tensors)

    def sketch_quietly(self, tensors: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
        """`sketch`, for a caller that is under ``torch.no_grad()`` already."""
        whole = self._whole.sketch_quietly(tensors)
        self.sqnorm = self._whole.sqnorm
        parts = [part.sketch_quietly([tensors[i] for i in at]) for part, at in zip(self._parts, self._places)]
        return torch.cat([whole, *parts])
