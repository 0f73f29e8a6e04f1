"""Steps of one pass by compiled calls: the same bytes as the other way's, and protobuf's own."""

import os
import random
import struct
import weakref

import pytest
import torch
from torch import nn

import thermograd
from conftest import ListSink
from test_watch import OPTIMIZERS, batch, loss_of, model, train
from thermograd import Sketcher, native
from thermograd import thermograd_pb2 as pb
from thermograd.chunks import Chunks
from thermograd.single import SingleLook


@pytest.fixture
def module(compiled):
    """The module of `step.h`, which wants Python's headers."""
    if compiled.step is None:
        missing = "Python.h is not there: install python3-dev"
        if os.environ.get("THERMOGRAD_REQUIRE_ALL") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return compiled.step


class BytesSink(ListSink):
    """Keeps the bytes of steps."""

    def __init__(self):
        super().__init__()
        self.bytes = []

    def send_step(self, run_id, event):
        assert pb.Event.FromString(event).step.run_id == run_id
        self.bytes.append(event)
        self.send(pb.Event.FromString(event))


@pytest.fixture
def counted(monkeypatch):
    """How many steps were looked at in one call."""
    counts = [0]
    look = SingleLook.look

    def counting(self, step):
        parts = look(self, step)
        counts[0] += parts is not None
        return parts

    monkeypatch.setattr(SingleLook, "look", counting)
    return counts


def floats(generator, n):
    return struct.pack(f"<{n}f", *(generator.gauss(0, 1) for _ in range(n)))


@pytest.mark.parametrize("seed", range(40))
def test_an_event_is_byte_for_byte_what_protobuf_writes(module, seed):
    generator = random.Random(seed)
    maybe = lambda value: value if generator.random() < 0.6 else None  # noqa: E731
    dim = generator.choice([64, 256, 1024, 8192])
    grad, theta = floats(generator, dim), floats(generator, dim)
    step = generator.choice([0, 1, 127, 128, 1 << 20, (1 << 64) - 1])
    examples = generator.choice([0, 1, 127, 128, 4096, (1 << 32) - 1])
    time, loss, validation = 1.7e9 + seed, maybe(generator.gauss(0, 1)), maybe(float("nan"))
    rate, square = maybe(0.0), maybe(float("inf"))
    tracked = {} if seed % 2 else {"größe" * generator.choice([1, 20]): -0.5}
    names = pb.StepEvent(run_id="r" * generator.choice([1, 150]), attempt=seed)
    whole = pb.Event(step=names)
    expected = whole.step
    expected.step, expected.time = step, time
    for name, value in [("loss", loss), ("validation_loss", validation), ("learning_rate", rate), ("grad_sqnorm", square)]:
        if value is not None:
            setattr(expected, name, value)
    if examples:
        expected.batch_size = examples
        expected.micro_batches.add(examples=examples).grad_sketch.float32 = grad
    else:
        expected.grad_sketch.float32 = grad
    expected.param_sketch.float32 = theta
    expected.tracked.update(tracked)
    apart = generator.random() < 0.5
    made = module.event(
        names.SerializeToString(), step, time, loss, validation, rate, examples, square,
        grad if apart else grad + theta, theta if apart else None, 0.0, tracked,
    )  # fmt: skip
    assert made == whole.SerializeToString()


def test_an_event_has_every_number_that_is_tracked(module):
    tracked = {f"name{i}": i / 7 for i in range(300)}
    made = module.event(b"", 1, 1.0, None, None, None, 1, None, bytes(512), None, 0.0, tracked)
    assert dict(pb.Event.FromString(made).step.tracked) == tracked


@pytest.mark.parametrize(
    "place, value",
    [(0, "r"), (1, -1), (1, 1 << 64), (3, "x"), (4, [1]), (6, -1), (6, 1 << 32), (8, "x"), (8, bytes(6)), (9, bytes(4)), (9, "x"), (11, {"a": "x"}), (11, {1: 1.0})],
)
def test_an_event_of_something_else_is_an_error(module, place, value):
    values = [b"", 1, 1.0, None, None, None, 1, None, bytes(512), None, 0.0, {}]
    values[place] = value
    with pytest.raises((TypeError, ValueError, OverflowError)):
        module.event(*values)


def both_ways(monkeypatch, run, calls=True):
    """Steps as they were sent, with the module and without, each at its own time."""
    answers = []
    for without in (False, True):
        if without:
            monkeypatch.setattr(native.library(), "step", None)
        sink = BytesSink()
        run(sink)
        assert bool(sink.bytes) is (calls and not without)
        for step in sink.steps:
            step.time = 0.0
        answers.append([step.SerializeToString(deterministic=True) for step in sink.steps])
    monkeypatch.undo()
    return answers


