"""Watches the dynamics of PyTorch training; see `watch`."""

from .http_sink import HttpSink
from .probes import Probing
from .sketch import Sketcher
from .watcher import Watcher
from .watching import watch

__all__ = ["HttpSink", "Probing", "Sketcher", "Watcher", "watch"]
__version__ = "0.1.0.dev0"
