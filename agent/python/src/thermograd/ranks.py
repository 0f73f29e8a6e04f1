"""What the processes of a data-parallel training have to agree on, by the store they met at."""

from __future__ import annotations

import itertools
from typing import Any, Optional, Tuple

import torch

from . import thermograd_pb2 as pb

# The first watch() of one process belongs with the first of the others, the second with the second.
_NUMBER = itertools.count()
_REFUSED = "refused"


class Ranks:
    """One process among those that send the same run.

    They speak through the key-value store that ``torch.distributed`` was set up with: no collective is added to the
    training, and ``watch`` waits for the first process's settings only.
    """

    def __init__(self, rank: int, size: int, store: Any, name: str):
        self.rank = rank
        self.size = size
        self._store = store
        self._name = name

    @property
    def first(self) -> bool:
        """Whether this one sends the run's start and its end."""
        return self.rank == 0

    def agree(self, started: pb.RunStarted, seed: int, compiled: bool) -> Tuple[int, bool]:
        """Takes the first one's run id, attempt and time into ``started``; its seed is returned, and whether it chooses
        sketches as where they are compiled: all have to be made alike.

        :raises ValueError: where the first one refused
        """
        if self.first:
            started.world_size = self.size
            started.sketch_seed = seed & 0xFFFFFFFFFFFFFFFF
            self._store.set(self._key("compiled"), str(int(compiled)))
            self._store.set(self._key("run"), started.SerializeToString().hex())
            return seed, compiled
        said = bytes(self._store.get(self._key("run"))).decode()
        if said == _REFUSED:
            raise ValueError("the first process should be able to watch: it is not, and says why")
        theirs = pb.RunStarted.FromString(bytes.fromhex(said))
        started.CopyFrom(theirs)
        return theirs.sketch_seed, bytes(self._store.get(self._key("compiled"))) == b"1"

    def refuse(self) -> None:
        """The first one will not watch: the others need not wait for it."""
        self._store.set(self._key("run"), _REFUSED)

    def say(self, word: str) -> None:
        """Counts this process among those that said so; from any thread. A store that is gone is no news."""
        try:
            self._store.add(self._key(word), 1)
        except Exception:
            pass

    def all_said(self, word: str, number: int = 1) -> bool:
        """Whether so many have; True when the store is gone, so that nobody waits for it."""
        try:
            return int(self._store.add(self._key(word), 0)) >= number
        except Exception:
            return True

    def others_done(self) -> bool:
        """Whether every other process has sent what it had."""
        return self.all_said("done", self.size - 1)

    def _key(self, word: str) -> str:
        return f"thermograd/{self._name}/{word}"


def ranks_of(model: Optional[torch.nn.Module]) -> Optional[Ranks]:
    """The processes that train the model together; None where it is this one alone.

    :raises ValueError: where several processes train, and the model is not what reduces their gradients
    """
    distributed = torch.distributed
    if not (distributed.is_available() and distributed.is_initialized()):
        return None
    if not isinstance(model, torch.nn.parallel.DistributedDataParallel):
        if distributed.get_world_size() == 1:
            return None
        raise ValueError(
            "model should be the DistributedDataParallel module where several processes train: "
            f"was {type(model).__name__}"
        )
    group = model.process_group
    size = distributed.get_world_size(group)
    if size == 1:
        return None
    leader = distributed.distributed_c10d.get_global_rank(group, 0) if group is not distributed.group.WORLD else 0
    store = distributed.distributed_c10d._get_default_store()
    return Ranks(distributed.get_rank(group), size, store, f"{leader}/{next(_NUMBER)}")
