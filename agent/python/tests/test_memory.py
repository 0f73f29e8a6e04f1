"""What a watched training holds: of each micro-batch at most two sketches, in the queue what was counted, and tables.

Counted twice, neither time by what the watcher says of itself: everything that can be reached from it by the garbage collector,
and what torch's allocator gave and got back.
"""

import ctypes
import gc
import types

import pytest
import torch
from torch import nn
from torch.autograd import profiler

import thermograd
from thermograd.outbox import TOGETHER
from thermograd.reporter import QUEUE_BYTES
from thermograd.sinks import Away

# Micro-batches. Twice as many may hold so much more: two sketches each, of four bytes a float.
M = 6
# Sketches of a run and of the step under way, whatever the micro-batches: S θ and its velocity, the gradient's sum and the one
# before it, and eight of which one is made of memory at a time.
OWN = 14

# The width of a network, dim, sketches of layers, and the scheme in plain torch; compiled, all but the first are row_fold.
SIZES = {
    "identity": (6, 1024, 0, "identity"),
    "small": (200, 256, 0, "count_sketch"),
    "small, dim 1024": (200, 1024, 0, "count_sketch"),
    "middle": (1400, 256, 0, "shift_fold"),
    "large": (5600, 256, 0, "row_fold"),
    "layers": (1400, 512, 256, "shift_fold"),
}


class NowhereSink:
    """Everything waits."""

    def send(self, event):
        raise Away("there is nobody")

    def failed(self):
        return 0

    def close(self, seconds):
        pass


class Training:
    def __init__(self, size, *, decay=0.0, clipped=False):
        width, dim, layers, self.scheme = SIZES[size]
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Linear(12, width), nn.Tanh(), nn.Linear(width, 3))
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.01, momentum=0.9, weight_decay=decay)
        self.clipped = clipped
        self.watcher = thermograd.watch(
            self.net, self.optimizer, sink=NowhereSink(), run_id="r", dim=dim, layer_sketch_dim=layers
        )
        self.floats = min(dim, self.parameter_count) if not layers else sum(self.sketcher.lengths)

    @property
    def sketcher(self):
        return self.watcher._look._sketcher

    @property
    def parameter_count(self):
        return sum(p.numel() for p in self.net.parameters())

    def passes(self, m):
        self.optimizer.zero_grad()
        for _ in range(m):
            (self.net(torch.randn(4, 12)).square().mean() / m).backward()
        if self.clipped:
            nn.utils.clip_grad_norm_(self.net.parameters(), 1e-3)

    def step(self, m):
        self.passes(m)
        self.optimizer.step()

    def held(self, *but):
        """Bytes in tensors, arrays and strings of bytes that the watcher keeps, without those of the training and of these."""
        owned = [self.net, self.optimizer, *self.net.parameters(), *(p.grad for p in self.net.parameters())]
        return reachable_bytes([self.watcher], [*owned, *but])

    def finish(self):
        self.watcher.finish(seconds=0)


def reachable_bytes(roots, but):
    seen = {id(each) for each in but}
    memory, kept, todo = {}, [], list(roots)
    while todo:
        each = todo.pop()
        if id(each) in seen or isinstance(each, (type, types.ModuleType)):
            continue
        seen.add(id(each))
        kept.append(each)  # so that no other gets its id
        if isinstance(each, torch.Tensor):
            storage = each.storage()
            memory[storage.data_ptr()] = storage.nbytes()
        elif isinstance(each, (bytes, bytearray)):
            memory[id(each)] = len(each)
        elif isinstance(each, ctypes.Array):
            memory[id(each)] = ctypes.sizeof(each)
        # A function knows its module's names, and so everything; what is its own is in its cells.
        todo.extend((each.__closure__ or ()) if isinstance(each, types.FunctionType) else gc.get_referents(each))
    return sum(memory.values())


def given(action):
    """The most bytes at a time that torch's allocator gave for this beyond those it got back, and those that it left there."""
    with profiler.profile(profile_memory=True) as profiled:
        action()
    now = most = 0
    for event in profiled.kineto_results.events():
        if event.name() == "[memory]":
            now += event.nbytes()
            most = max(most, now)
    return most, now


