"""Runs of which only scalars are written, as JSON Lines and as TensorBoard's event files."""

import json
import os
import signal
import struct
import subprocess
import sys
import time

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from test_launch import SRC
from test_reporter import read
from thermograd import thermograd_pb2 as pb
from thermograd.__main__ import main
from thermograd.tfevents import DamagedFile, RecordBuffer, masked_crc, scalars

# ---- event files, written by Google's protobuf from the published field numbers


def event_class():
    """Event, Summary, Summary.Value and TensorProto of tensorflow, as far as scalars go."""
    F = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="events.proto", package="tensorflow", syntax="proto3")

    def message(name, *fields):
        m = file.message_type.add(name=name)
        for number, field, kind, label, type_name in fields:
            m.field.add(name=field, number=number, type=kind, label=label, type_name=type_name)

    one, many = F.LABEL_OPTIONAL, F.LABEL_REPEATED
    message("TensorProto", (1, "dtype", F.TYPE_INT32, one, None), (4, "tensor_content", F.TYPE_BYTES, one, None),
            (5, "float_val", F.TYPE_FLOAT, many, None), (6, "double_val", F.TYPE_DOUBLE, many, None))
    message("Value", (1, "tag", F.TYPE_STRING, one, None), (7, "node_name", F.TYPE_STRING, one, None),
            (2, "simple_value", F.TYPE_FLOAT, one, None), (8, "tensor", F.TYPE_MESSAGE, one, ".tensorflow.TensorProto"),
            (4, "image", F.TYPE_BYTES, one, None))
    value = file.message_type[-1]
    value.oneof_decl.add(name="value")
    for f in value.field:
        if f.name in ("simple_value", "tensor", "image"):
            f.oneof_index = 0
    message("Summary", (1, "value", F.TYPE_MESSAGE, many, ".tensorflow.Value"))
    message("Event", (1, "wall_time", F.TYPE_DOUBLE, one, None), (2, "step", F.TYPE_INT64, one, None),
            (3, "file_version", F.TYPE_STRING, one, None), (5, "summary", F.TYPE_MESSAGE, one, ".tensorflow.Summary"))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = pool.FindMessageTypeByName("tensorflow.Event")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(found)
    return message_factory.MessageFactory(pool).GetPrototype(found)


Event = event_class()


def crc32c(data):
    """Bit by bit, from the polynomial x³² + x²⁸ + x²⁷ + … + 1 (0x1EDC6F41)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= int(f"{byte:08b}"[::-1], 2) << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x1EDC6F41 if crc >> 31 else crc << 1) & 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2) ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32


def record(event):
    data = event.SerializeToString()
    head = struct.pack("<Q", len(data))
    return head + struct.pack("<I", masked(head)) + data + struct.pack("<I", masked(data))


def event(step, when=100.0, **values):
    e = Event(step=step, wall_time=when)
    for tag, value in values.items():
        e.summary.value.add(tag=tag.replace("__", "/"), simple_value=value)
    return e


def test_the_checksum_has_its_published_values():
    # RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
    for data, crc in ((b"123456789", 0xE3069283), (bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43)):
        assert crc32c(data) == crc
        assert masked_crc(data) == masked(data)


def test_reads_scalars_of_every_form():
    e = event(-3, 1.5e9, loss=0.5)
    e.summary.value.add(tag="t", node_name="n").tensor.MergeFrom(type(e.summary.value[0].tensor)(dtype=1, float_val=[0.25]))
    e.summary.value.add(tag="c").tensor.MergeFrom(
        type(e.summary.value[0].tensor)(dtype=2, tensor_content=struct.pack("<d", 1e-300))
    )
    e.summary.value.add(tag="vector").tensor.MergeFrom(type(e.summary.value[0].tensor)(dtype=1, float_val=[1, 2]))
    e.summary.value.add(tag="image", image=b"png")
    found = scalars(e.SerializeToString())
    assert (found.step, found.time) == (-3, 1.5e9)
    assert found.values == {"loss": 0.5, "t": 0.25, "c": 1e-300}
    assert scalars(Event(file_version="brain.Event:2").SerializeToString()) is None


def test_records_in_pieces_of_any_size():
    data = b"".join(record(event(t, loss=t / 8)) for t in range(20))
    for size in (1, 7, 64, len(data)):
        buffer, found = RecordBuffer(), []
        for at in range(0, len(data), size):
            found += [scalars(r).values["loss"] for r in buffer.feed(data[at : at + size])]
        assert found == [t / 8 for t in range(20)]


@pytest.mark.parametrize("flipped, what", [(3, "its length"), (9, "its length"), (14, "its data"), (-2, "its data")])
def test_a_damaged_record_is_named_by_its_place(flipped, what):
    first = record(event(0, loss=1.0))
    second = bytearray(record(event(1, loss=1.0)))
    second[flipped] ^= 4
    buffer, found = RecordBuffer(), []
    with pytest.raises(DamagedFile, match=f"the record at byte {len(first)} is damaged: {what}"):
        for r in buffer.feed(first + bytes(second)):
            found.append(r)
    assert len(found) == 1


# ---- the command


@pytest.fixture
def tail(tmp_path, monkeypatch, capsys):
    """The command in this process; its exit code and what it says."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["tail", *arguments, "--sink", "x.tgr", "--once"])
        return end.value.code, capsys.readouterr().err

    return call


