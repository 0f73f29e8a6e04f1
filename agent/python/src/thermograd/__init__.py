"""Watches the dynamics of PyTorch training; see `watch`."""

from .sketch import Sketcher
from .watcher import Watcher, watch

__all__ = ["Sketcher", "Watcher", "watch"]
__version__ = "0.1.0.dev0"
