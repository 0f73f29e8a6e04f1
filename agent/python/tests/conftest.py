import os
import shutil
import signal

import pytest
import torch

from thermograd import native
from thermograd import thermograd_pb2 as pb
from thermograd.native.compiling import compile_into

# A shell's background jobs ignore Ctrl-C, and so would every process that is started here.
signal.signal(signal.SIGINT, signal.default_int_handler)


class ListSink:
    """Keeps what it is sent."""

    def __init__(self):
        self.events = []
        self.closed = False

    def send(self, event):
        copy = pb.Event()
        copy.CopyFrom(event)
        self.events.append(copy)

    def failed(self):
        return 0

    def close(self, seconds):
        self.closed = True

    @property
    def started(self):
        return self.events[0].run_started

    @property
    def steps(self):
        return [e.step for e in self.events if e.HasField("step")]

    @property
    def finished(self):
        return self.events[-1].run_finished


@pytest.fixture
def sink():
    return ListSink()


@pytest.fixture(scope="session", autouse=True)
def compiler(tmp_path_factory):
    """Where there is a C compiler the compiled sketch is made for the suite and, unless a test wants it otherwise, in use."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    there = shutil.which("cc") is not None
    if there:
        native.cache().mkdir(mode=0o700)
        compile_into(native.cache())
    native.forget()
    yield there
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before
    native.forget()


@pytest.fixture
def plain(monkeypatch):
    """Sketches by plain torch."""
    monkeypatch.setenv(native.SWITCH, "0")
    native.forget()
    yield
    native.forget()


@pytest.fixture
def compiled(compiler):
    """Sketches by compiled code."""
    if not compiler:
        missing = "cc is not there: install gcc and libc6-dev"
        if os.environ.get("THERMOGRAD_REQUIRE_ALL") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return native.library()


@pytest.fixture(params=["plain", "compiled"])
def either(request):
    """A test of both."""
    return request.getfixturevalue(request.param)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
