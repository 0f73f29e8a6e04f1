"""Writes the golden files of the wire format without any code of Thermograd and without protobuf.

    python3 golden.py ../resources/golden            # needs python3-zstandard
    python3 golden.py --check ../resources/golden --protoc PROTOC   # needs python3-protobuf

The bytes come from the encoding rules (struct and varints), the JSON from the layout of numbers in
the Java Language Specification applied to Python's shortest digits. --check decodes events.bin with
Google's own Python protobuf and compares every value with the data below.
"""

import argparse
import json
import math
import pathlib
import struct
import subprocess
import tempfile
from decimal import Decimal

NAN, INF = math.nan, math.inf


class F32(list):
    """A vector sent as float32."""


class BF16(list):
    """A vector sent as bfloat16; its elements are exact in that format."""


# name: (field number, kind); kinds in brackets are repeated.
SCHEMA = {
    "Event": {"run_started": (1, "RunStarted"), "step": (2, "StepEvent"), "run_finished": (3, "RunFinished"),
              "schema_version": (15, "uint")},
    "RunStarted": {
        "run_id": (1, "string"), "attempt": (2, "uint"), "started_at": (3, "double"),
        "parameter_count": (4, "uint"), "sketch_scheme": (5, "string"), "sketch_dim": (6, "uint"),
        "sketch_seed": (7, "uint"), "dataset_size": (8, "uint"),
        "sampling": (9, ["with_replacement", "without_replacement"]),
        "optimizer": (10, ["sgd", "momentum", "nesterov", "adam", "adamw", "other"]),
        "momentum": (11, "double"), "beta1": (12, "double"), "beta2": (13, "double"),
        "weight_decay": (14, "double"), "world_size": (15, "uint"), "budget_steps": (16, "uint"),
        "layer_names": (17, "[string]"), "labels": (18, "{string}"), "layer_sketch_dim": (19, "uint")},
    "MicroBatch": {"examples": (1, "uint"), "loss": (2, "double"), "grad_sqnorm": (3, "double"),
                   "grad_sketch": (4, "vector"), "layer_sketches": (5, "[vector]")},
    "LayerNorms": {"name": (1, "string"), "grad_norm": (2, "double"), "param_norm": (3, "double"),
                   "update_norm": (4, "double")},
    "CurvatureProbe": {"hessian_top": (1, "[double]"), "hessian_trace": (2, "double"),
                       "grad_hess_grad": (3, "double"), "preconditioned_top": (4, "[double]")},
    "StepEvent": {
        "run_id": (1, "string"), "attempt": (2, "uint"), "step": (3, "uint"), "rank": (4, "uint"),
        "time": (5, "double"), "loss": (6, "double"), "learning_rate": (7, "double"),
        "batch_size": (8, "uint"), "micro_batches": (9, "[MicroBatch]"), "grad_sqnorm": (10, "double"),
        "grad_sketch": (11, "vector"), "param_sketch": (12, "vector"), "param_sqnorm": (13, "double"),
        "update_sqnorm": (14, "double"), "param_dot_grad": (15, "double"), "layers": (16, "[LayerNorms]"),
        "tracked": (17, "{double}"), "example_losses": (18, "[double]"), "probe": (19, "CurvatureProbe"),
        "validation_loss": (20, "double"), "nonfinite_count": (21, "uint"), "loss_scale": (22, "double"),
        "dropped_events": (23, "uint"), "update_noise": (24, "double"),
        "raw_grad_sqnorm": (25, "double")},
    "RunFinished": {"run_id": (1, "string"), "attempt": (2, "uint"),
                    "status": (3, ["completed", "failed", "stopped"]), "time": (4, "double"),
                    "dropped_events": (5, "uint")},
}

# Fields without presence: not sent when zero, but always shown in JSON when they are numbers.
IMPLICIT = {
    "RunStarted": ["run_id", "attempt", "started_at", "sketch_scheme", "sketch_dim", "sketch_seed", "world_size",
                   "layer_sketch_dim"],
    "MicroBatch": ["examples"],
    "LayerNorms": ["name"],
    "StepEvent": ["run_id", "attempt", "step", "rank", "time", "dropped_events"],
    "RunFinished": ["run_id", "attempt", "time", "dropped_events"],
}