def events_of(path):
    events = read(path)
    return [e.run_started for e in events if e.HasField("run_started")], [e.step for e in events if e.HasField("step")], events[-1]


def test_tensorboard(tail, tmp_path):
    folder = tmp_path / "logs" / "version_0"
    folder.mkdir(parents=True)
    first = b"".join(
        [record(Event(file_version="brain.Event:2"))]
        + [record(event(t, 10.0 + t, train__loss=2.0**-t, **{"lr-SGD": 0.5})) for t in range(0, 40, 10)]
        + [record(event(30, 41.0, grad_norm=3.0, val__loss=0.75, accuracy=0.5, other=1))]
    )
    (folder / "events.out.tfevents.1.host").write_bytes(first)
    said = tail("--tensorboard", "logs", "--run-id", "r", "--track", "acc*", "--batch-size", "32")
    assert said == (0, "4 steps of run r\n")
    (started,), steps, last = events_of(tmp_path / "x.tgr")
    assert (started.run_id, started.started_at, started.sketch_dim) == ("r", 10.0, 0)
    assert [(s.step, s.loss, s.learning_rate, s.batch_size) for s in steps] == [(10 * t, 2.0 ** (-10 * t), 0.5, 32) for t in range(4)]
    assert (steps[3].grad_sqnorm, steps[3].validation_loss, dict(steps[3].tracked)) == (9.0, 0.75, {"accuracy": 0.5})
    assert last.run_finished.status == pb.RunFinished.COMPLETED


def test_a_restart_is_the_next_attempt_and_late_values_are_counted(tail, tmp_path):
    first = [record(event(t, loss=1.0)) for t in range(5)] + [record(event(2, lr=0.1))]
    second = [record(event(t, loss=2.0)) for t in range(3, 6)]
    (tmp_path / "events.out.tfevents.1").write_bytes(b"".join(first))
    (tmp_path / "events.out.tfevents.2").write_bytes(b"".join(second) + b"\x01\x02")
    assert tail("--tensorboard", ".", "--run-id", "r")[1] == "8 steps of run r\n1 values came after their step had been sent\n"
    starts, steps, _ = events_of(tmp_path / "x.tgr")
    assert [s.attempt for s in starts] == [0, 1]
    assert [(s.attempt, s.step) for s in steps] == [(0, t) for t in range(5)] + [(1, t) for t in range(3, 6)]


