"""Watches the dynamics of PyTorch training; see `watch`."""

from .probes import Probing
from .sketch import Sketcher
from .watcher import Watcher, watch

__all__ = ["Probing", "Sketcher", "Watcher", "watch"]
__version__ = "0.1.0.dev0"