FULL_START = {
    "run_id": "digits-64-128-10", "attempt": 1, "started_at": 1700000000.25, "parameter_count": 9610,
    "sketch_scheme": "block_fold", "sketch_dim": 1024, "sketch_seed": 2**64 - 59, "dataset_size": 1797,
    "sampling": "without_replacement", "optimizer": "momentum", "momentum": 0.9, "beta1": 0.5,
    "beta2": 0.999, "weight_decay": 0.0001, "world_size": 2, "budget_steps": 6000,
    "layer_names": ["fc1", "fc2"], "labels": {"model": "mlp", "note": "größer „α“ \"q\" \\ / 😀"},
    "layer_sketch_dim": 2,
}

FULL_STEP = {
    "run_id": "digits-64-128-10", "attempt": 1, "step": 4294967296, "rank": 1, "time": 1700000012.5,
    "loss": 0.6931471805599453, "learning_rate": 0.05, "batch_size": 256,
    "micro_batches": [
        {"examples": 64, "loss": 0.7, "grad_sqnorm": 1e-7, "grad_sketch": F32([1.0, -0.5, 0.1]),
         "layer_sketches": [F32([1.0, -0.25]), BF16([0.375])]},
        {"examples": 64, "loss": INF, "grad_sqnorm": 12345678.0, "grad_sketch": F32([NAN, INF, -INF]),
         "layer_sketches": [F32([NAN, 0.001]), BF16([-INF])]}],
    "grad_sqnorm": 0.001, "grad_sketch": F32([3.4028234663852886e38, 1e-45, -0.0]),
    "param_sketch": F32([16777216.0, 9999999.0, 0.001]), "param_sqnorm": 2e23, "update_sqnorm": 5e-324,
    "param_dot_grad": -1.5, "layers": [
        {"name": "fc1", "grad_norm": 0.25, "param_norm": 3.0, "update_norm": 0.0},
        {"name": "fc2", "grad_norm": NAN}],
    "tracked": {"accuracy": 0.96875, "gap": NAN}, "example_losses": [2.5, -INF, 0.1],
    "probe": {"hessian_top": [31.5, 2.0], "hessian_trace": 100.0, "grad_hess_grad": 9007199254740993.0,
              "preconditioned_top": [19000.0, 0.5]},
    "validation_loss": 0.75, "nonfinite_count": 3, "loss_scale": 65536.0, "dropped_events": 17, "update_noise": 0.03125,
    "raw_grad_sqnorm": 4.0,
}

EVENTS = [
    {"run_started": FULL_START},
    {"run_started": {"run_id": "a"}},
    {"step": FULL_STEP},
    {"step": {"run_id": "a", "step": 0, "time": 0.5, "loss": NAN, "param_sketch": BF16([1.0, -3.140625, NAN]),
              "nonfinite_count": 0}, "schema_version": 1},
    {"step": {"run_id": "a", "step": 1}},
    {"run_finished": {"run_id": "digits-64-128-10", "attempt": 1, "status": "failed", "time": 1700000013.0,
                      "dropped_events": 300}},
]

INSIGHT = {
    "run_id": "digits", "attempt": 0, "step": 100, "time": 1700000012.5,
    "quantities": {
        "loss": {"value": 0.5, "low": 0.4375, "high": 0.5625, "method": "ewma"},
        "noise_trace": {"low": 1e-9, "method": "within_step"},
        "learning_rate": {"value": 0.1, "method": "reported"}},
    "vectors": {"noise_eigenvalues": [
        {"value": 0.5, "low": 0.25, "high": 1.0, "method": "streaming_svd"},
        {"value": 0.125, "low": 0.0625, "high": 0.25, "method": "streaming_svd"}]},
    "absent": {"noise_trace": "only a lower bound", "gradient_noise_scale": "‖G‖² is not above its error"},
    "regime": "descending", "overlays": ["oscillating"],
    "verdict": {"severity": "info", "title": "Noise dominates.", "why": "\"B\" is 4 times below.", "next": "Raise B."},
}
BARE_INSIGHT = {"run_id": "digits", "attempt": 2, "step": 0, "time": 0.0, "quantities": {}, "absent": {}, "overlays": []}
ALERT = {"run_id": "digits", "attempt": 0, "step": 3004, "time": 1700000100.0, "kind": "divergence",
         "severity": "critical", "title": "Loss diverges.", "evidence": "loss 2.3 → 870 in 40 steps",
         "next": "Lower the learning rate."}