def test_json_lines_with_names_of_their_own(tail, tmp_path, caplog):
    lines = [{"iteration": 2 * t, "objective": 1.5 - t, "eta": 0.1, "norm": 2.0, "ok": True, "note": "x"} for t in range(3)]
    text = "\n".join(map(json.dumps, lines)) + '\nnot json\n[1]\n\n{"iteration": 6, "objective": NaN}'
    (tmp_path / "log.jsonl").write_text(text)
    assert tail("--jsonl", "log.jsonl", "--loss", "objective", "--grad-norm", "norm") == (0, "4 steps of run log\n2 damaged lines or files\n")
    assert [r.getMessage()[:51] for r in caplog.records] == ["log.jsonl: line 4 is not JSON and is left out: Expe"]
    (started,), steps, _ = events_of(tmp_path / "x.tgr")
    assert started.run_id == "log"
    assert [(s.step, s.loss, s.learning_rate, s.grad_sqnorm) for s in steps[:3]] == [(2 * t, 1.5 - t, 0.1, 4.0) for t in range(3)]
    assert steps[3].step == 6 and steps[3].loss != steps[3].loss


def test_hugging_face_lines_on_standard_input(tmp_path):
    lines = [{"loss": 2.5, "grad_norm": 1.5, "learning_rate": 5e-5, "epoch": 0.1, "step": 10}, {"eval_loss": 2.0, "epoch": 0.1, "step": 10},
             {"loss": 2.0, "grad_norm": 1.0, "learning_rate": 4e-5, "epoch": 0.2, "step": 20}]
    environment = {"PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "thermograd", "tail", "--jsonl", "-", "--sink", "x.tgr"]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run(command, cwd=tmp_path, env=environment, input=text, text=True, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "2 steps of run stdin\n")
    _, steps, _ = events_of(tmp_path / "x.tgr")
    assert [(s.step, s.loss, s.validation_loss) for s in steps] == [(10, 2.5, 2.0), (20, 2.0, 0.0)]


def test_follows_a_file_that_grows_until_it_is_stopped(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text('{"step": 0, "loss": 1}\n{"step": 1, "lo')
    environment = {"PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "thermograd", "tail", "--jsonl", str(log), "--sink", "x.tgr"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)

    def until(true):
        for _ in range(600):
            if true():
                return
            time.sleep(0.1)
        raise AssertionError("nothing came")

    until(lambda: (tmp_path / "x.tgr").exists())
    with log.open("a") as more:
        more.write('ss": 0.5}\n{"step": 2, "loss": 0.25}\n')
    until(lambda: os.path.getsize(tmp_path / "x.tgr") > 0 and len(read(tmp_path / "x.tgr")) >= 3)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1] == "3 steps of run log\n"
    _, steps, last = events_of(tmp_path / "x.tgr")
    assert [s.loss for s in steps] == [1, 0.5, 0.25]
    assert last.run_finished.status == pb.RunFinished.STOPPED


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        (["--jsonl", "no.jsonl"], 2, "--jsonl should be a file, or - for standard input: was 'no.jsonl'"),
        (["--tensorboard", "no"], 2, "--tensorboard should be a folder: was 'no'"),
        (["--tensorboard", "empty"], 2, "--tensorboard should hold event files (*tfevents*): 'empty' has none yet"),
        (["--tensorboard", "two"], 2, "--tensorboard should be the folder of one run: 'two' has 'two/a', 'two/b'"),
        (["--jsonl", "log.jsonl", "--tensorboard", "two"], 2, "not allowed with argument --jsonl"),
        (["--jsonl", "log.jsonl", "--batch-size", "0"], 2, "--batch-size should be at least 1: was 0"),
        (["--jsonl", "log.jsonl"], 1, "no tag looks like the loss: name it with --loss. Tags are: cost, acc"),
    ],
)
def test_says_what_is_wrong_in_one_line(arguments, code, message, tail, tmp_path):
    (tmp_path / "empty").mkdir()
    for name in "ab":
        (tmp_path / "two" / name).mkdir(parents=True)
        (tmp_path / "two" / name / "x.tfevents.1").write_bytes(b"")
    (tmp_path / "log.jsonl").write_text('{"cost": 1, "acc": 2}\n')
    found, said = tail(*arguments, "--run-id", "r")
    assert found == code
    assert message in said.splitlines()[-1]