@pytest.mark.parametrize("to_none", [True, False])
@pytest.mark.parametrize("width", [200, 10_000])  # parameters looked at, and followed
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.usefixtures("module")
def test_sends_what_the_longer_way_sends(name, width, to_none, monkeypatch, counted):
    def run(sink):
        net = model(width=width)
        optimizer = OPTIMIZERS[name](net.parameters())
        with thermograd.watch(net, optimizer, sink=sink, run_id="r", attempt=2, dim=256, seed=5) as watcher:
            watcher.log(validation_loss=3)
            for t in range(25):
                optimizer.zero_grad(set_to_none=to_none)
                x, y = batch(t, 0, size=4 + t % 3)
                loss = loss_of(net, x, y)
                loss.backward()
                optimizer.step()
                watcher.log(loss=loss, seen=torch.tensor(t))
                if t % 5 == 4:
                    watcher.log(examples=t, validation_loss=t)
                if t == 12:
                    train(net, optimizer, steps=2, chunks=2)

    # Weight decay and parameters that are not cheap to look at are left to the longer way.
    calls = width < 1000 or name not in ("decayed", "adam")
    short, long = both_ways(monkeypatch, run, calls)
    assert len(short) == 27
    assert short == long
    # Not the first one of each row, and not those of two passes.
    assert counted[0] == (23 if calls else 0)


