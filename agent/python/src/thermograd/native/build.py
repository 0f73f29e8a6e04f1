"""``thermograd native``: builds the compiled sketch, when asked."""

from __future__ import annotations

import argparse
import os
import pathlib
from typing import Any

from . import SWITCH, Library, cache, describe, forget
from .compiling import FOLDER, compile_into


def build() -> pathlib.Path:
    """Into the package's own folder, else into the user's cache.

    :raises OSError: as `compile_into`, or where what was made cannot be loaded
    """
    folder = FOLDER
    if not os.access(folder, os.W_OK):
        folder = cache()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = compile_into(folder)
    Library(path)
    forget()
    return path


def add_command(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "native",
        help="build the compiled sketch, which costs a fraction of plain torch's",
        description="Build the compiled sketch with the system's C compiler ($CC, or cc), into the package's folder or the "
        f"user's cache. Without it, or with {SWITCH}=0, sketches are made by plain torch.",
    )
    return parser


def run() -> int:
    """Builds; says where, and what is in use."""
    print(f"built {build()}")
    print(describe())
    return 0
