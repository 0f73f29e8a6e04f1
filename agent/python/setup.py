"""Builds the compiled sketch where there is a C compiler; without one the package is installed all the same."""

import importlib.util
import pathlib
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError

NATIVE = pathlib.Path(__file__).resolve().parent / "src/thermograd/native"


def module(name):
    """Of the package, which need not be installed and whose own imports (torch) need not be there."""
    spec = importlib.util.spec_from_file_location(name, NATIVE / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


compiling = module("compiling")


class Build(build_ext):
    def get_ext_filename(self, name):
        # No module of Python's: one library serves all its versions.
        return str(pathlib.Path(*name.split(".")[:-1], compiling.file_name()))

    def build_extension(self, extension):
        folder = pathlib.Path(self.get_ext_fullpath(extension.name)).parent
        folder.mkdir(parents=True, exist_ok=True)
        try:
            compiling.compile_into(folder)
        except OSError as error:
            raise CompileError(str(error)) from None


commands = {"build_ext": Build}
try:
    from wheel.bdist_wheel import bdist_wheel

    class Wheel(bdist_wheel):
        def get_tag(self):
            return "py3", "none", super().get_tag()[2]

    commands["bdist_wheel"] = Wheel
except ImportError:
    pass

setup(
    cmdclass=commands,
    ext_modules=[Extension("thermograd.native.sketch", [f"src/thermograd/native/{name}" for name in compiling.SOURCES if name.endswith(".c")], optional=True)],
)