@pytest.mark.usefixtures("module")
def test_what_the_call_cannot_read_goes_the_longer_way(monkeypatch, counted):
    class Words(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.table = nn.Embedding(200, 5, sparse=True)
            self.out = nn.Linear(5, 3)

        def forward(self, words):
            return self.out(self.table(words).mean(1))

    def run(sink):
        net = Words()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        with thermograd.watch(net, optimizer, sink=sink, run_id="r", dim=256):
            for t in range(5):
                net.zero_grad(set_to_none=True)
                words = torch.randint(200, (4, 6), generator=torch.Generator().manual_seed(t))
                nn.functional.cross_entropy(net(words), torch.arange(4) % 3).backward()
                optimizer.step()

    sink = ListSink()
    run(sink)
    assert len(sink.steps) == 5 and counted[0] == 0
    assert all([m.examples for m in step.micro_batches] == [4] for step in sink.steps)


def emptied(n):
    gone = torch.ones(n)
    gone.storage().resize_(0)
    return gone


def unaligned(n):
    return torch.frombuffer(bytearray(4 * n + 1), dtype=torch.float32, offset=1, count=n)


def looker(compiled, sizes):
    return native.NativeRowFold(compiled, sizes, 256, 3).looker()


@pytest.mark.parametrize(
    "gradient",
    [
        lambda: torch.ones(30, 20).t(), lambda: torch.ones(20, 30).to_sparse(), lambda: torch.ones(20, 30, device="meta"),
        lambda: torch.ones(20, 30).double(), lambda: torch.ones(20, 30)[:, :29], lambda: object(),
        lambda: torch._neg_view(torch.ones(20, 30)), lambda: torch.ones(20, 30).to_mkldnn(), lambda: emptied(600), lambda: unaligned(600),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("module")
def test_reads_dense_contiguous_floats_of_the_right_number_only(compiled, gradient):
    class Parameter:
        grad = gradient()

    assert looker(compiled, [600]).gradient((Parameter(),)) is None


@pytest.mark.usefixtures("module")
def test_keeps_nothing_of_what_it_reads(compiled):
    parameters = tuple(nn.Parameter(torch.randn(n)) for n in (1, 63, 5000))
    reads = looker(compiled, [p.numel() for p in parameters])
    sketches, square, whole = reads.both(parameters)
    assert whole is False and square == 0 and not any(sketches[:1024])
    for p in parameters:
        p.grad = torch.randn_like(p)
    sketches, square, whole = reads.both(parameters)
    stored = native.NativeRowFold(compiled, [1, 63, 5000], 256, 3)([p.grad for p in parameters])
    assert whole is True and square == stored.square() and sketches[:1024] == stored.bytes()
    gone = weakref.ref(parameters[0].grad)
    for p in parameters:
        p.grad = None
    assert gone() is None
    with pytest.raises(ValueError, match="there should be 3 parameters"):
        reads.both(parameters[:2])


@pytest.mark.usefixtures("module")
def test_reads_what_is_there_now(compiled):
    # The same tensors with other memory, type, size or strides than a step ago.
    p = nn.Parameter(torch.zeros(40, 30))
    reads, other = looker(compiled, [1200]), native.NativeRowFold(compiled, [1200], 256, 3)
    p.grad = torch.randn(40, 30)
    for change, readable in [
        (lambda: None, True),
        (lambda: setattr(p.grad, "data", torch.randn(40, 30)), True),
        (lambda: p.grad.t_(), False),
        (lambda: p.grad.t_(), True),
        (lambda: p.grad.resize_(40, 31), False),
        (lambda: p.grad.resize_(40, 30), True),
        (lambda: setattr(p, "data", torch.randn(40, 30).t().contiguous().t()), None),
        (lambda: setattr(p, "data", torch.randn(40, 30)), True),
    ]:
        change()
        seen = reads.both((p,))
        if readable:
            assert seen[0] == other([p.grad]).bytes() + other([p.data]).bytes()
        else:
            assert seen is None
    p.grad = None
    assert reads.both((p,))[2] is False


@pytest.mark.usefixtures("module")
def test_a_ctrl_c_in_a_tensor_of_somebody_is_not_swallowed(compiled):
    class Stopped:
        dtype, is_cpu = torch.float32, True

        def is_contiguous(self):
            raise KeyboardInterrupt

    class Parameter:
        grad = Stopped()

    reads = looker(compiled, [600])
    with pytest.raises(KeyboardInterrupt):
        reads.gradient((Parameter(),))
    Parameter.grad = torch.ones(600)
    assert reads.gradient((Parameter(),)) is not None


@pytest.mark.usefixtures("module")
def test_a_look_in_the_midst_of_a_look_leaves_it_alone(compiled):
    class Again:
        seen = "not asked"

        @property
        def grad(self):
            Again.seen = reads.gradient((self, self))
            return torch.ones(600)

    reads = looker(compiled, [600, 600])
    sketches, square, whole = reads.gradient((Again(), Again()))
    assert Again.seen is None and square == 1200 and whole is True


@pytest.mark.parametrize(
    "arguments, said",
    [
        (((600,), 255, 3, 0, None), "dim should be a power of two from 64 to 1048576: was 255"),
        (((600,), 1 << 21, 3, 0, None), "dim should be a power of two from 64 to 1048576: was 2097152"),
        (((600,), 256, 3, 9, None), "level should be from 0 to"),
        (((600,), 256, 3, -1, None), "level should be from 0 to"),
        (((600, -1), 256, 3, 0, None), "sizes should be at least 0, and their sum below 2^63: had -1"),
        ((((1 << 63) - 1, 1), 256, 3, 0, None), "sizes should be at least 0, and their sum below 2^63: had 1"),
    ],
)
def test_a_reader_of_something_else_is_an_error(module, arguments, said):
    with pytest.raises(ValueError) as error:
        module.Looker(*arguments)
    assert said in str(error.value)


@pytest.mark.parametrize("arguments", [([600], 256, 3, 0, None), (("x",), 256, 3, 0, None), ((1 << 70,), 256, 3, 0, None), ()])
def test_a_reader_of_no_sizes_is_an_error(module, arguments):
    with pytest.raises((TypeError, OverflowError)):
        module.Looker(*arguments)


def test_numbers_that_change_the_dict_that_they_are_in(module):
    class Number:
        def __float__(self):
            tracked.clear()
            tracked.update({f"later{i}": 1.0 for i in range(100)})
            return 2.0

    tracked = {"a": Number(), "b" * 40: 3.0, "c": Number()}
    made = module.event(b"", 1, 1.0, None, None, None, 1, None, bytes(512), None, 0.0, tracked)
    assert dict(pb.Event.FromString(made).step.tracked) == {"a": 2.0, "b" * 40: 3.0, "c": 2.0}


@pytest.mark.parametrize("examples", [-3, 1 << 32, 2.5, float("nan"), "many", torch.ones(2)])
@pytest.mark.usefixtures("module")
def test_what_is_no_number_of_examples_costs_no_step_on_either_way(examples, monkeypatch, caplog):
    def run(sink):
        net = model(width=200)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        with thermograd.watch(net, optimizer, sink=sink, run_id="r", attempt=1, dim=256) as watcher:
            for t in range(6):
                optimizer.zero_grad()
                x, y = batch(t, 0, size=4)
                loss_of(net, x, y).backward()
                optimizer.step()
                watcher.log(examples=examples)
                watcher.expect(examples)
                watcher.log(step=-1)
        assert watcher.lost == 0

    short, long = both_ways(monkeypatch, run)
    assert short == long
    steps = [pb.StepEvent.FromString(step) for step in short]
    assert [(step.step, step.batch_size) for step in steps] == [(t, 4) for t in range(6)]
    said = [r.getMessage() for r in caplog.records if "should be a whole number" in r.getMessage()]
    examples_said = f"run r: examples should be a whole number from 0 to 4294967295: was {examples!r}; it is ignored."
    step_said = "run r: step should be a whole number from 0 to 9223372036854775807: was -1; it is ignored."
    assert said == 2 * [examples_said, step_said]


@pytest.mark.usefixtures("module")
def test_a_sink_of_messages_is_sent_messages_and_drops_are_in_both(sink):
    from test_reporter import started
    from thermograd.reporter import Reporter

    event = pb.Event(step=pb.StepEvent(run_id="r", attempt=1, step=4)).SerializeToString()

    def broken():
        raise RuntimeError("a tensor that is gone")

    for taker in (sink, BytesSink()):
        reporter = Reporter(started(), taker)
        reporter.report(lambda: event, 1)
        reporter.report(broken, 1)
        reporter.report(lambda: event, 1)
        reporter.close()
        assert [(s.step, s.dropped_events) for s in taker.steps] == [(4, 0), (4, 1)]


def test_a_subclass_that_changes_send_is_asked():
    from thermograd.reporter import _send_step_of

    class Changed(BytesSink):
        def send(self, event):
            super().send(event)

    assert _send_step_of(ListSink()) is None and _send_step_of(Changed()) is None
    assert _send_step_of(BytesSink()) is not None


def test_a_step_is_made_by_looking_only(module, compiled):
    with pytest.raises(TypeError, match="a Step is made by Step.look"):
        module.Step()
    p = nn.Parameter(torch.ones(600))
    optimizer = torch.optim.SGD([p], lr=0.1)
    right = (looker(compiled, [600]), optimizer, (p,), (), 1, Chunks(None, [p], Sketcher([p], 256)), True, True, b"")
    assert module.Step.look(right, 0) is None  # no pass has come
    for place, value, said in [
        (0, p, "there should be a Looker"), (0, 3, "there should be a Looker"), (2, [p], "must be tuple"), (3, None, "must be tuple"),
        (4, "x", "integer"), (8, "r", "bytes"),
    ]:  # fmt: skip
        with pytest.raises(TypeError, match=said):
            module.Step.look((*right[:place], value, *right[place + 1 :]), 0)
    with pytest.raises(TypeError):
        module.Step.look(right[:5], 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda o, p: o.param_groups.append(o.param_groups[0]), lambda o, p: o.param_groups[0].update(lr=torch.tensor(0.1)),
        lambda o, p: o.param_groups[0].pop("params"), lambda o, p: o.param_groups[0].update(weight_decay="much"),
        lambda o, p: setattr(o, "param_groups", None), lambda o, p: p.grad.zero_(), lambda o, p: setattr(p, "grad", None),
        lambda o, p: setattr(p, "grad", torch.ones(600)),
    ],
)  # fmt: skip
def test_what_is_no_such_step_changes_nothing(change, module, compiled):
    p = nn.Parameter(torch.ones(600))
    net = nn.ParameterList([p])
    optimizer = torch.optim.SGD([p], lr=0.1)
    chunks = Chunks(net, [p], Sketcher([p], 256))
    p.grad = torch.ones(600)
    what = (looker(compiled, [600]), optimizer, (p,), (), 1, chunks, True, True, b"")
    chunks._first, chunks._forwards = p, 1
    chunks._under_way = note = ((id(p.grad), p.grad._version - 1), 7)
    change(optimizer, p)
    try:
        assert module.Step.look(what, 0) is None
    except TypeError as error:
        assert "must be real number" in str(error)
    assert (chunks._under_way, chunks._forwards) == (note, 1)
    p.grad, optimizer.param_groups = torch.ones(600), [dict(params=[p], lr=0.1)]
    chunks._under_way = ((id(p.grad), p.grad._version - 1), 7)
    made = module.Step.look(what, 3)
    assert (made.step, made.learning_rate, made.whole, chunks._under_way, chunks._forwards) == (3, 0.1, True, None, 0)
    sent = pb.Event.FromString(made.message()).step
    assert (sent.step, sent.batch_size, sent.grad_sqnorm) == (3, 7, 600)
    made.failure = ValueError("gone")
    with pytest.raises(ValueError, match="gone"):
        made.message()
