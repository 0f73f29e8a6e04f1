"""Where events go: a Kafka topic, a recording, or nowhere."""

from __future__ import annotations

import os
import struct
import threading
from typing import Any, Optional, Protocol

from . import thermograd_pb2 as pb

TOPIC = "thermograd.steps"

_PLACES = 'as "kafka://HOST:PORT" or "FILE.tgr"'


class Sink(Protocol):
    """Takes events from one thread. An exception means that this event was not taken."""

    def send(self, event: pb.Event) -> None: ...

    def failed(self) -> int:
        """Events that were taken and could not be delivered after all."""
        ...

    def close(self, seconds: float) -> None:
        """Delivers what it can in this time."""
        ...


def open_sink(where: "str | Sink") -> Sink:
    """The sink that a string names; anything else is taken to be one."""
    if not isinstance(where, (str, os.PathLike)):
        return where
    where = os.fspath(where)
    if where.startswith("kafka://"):
        return _kafka(where[len("kafka://") :])
    if where.endswith(".tgr"):
        return RecordingSink(where)
    raise ValueError(f"sink should be given {_PLACES}: was {where!r}")


class RecordingSink:
    """Length-delimited events in zstd frames, one frame a write, so that a crash costs the last one.

    Gradient noise does not compress (5 % at best), so the frames hold raw blocks: nothing but this
    file is needed to write one.
    """

    _FRAME = b"\x28\xb5\x2f\xfd\x00\x50"  # magic; no sizes, no checksum; a window of 1 MiB
    _BLOCK = 1 << 17

    def __init__(self, path: str):
        self._file = open(path, "wb", buffering=0)

    def send(self, event: pb.Event) -> None:
        data = event.SerializeToString()
        content = _varint(len(data)) + data
        parts = [self._FRAME]
        for at in range(0, len(content), self._BLOCK):
            block = content[at : at + self._BLOCK]
            last = at + self._BLOCK >= len(content)
            parts.append(struct.pack("<I", len(block) << 3 | last)[:3])
            parts.append(block)
        frame = b"".join(parts)
        start = self._file.tell()
        try:
            written = self._file.write(frame)
        except OSError:
            self._undo(start)
            raise
        if written != len(frame):
            self._undo(start)
            raise OSError(f"no space for an event of {len(frame)} bytes")

    def _undo(self, start: int) -> None:
        # Half an event would end the recording for whoever reads it.
        self._file.truncate(start)
        self._file.seek(start)

    def failed(self) -> int:
        return 0

    def close(self, seconds: float) -> None:
        self._file.close()


def _varint(n: int) -> bytes:
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def _run_id(event: pb.Event) -> bytes:
    return getattr(event, event.WhichOneof("payload")).run_id.encode()


def _kafka(servers: str) -> Sink:
    if not servers or servers.endswith(":"):
        raise ValueError(f"sink should be given {_PLACES}: was {'kafka://' + servers!r}")
    if ":" not in servers:
        servers += ":9092"
    try:
        import confluent_kafka
    except ImportError:
        confluent_kafka = None
    if confluent_kafka is not None:
        return ConfluentSink(confluent_kafka, servers)
    try:
        import kafka
    except ImportError:
        raise ImportError(
            "a kafka:// sink needs a client: pip install 'thermograd[kafka]', or write to FILE.tgr"
        ) from None
    return KafkaPythonSink(kafka, servers)


class ConfluentSink:
    """By librdkafka: idempotent, in order, keyed by run."""

    def __init__(self, module: Any, servers: str, **overrides: Any):
        self._failed = 0
        self._producer = module.Producer(
            {
                "bootstrap.servers": servers,
                "client.id": "thermograd-agent-python",
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "linger.ms": 5,
                "message.max.bytes": 8 << 20,
                "queue.buffering.max.kbytes": 32 << 10,
                "delivery.timeout.ms": 120_000,
                # Its own thread would print a line for every failed connection.
                "log_level": 0,
                "error_cb": lambda error: None,
                **overrides,
            }
        )

    def send(self, event: pb.Event) -> None:
        self._producer.poll(0)
        self._producer.produce(
            TOPIC, key=_run_id(event), value=event.SerializeToString(), on_delivery=self._delivered
        )

    def flush(self, seconds: float) -> None:
        """Waits until what was sent has arrived, or so long."""
        self._producer.flush(seconds)

    def _delivered(self, error: Optional[object], message: object) -> None:
        if error is not None:
            self._failed += 1

    def failed(self) -> int:
        return self._failed

    def close(self, seconds: float) -> None:
        self._failed += self._producer.flush(seconds)


class KafkaPythonSink:
    """By kafka-python, where librdkafka is not at hand."""

    def __init__(self, module: Any, servers: str):
        self._module = module
        self._servers = servers
        self._producer: Any = None
        self._failed = 0
        self._lock = threading.Lock()

    def _connected(self) -> Any:
        # It wants a broker at once; training should start without one.
        if self._producer is None:
            self._producer = self._module.KafkaProducer(
                bootstrap_servers=self._servers,
                client_id="thermograd-agent-python",
                acks="all",
                retries=10,
                max_in_flight_requests_per_connection=1,
                linger_ms=5,
                max_request_size=8 << 20,
                max_block_ms=2_000,
            )
        return self._producer

    def send(self, event: pb.Event) -> None:
        future = self._connected().send(TOPIC, key=_run_id(event), value=event.SerializeToString())
        future.add_errback(self._lost)

    def flush(self, seconds: float) -> None:
        """Waits until what was sent has arrived, or so long."""
        self._producer.flush(timeout=seconds)

    def _lost(self, error: BaseException) -> None:
        with self._lock:
            self._failed += 1

    def failed(self) -> int:
        return self._failed

    def close(self, seconds: float) -> None:
        if self._producer is not None:
            try:
                self._producer.flush(timeout=seconds)
            except Exception:  # what is left is counted by its errback
                pass
            self._producer.close(timeout=0)