RUN = {"run_started": FULL_START, "status": "running", "last_step": -1, "time": 1700000000.25}


def varint(n):
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def block(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def vector_bytes(v):
    if isinstance(v, BF16):
        return block(2, b"".join(struct.pack("<f", x)[2:] for x in v))
    return block(1, struct.pack(f"<{len(v)}f", *v))


def field_bytes(number, kind, value):
    if isinstance(kind, list):
        return varint(number << 3) + varint(kind.index(value) + 1)
    if kind == "uint":
        return varint(number << 3) + varint(value)
    if kind == "double":
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if kind == "string":
        return block(number, value.encode())
    if kind == "vector":
        return block(number, vector_bytes(value))
    if kind == "[double]":
        return block(number, struct.pack(f"<{len(value)}d", *value))
    if kind.startswith("["):
        return b"".join(field_bytes(number, kind[1:-1], v) for v in value)
    if kind.startswith("{"):
        return b"".join(block(number, field_bytes(1, "string", k) + field_bytes(2, kind[1:-1], v))
                        for k, v in value.items())
    return block(number, message_bytes(kind, value))


def message_bytes(name, message):
    return b"".join(
        field_bytes(number, kind, message[field])
        for field, (number, kind) in SCHEMA[name].items()
        if field in message and not (field in IMPLICIT.get(name, []) and not message[field]))


def java_layout(text):
    """Digits of repr() in the layout of Java's Double.toString."""
    sign, digits, exponent = Decimal(text).as_tuple()
    digits = "".join(map(str, digits)).rstrip("0") or "0"
    point = len("".join(map(str, Decimal(text).as_tuple().digits))) + exponent  # value = 0.digits × 10^point
    minus = "-" if sign else ""
    if digits == "0":
        return minus + "0.0"
    if -3 < point <= 7:
        if point <= 0:
            return minus + "0." + "0" * -point + digits
        whole, part = digits[:point].ljust(point, "0"), digits[point:]
        return f"{minus}{whole}.{part or '0'}"
    return f"{minus}{digits[0]}.{digits[1:] or '0'}E{point - 1}"


def as_float(x):
    try:
        return struct.unpack("<f", struct.pack("<f", x))[0]
    except OverflowError:
        return math.copysign(INF, x)


def number(x, single=False):
    if math.isnan(x):
        return '"NaN"'
    if math.isinf(x):
        return '"Infinity"' if x > 0 else '"-Infinity"'
    # At least two digits are shown, so of the shortest decimals the two-digit one nearest to x is taken.
    if single:
        x = as_float(x)
        for precision in range(2, 10):
            text = f"{x:.{precision}g}"
            if as_float(float(text)) == x:
                return java_layout(text)
    two = f"{x:.2g}"
    if float(two) == x:
        return java_layout(two)
    return java_layout(repr(x))


def string(s):
    return json.dumps(s, ensure_ascii=False)


def field_json(kind, value):
    if isinstance(kind, list) or kind == "string":
        return string(value)
    if kind == "uint":
        return str(value)
    if kind == "double":
        return number(value)
    if kind == "vector":
        return "[" + ",".join(number(x, single=True) for x in value) + "]"
    if kind.startswith("["):
        return "[" + ",".join(field_json(kind[1:-1], v) for v in value) + "]"
    if kind.startswith("{"):
        return "{" + ",".join(f"{string(k)}:{field_json(kind[1:-1], v)}" for k, v in sorted(value.items())) + "}"
    return message_json(kind, value)


def message_json(name, message):
    shown = []
    for field, (_, kind) in SCHEMA[name].items():
        if field in message:
            shown.append(f"{string(field)}:{field_json(kind, message[field])}")
        elif field in IMPLICIT.get(name, []) and kind in ("uint", "double"):
            shown.append(f"{string(field)}:{'0' if kind == 'uint' else '0.0'}")
    return "{" + ",".join(shown) + "}"


def plain_json(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{string(k)}:{plain_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(plain_json, value)) + "]"
    return number(value) if isinstance(value, float) else string(value) if isinstance(value, str) else str(value)


def write(folder):
    import zstandard

    stream = b""
    for event in EVENTS:
        encoded = message_bytes("Event", event)
        stream += varint(len(encoded)) + encoded
    (folder / "events.bin").write_bytes(stream)
    (folder / "events.tgr").write_bytes(zstandard.ZstdCompressor(level=3).compress(stream))
    lines = [message_json("Event", e) for e in EVENTS]
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n")
    # What a trainer prints with nothing but the standard library: bare NaN, 1e-05, spaces.
    (folder / "python.jsonl").write_text("".join(json.dumps(e) + "\n" for e in EVENTS))
    (folder / "insight.json").write_text(plain_json(INSIGHT) + "\n")
    (folder / "insight_bare.json").write_text(plain_json(BARE_INSIGHT) + "\n")
    (folder / "alert.json").write_text(plain_json(ALERT) + "\n")
    run = {"status": "running", "last_step": -1, "time": 1700000000.25}
    (folder / "run.json").write_text(
        '{"run_started":' + message_json("RunStarted", FULL_START) + "," + plain_json(run)[1:] + "\n")


def same(expected, actual):
    if isinstance(expected, dict):
        return expected.keys() <= actual.keys() and all(same(v, actual[k]) for k, v in expected.items())
    if isinstance(expected, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(expected, float):
        return expected == actual or (math.isnan(expected) and math.isnan(actual))
    return expected == actual


def as_dict(message):
    from google.protobuf.descriptor import FieldDescriptor as F

    if message.DESCRIPTOR.name == "Vector":
        if message.HasField("float32"):
            return [struct.unpack("<f", struct.pack("<f", x))[0]
                    for x in struct.unpack(f"<{len(message.float32) // 4}f", message.float32)]
        raw = message.bfloat16
        return [struct.unpack("<f", b"\0\0" + raw[i:i + 2])[0] for i in range(0, len(raw), 2)]
    result = {}
    for field, value in message.ListFields():
        if field.message_type and field.message_type.GetOptions().map_entry:
            value = dict(value)
        elif field.label == F.LABEL_REPEATED:
            value = [as_dict(v) if field.message_type else v for v in value]
        elif field.message_type:
            value = as_dict(value)
        elif field.enum_type:
            value = field.enum_type.values_by_number[value].name.lower()
        result[field.name] = value
    return result


def rounded(value):
    """The data as the wire can hold it: float32 vectors rounded, implicit zeros gone."""
    if isinstance(value, F32):
        return [as_float(x) for x in value]
    if isinstance(value, list):
        return [rounded(v) for v in value]
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items() if not (k in ("step", "attempt") and v == 0)}
    return value


def check(folder, protoc):
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    proto = pathlib.Path(__file__).resolve().parents[2] / "main/proto"
    with tempfile.TemporaryDirectory() as tmp:
        out = pathlib.Path(tmp) / "set"
        subprocess.run([protoc, f"-I{proto}", f"--descriptor_set_out={out}", "thermograd.proto"], check=True)
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for f in files.file:
        pool.Add(f)
    event_class = message_factory.MessageFactory(pool).GetPrototype(pool.FindMessageTypeByName("thermograd.v1.Event"))
    stream, position = (folder / "events.bin").read_bytes(), 0
    for n, expected in enumerate(EVENTS):
        length, shift = 0, 0
        while True:
            byte = stream[position]
            position += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        event = event_class.FromString(stream[position:position + length])
        position += length
        assert not event.FindInitializationErrors() and len(event.ListFields()) == len(expected), n
        assert same(rounded(expected), as_dict(event)), f"event {n}: {expected} is not {as_dict(event)}"
    assert position == len(stream)
    print(f"{len(EVENTS)} events agree with Google's protobuf for Python")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--protoc", default="protoc")
    arguments = parser.parse_args()
    if arguments.check:
        check(arguments.folder, arguments.protoc)
    else:
        write(arguments.folder)


if __name__ == "__main__":
    main()
