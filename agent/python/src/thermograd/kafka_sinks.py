"""Events to the Kafka topic of steps, by whichever client is installed."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Any, Deque, Dict, Optional

from . import thermograd_pb2 as pb
from .sinks import PLACES, Away, Refused, Sink

TOPIC = "thermograd.steps"

_MOST_BYTES = 8 << 20
_BUFFER_BYTES = 16 << 20
_DELIVERY_MS = 120_000
_STALLED_SECONDS = 3.0


def open_kafka(where: str) -> Sink:
    """By confluent-kafka, else by kafka-python."""
    servers = where[len("kafka://") :].rstrip("/")
    if not servers or servers.endswith(":") or "/" in servers:
        raise ValueError(f"sink should be given as {PLACES}: was {where!r}")
    servers = ",".join(s if ":" in s else s + ":9092" for s in servers.split(","))
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
            "a kafka:// sink needs a client: pip install 'thermograd[kafka]'; or name http://HOST:PORT or FILE.tgr"
        ) from None
    return KafkaPythonSink(kafka, servers)


class _KafkaSink:
    """What both clients have in common: which events are on their way, and since when nothing has moved.

    A broker that is away shows by a standstill: `flush` raises `Away` then, and the reporter keeps what
    follows. Starts and ends of runs that failed are sent again, before what comes next.
    """

    def __init__(self, servers: str):
        self._servers = servers
        self._lock = threading.Lock()
        self._open: Dict[int, bool] = {}  # by number: whether it is a step
        self._number = 0
        self._failed = 0
        self._moved = time.monotonic()
        self._again: Deque[pb.Event] = deque()
        self._closing = False

    def _produce(self, key: bytes, value: bytes, number: int, event: Optional[pb.Event]) -> None:
        """Hands over; `_decided` is called once for it, by any thread."""
        raise NotImplementedError

    def _poll(self, seconds: float) -> None:
        """Lets callbacks happen, for so long at most."""
        raise NotImplementedError

    def _shut(self, seconds: float) -> None:
        raise NotImplementedError

    def send(self, event: pb.Event) -> None:
        self._poll(0)
        self._resend()
        self._hand_over(event)

    def send_step(self, run_id: str, event: bytes) -> None:
        self._poll(0)
        self._resend()
        self._hand_on(run_id, event, None)

    def _hand_over(self, event: pb.Event) -> None:
        payload = getattr(event, event.WhichOneof("payload"))
        # A step that fails is counted; what frames the run must come through.
        self._hand_on(payload.run_id, event.SerializeToString(), None if event.HasField("step") else event)

    def _hand_on(self, run_id: str, value: bytes, keep: Optional[pb.Event]) -> None:
        with self._lock:
            if not self._open:
                self._moved = time.monotonic()
            self._number += 1
            number = self._number
            self._open[number] = keep is None
        try:
            self._produce(run_id.encode(), value, number, keep)
        except BaseException:
            with self._lock:
                self._open.pop(number, None)
            raise

    def _decided(self, number: int, event: Optional[pb.Event], error: Any) -> None:
        with self._lock:
            if number not in self._open:
                return
            del self._open[number]
            self._moved = time.monotonic()
            if error is not None:
                if event is None:
                    self._failed += 1
                elif not self._closing:
                    self._again.append(event)

    def _resend(self) -> None:
        while self._again:
            self._hand_over(self._again[0])
            self._again.popleft()

    def flush(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        self._poll(0)
        self._resend()
        while self._open or self._again:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            self._poll(min(left, 0.05))
            self._resend()
        standstill = time.monotonic() - self._moved
        if self._open and (seconds > 0 or standstill > _STALLED_SECONDS):
            raise Away(f"no broker at {self._servers} confirms events")

    def idle(self) -> bool:
        return not self._open and not self._again

    def failed(self) -> int:
        return self._failed

    def held(self) -> int:
        return sum(self._open.values())

    def close(self, seconds: float) -> None:
        try:
            self.flush(seconds)
        except Exception:  # what is left is counted below
            pass
        self._closing = True
        self._shut(max(0.0, min(seconds, 1.0)))
        with self._lock:
            self._failed += sum(self._open.values())
            self._open.clear()
            self._again.clear()


class ConfluentSink(_KafkaSink):
    """By librdkafka: idempotent, in order, keyed by run."""

    def __init__(self, module: Any, servers: str, **overrides: Any):
        super().__init__(servers)
        self._module = module
        self._producer = module.Producer(
            {
                "bootstrap.servers": servers,
                "client.id": "thermograd-agent-python",
                "enable.idempotence": True,
                # As in the agent for the JVM: of several, a later one may be taken before the first.
                "max.in.flight.requests.per.connection": 1,
                "partitioner": "murmur2_random",
                "linger.ms": 5,
                "message.max.bytes": _MOST_BYTES,
                "queue.buffering.max.kbytes": _BUFFER_BYTES >> 10,
                "delivery.timeout.ms": _DELIVERY_MS,
                # Its own thread would print a line for every failed connection.
                "log_level": 0,
                "error_cb": lambda error: None,
                **overrides,
            }
        )

    def _produce(self, key: bytes, value: bytes, number: int, event: Optional[pb.Event]) -> None:
        try:
            self._producer.produce(
                TOPIC, key=key, value=value, on_delivery=lambda error, _: self._decided(number, event, error)
            )
        except BufferError:
            raise Away(f"no broker at {self._servers} takes events") from None
        except self._module.KafkaException as error:
            raise Refused(str(error)) from None

    def _poll(self, seconds: float) -> None:
        self._producer.poll(seconds)

    def _shut(self, seconds: float) -> None:
        # Their callbacks come during the flush.
        self._producer.purge()
        self._producer.flush(seconds)


class KafkaPythonSink(_KafkaSink):
    """By kafka-python, where librdkafka is not at hand. In order; a retry may double an event, which is harmless."""

    def __init__(self, module: Any, servers: str, **overrides: Any):
        super().__init__(servers)
        self._module = module
        self._overrides = overrides
        self._producer: Any = None
        log = logging.getLogger("kafka")
        if log.level == logging.NOTSET:
            # A line for every failed connection, where nobody asked for them.
            log.setLevel(logging.CRITICAL)

    def _connected(self) -> Any:
        # It wants a broker at once; training should start without one.
        if self._producer is None:
            settings = dict(
                bootstrap_servers=self._servers.split(","),
                client_id="thermograd-agent-python",
                acks="all",
                retries=1 << 30,
                max_in_flight_requests_per_connection=1,
                linger_ms=5,
                max_request_size=_MOST_BYTES,
                buffer_memory=_BUFFER_BYTES,
                max_block_ms=2_000,
                # Also what a batch may wait for a broker to come back.
                request_timeout_ms=_DELIVERY_MS,
                reconnect_backoff_max_ms=1_000,
            )
            settings.update(self._overrides)
            try:
                self._producer = self._module.KafkaProducer(**settings)
            except self._module.errors.KafkaError as error:
                raise Away(f"no broker at {self._servers} answers ({type(error).__name__})") from None
        return self._producer

    def _produce(self, key: bytes, value: bytes, number: int, event: Optional[pb.Event]) -> None:
        errors = self._module.errors
        try:
            future = self._connected().send(TOPIC, key=key, value=value)
        except errors.KafkaTimeoutError:
            raise Away(f"no broker at {self._servers} takes events") from None
        except errors.KafkaError as error:
            raise Refused(f"{type(error).__name__}: {error}") from None
        future.add_callback(lambda _: self._decided(number, event, None))
        future.add_errback(lambda error: self._decided(number, event, error))

    def _poll(self, seconds: float) -> None:
        # Callbacks happen on the client's own thread.
        if seconds > 0:
            time.sleep(min(seconds, 0.005))

    def _shut(self, seconds: float) -> None:
        if self._producer is not None:
            self._producer.close(timeout=seconds)
