"""Both Kafka clients, played by stand-ins that decide when and how sends end. Real ones: tests/endtoend."""

import time
import types

import pytest

from thermograd import kafka_sinks
from thermograd import thermograd_pb2 as pb
from thermograd.kafka_sinks import ConfluentSink, KafkaPythonSink, open_kafka
from thermograd.sinks import Away, Refused


class Confluent:
    """confluent_kafka as far as the sink knows it."""

    class KafkaException(Exception):
        pass

    def __init__(self, settings):
        self.settings = settings
        self.sent = []
        self.open = []
        self.refuse = None

    def produce(self, topic, key, value, on_delivery):
        if self.refuse:
            raise self.refuse
        self.sent.append((topic, key, pb.Event.FromString(value)))
        self.open.append(on_delivery)

    def decide(self, error=None):
        self.open.pop(0)(error, None)

    def poll(self, seconds):
        if seconds:
            time.sleep(min(seconds, 0.01))

    def purge(self):
        pass

    def flush(self, seconds):
        while self.open:
            self.decide("purged")


class Future:
    def __init__(self):
        self.callbacks, self.errbacks = [], []

    def add_callback(self, f):
        self.callbacks.append(f)

    def add_errback(self, f):
        self.errbacks.append(f)


class KafkaPython:
    """kafka.KafkaProducer, likewise."""

    def __init__(self, **settings):
        self.settings = settings
        self.sent, self.open, self.refuse = [], [], None

    def send(self, topic, key, value):
        if self.refuse:
            raise self.refuse
        self.sent.append((topic, key, pb.Event.FromString(value)))
        self.open.append(Future())
        return self.open[-1]

    def decide(self, error=None):
        future = self.open.pop(0)
        for f in future.errbacks if error else future.callbacks:
            f(error)

    def close(self, timeout):
        while self.open:
            self.decide("closed")


class Errors:
    class KafkaError(Exception):
        pass

    class KafkaTimeoutError(KafkaError):
        pass

    class NoBrokersAvailable(KafkaError):
        pass


@pytest.fixture(params=["confluent", "kafka-python"])
def pair(request):
    """A sink and the client within, which has no event yet."""
    if request.param == "confluent":
        module = types.SimpleNamespace(Producer=Confluent, KafkaException=Confluent.KafkaException)
        sink = ConfluentSink(module, "h:1")
        return sink, sink._producer, BufferError("full"), Confluent.KafkaException("too large")
    module = types.SimpleNamespace(KafkaProducer=KafkaPython, errors=Errors)
    sink = KafkaPythonSink(module, "h:1")
    return sink, sink._connected(), Errors.KafkaTimeoutError(), Errors.KafkaError("too large")


def start():
    return pb.Event(run_started=pb.RunStarted(run_id="r"))


def step(n):
    return pb.Event(step=pb.StepEvent(run_id="r", step=n))


def test_events_are_keyed_by_run_and_counted_as_they_fail(pair):
    sink, client, _, _ = pair
    for n in range(4):
        sink.send(step(n))
    assert [(t, k, e.step.step) for t, k, e in client.sent] == [("thermograd.steps", b"r", n) for n in range(4)]
    assert sink.held() == 4
    client.decide()
    client.decide("expired")
    client.decide()
    assert (sink.failed(), sink.held()) == (1, 1)
    sink.close(0.05)
    assert (sink.failed(), sink.held()) == (2, 0)


def test_a_start_that_fails_is_sent_again_before_anything_else(pair):
    sink, client, _, _ = pair
    sink.send(start())
    with pytest.raises(Away, match="no broker at h:1 confirms"):
        sink.flush(0.02)
    client.decide("expired")
    sink.send(step(0))
    assert [e.WhichOneof("payload") for _, _, e in client.sent] == ["run_started", "run_started", "step"]
    client.decide("expired")
    assert len(client.open) == 1
    sink.flush(0)
    assert [e.WhichOneof("payload") for _, _, e in client.sent][-1] == "run_started"
    client.decide()
    client.decide()
    sink.flush(0.01)
    sink.close(0.01)
    assert (sink.failed(), len(client.sent)) == (0, 4)


def test_a_client_that_is_full_is_away_and_an_event_it_refuses_is_not(pair):
    sink, client, full, wrong = pair
    client.refuse = full
    with pytest.raises(Away, match="takes events"):
        sink.send(step(0))
    client.refuse = wrong
    with pytest.raises(Refused, match="too large"):
        sink.send(step(0))
    client.refuse = None
    sink.send(step(1))
    client.decide()
    assert (sink.failed(), sink.held()) == (0, 0)


def test_a_standstill_is_an_outage(pair, monkeypatch):
    sink, client, _, _ = pair
    now = [100.0]
    monkeypatch.setattr(kafka_sinks.time, "monotonic", lambda: now[0])
    sink.send(step(0))
    now[0] += 2.9
    sink.flush(0)
    sink.send(step(1))
    now[0] += 0.2
    with pytest.raises(Away, match="confirms"):
        sink.flush(0)
    client.decide()
    sink.flush(0)  # it moves
    now[0] += 3.1
    with pytest.raises(Away):
        sink.flush(0)
    client.decide()
    sink.flush(0)
    now[0] += 100
    sink.send(step(2))  # what was idle before stands still from here on only
    sink.flush(0)


def test_no_broker_at_the_start_is_an_outage_too():
    def absent(**settings):
        raise Errors.NoBrokersAvailable()

    sink = KafkaPythonSink(types.SimpleNamespace(KafkaProducer=absent, errors=Errors), "h:1")
    with pytest.raises(Away, match="no broker at h:1 answers .NoBrokersAvailable."):
        sink.send(step(0))
    sink.close(0.1)
    assert (sink.failed(), sink.held()) == (0, 0)


@pytest.mark.parametrize("where", ["kafka://", "kafka://h:", "kafka://h:1/topic"])
def test_a_wrong_address_is_named(where):
    with pytest.raises(ValueError, match="sink should be given as"):
        open_kafka(where)


def test_several_brokers_and_the_usual_port(monkeypatch):
    pytest.importorskip("confluent_kafka")
    sink = open_kafka("kafka://a,b:1")
    assert sink._servers == "a:9092,b:1"
    sink.close(0)
