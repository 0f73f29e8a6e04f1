import pytest
import torch

from thermograd import thermograd_pb2 as pb


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


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