@pytest.fixture(params=SIZES)
def size(request, either):
    return request.param


@pytest.fixture
def training(size):
    made = []

    def make(**how):
        made.append(Training(size, **how))
        return made[-1]

    yield make
    for each in made:
        each.finish()


def after(training, m):
    """What is held in the midst of a step, when so many micro-batches have come; without what waits for the sink."""
    training.passes(m)
    training.watcher.flush()
    held = training.held(training.watcher._reporter)
    training.optimizer.step()
    return held


@pytest.mark.parametrize("how", [{}, {"decay": 0.01}, {"clipped": True}], ids=["plain", "decayed", "clipped"])
def test_of_a_micro_batch_two_sketches_are_held_at_most(training, how):
    one = training(**how)
    for _ in range(3):
        one.step(M)
    sketch = 4 * one.floats
    few, many = after(one, M), after(one, 2 * M)
    assert M * sketch <= many - few <= 2 * M * sketch
    assert few - one.sketcher.table_bytes <= (2 * M + OWN) * sketch


@pytest.mark.parametrize("how", [{}, {"decay": 0.01}, {"clipped": True}], ids=["plain", "decayed", "clipped"])
def test_a_step_takes_no_more_of_the_allocator(training, how):
    one = training(**how)
    one.step(M)
    most = {}
    for m in (M, 2 * M):
        one.passes(m)
        one.watcher.flush()  # or what waits is given back meanwhile
        # What stands around the optimizer's step, without what that takes for itself.
        most[m], _ = given(lambda: one.watcher.around_step(lambda: None, (), {}))
    # The chunks are there already: to them at most one more each, and three that are given back within the profiler's microsecond.
    assert most[2 * M] - most[M] <= (M + 3) * 4 * one.floats


@pytest.mark.parametrize("m", [1, 2, M])
def test_the_queue_holds_what_was_counted(training, m):
    one = training()
    reporter = one.watcher._reporter

    def queued(steps):
        for _ in range(steps):
            one.step(m)
        one.watcher.flush()
        return one.held() - one.held(reporter), QUEUE_BYTES - reporter._room

    held, counted = queued(10)
    more, counted_more = queued(40)
    assert counted_more - counted >= 40 * m * 4 * one.floats
    # But for the rest of the last block of eight, which steps to come will use.
    assert more - held <= counted_more - counted + TOGETHER * 4 * one.floats


def test_steps_that_wait_to_be_folded_together_hold_no_more_than_eight(training):
    one = training()
    for _ in range(3):
        one.step(1)
    one.watcher.flush()
    before = one.held()
    # Plain torch leaves small models' sums for later: until then it has their gradients, and in one of the steps the parameters.
    floats = one.parameter_count if one.sketcher.defers else 2 * one.floats
    for steps in range(1, 3 * TOGETHER):
        one.step(1)
        waiting = len(one.watcher._outbox._waiting) + 1
        assert waiting <= TOGETHER
        queued = one.held(one.watcher._reporter)
        assert queued <= before + 4 * (waiting * floats + one.parameter_count * one.sketcher.defers + OWN * one.floats)


@pytest.mark.parametrize("dim", [256, 1024, 4096])
@pytest.mark.parametrize("p", [1 << 14, 1 << 17, 1 << 20, 10_000_000])
def test_tables_are_two_hundredths_of_the_parameters_at_most(compiled, p, dim):
    # Or, where that is more, one sketch and 64 floats to work in, twice: by ctypes and by the module.
    tensors = [torch.empty(1).expand(n) for n in (p // 2, p // 4, p - p // 2 - p // 4)]
    sketcher = thermograd.Sketcher(tensors, dim)
    assert sketcher.compiled
    sketcher.looker()
    assert sketcher.table_bytes <= max(0.02 * 4 * p, 2 * 4 * (dim + 64) + 56 * len(tensors))
