"""The generated module has every message, field, number and type of the schema that the JVM is built from."""

import pathlib
import re

import pytest

from thermograd import thermograd_pb2 as pb

PROTO = pathlib.Path(__file__).parents[2] / "wire/src/main/proto/thermograd.proto"
FIELD = re.compile(r"^\s*(?:optional |repeated )?([\w.]+|map<\w+, \w+>) (\w+) = (\d+);", re.M)


@pytest.mark.skipif(not PROTO.exists(), reason="not in a source tree")
def test_agrees_with_the_schema():
    text = re.sub(r"//.*", "", PROTO.read_text())
    blocks = re.findall(r"^message (\w+) \{(.*?)^\}", text, re.M | re.S)
    assert {name for name, _ in blocks} == set(pb.DESCRIPTOR.message_types_by_name)
    for name, body in blocks:
        body = re.sub(r"enum \w+ \{.*?\}", "", body, flags=re.S)
        written = {(field, int(number)) for _, field, number in FIELD.findall(body)}
        descriptor = pb.DESCRIPTOR.message_types_by_name[name]
        assert {(f.name, f.number) for f in descriptor.fields} == written, name
