"""Compiles `sketch.c`, and the module of `step.h` where Python's headers are, with the system's C compiler. Imports
nothing of the package, for an installation."""

from __future__ import annotations

import hashlib
import os
import pathlib
import platform
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from typing import Optional

FOLDER = pathlib.Path(__file__).resolve().parent
_MODULE = ("look.c", "event.c", "step.c", "module.c")
#: Of the library.
SOURCES = ("sketch.c", "sketch.h", "fold.h", "step.h", *_MODULE)
_FLAGS = ("-std=gnu11", "-O3", "-fPIC", "-shared", "-fvisibility=hidden")


def file_name() -> str:
    """Of the library made of these sources for this kind of machine.

    :raises OSError: where they are not there
    """
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((FOLDER / name).read_bytes())
    return f"sketch-{sys.platform}-{platform.machine()}-{digest.hexdigest()[:12]}.so"


def headers() -> Optional[pathlib.Path]:
    """The folder of this Python's headers; None where they are not installed, or have no stable ABI to build for."""
    folder = pathlib.Path(sysconfig.get_path("include"))
    return folder if stable() and (folder / "Python.h").is_file() else None


def stable() -> bool:
    """Whether this Python loads a module that was built for the stable ABI, and has the wire's order of bytes."""
    return (
        sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED") and sys.byteorder == "little"
    )


def compile_into(folder: pathlib.Path) -> pathlib.Path:
    """The library in this folder, made by ``$CC`` or ``cc``; others see it whole or not at all.

    :raises OSError: where there is no compiler, it fails, or the folder cannot be written to
    """
    compiler = shlex.split(os.environ.get("CC", "")) or ["cc"]
    target = folder / file_name()
    handle, made = tempfile.mkstemp(suffix=".so", dir=folder)
    os.close(handle)
    try:
        command = [*compiler, *_FLAGS, "-o", made, str(FOLDER / "sketch.c")]
        include = headers()
        if include is not None:
            command += [*(str(FOLDER / name) for name in _MODULE), f"-I{include}"]
            if sys.platform == "darwin":
                command += ["-undefined", "dynamic_lookup"]  # Python's own functions are where it is loaded
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        except FileNotFoundError:
            raise OSError(f"{compiler[0]} should be a C compiler: is not there; install one (gcc), or name yours in CC") from None
        if done.returncode != 0:
            raise OSError(f"{' '.join(command)} failed:\n{done.stdout.decode(errors='replace').rstrip()}")
        os.chmod(made, 0o755)
        os.replace(made, target)
    except BaseException:
        os.unlink(made)
        raise
    return target
