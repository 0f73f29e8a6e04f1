"""Batches over a real socket: nothing lost, nothing counted twice."""

import gzip
import logging
import socket
import time

import pytest

import thermograd
from collector import FakeCollector
from thermograd import thermograd_pb2 as pb
from thermograd.http_sink import HttpSink
from thermograd.sinks import Away


def step(n, size=0):
    event = pb.Event(step=pb.StepEvent(run_id="r", step=n))
    event.step.grad_sketch.float32 = bytes(size)
    return event


@pytest.fixture
def server():
    with FakeCollector() as collector:
        yield collector


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_a_batch_is_one_request_and_a_connection_is_kept(server):
    sink = HttpSink(server.url)
    for n in range(10):
        sink.send(step(n))
    assert sink.held() == 10
    sink.flush(0)
    sink.send(step(10))
    sink.close(5)
    assert [s.step for s in server.steps] == list(range(11))
    assert [n for _, _, n in server.requests] == [10, 1]
    assert server.connections == 1
    path, headers, _ = server.requests[0]
    assert path == "/v1/events"
    assert headers["Content-Type"] == "application/x-protobuf"
    assert "Authorization" not in headers and "Content-Encoding" not in headers
    assert (sink.failed(), sink.held()) == (0, 0)


def test_batches_are_bounded_by_bytes_and_by_events(server):
    sink = HttpSink(server.url)
    for n in range(7):
        sink.send(step(n, 300_000))
    sink.flush(0)
    assert [n for _, _, n in server.requests] == [3, 3, 1]
    server.requests.clear()
    for n in range(7, 2_507):
        sink.send(step(n))
    sink.close(5)
    assert [n for _, _, n in server.requests] == [1_000, 1_000, 500]
    assert [s.step for s in server.steps] == list(range(2_507))


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_token_and_packing(server, how, monkeypatch):
    if how == "environment":
        monkeypatch.setenv("THERMOGRAD_TOKEN", "s3cret-token")
    sink = HttpSink(server.url + "/behind/", token="s3cret-token" if how == "argument" else None, gzip=True)
    sink.send(step(1))
    sink.close(5)
    path, headers, _ = server.requests[0]
    assert path == "/behind/v1/events"
    assert headers["Authorization"] == "Bearer s3cret-token"
    assert headers["Content-Encoding"] == "gzip"
    assert [s.step for s in server.steps] == [1]


def test_an_absent_collector_keeps_what_was_taken():
    port = free_port()
    sink = HttpSink(f"http://127.0.0.1:{port}")
    sink.send(step(0))
    with pytest.raises(Away, match=f"http://127.0.0.1:{port}: .*refused"):
        sink.flush(0)
    assert (sink.failed(), sink.held()) == (0, 1)
    with FakeCollector(port) as late:
        sink.flush(0)
        assert [s.step for s in late.steps] == [0]
    sink.send(step(1))
    sink.close(0.2)
    assert (sink.failed(), sink.held()) == (1, 0)


def test_a_collector_that_is_busy_is_asked_again(server):
    sink = HttpSink(server.url)
    server.answers = [(503, {"Retry-After": "2"}, {"error": "Kafka is away"})]
    sink.send(step(0))
    with pytest.raises(Away, match="answers 503 .Kafka is away.") as away:
        sink.flush(0)
    assert away.value.after == 2
    sink.flush(0)
    assert [s.step for s in server.steps] == [0]


@pytest.mark.parametrize(
    "status, what, says",
    [
        (401, {"error": "a token is needed"}, "answers 401 .a token is needed."),
        (404, {}, "answers 404: is it a thermograd collector"),
        (200, {}, "answers 200: is it a thermograd collector"),
        (302, {}, "answers 302: is it a thermograd collector"),
        (500, [], "answers 500: is it a thermograd collector"),
    ],
)
def test_another_answer_is_no_delivery(server, status, what, says):
    server.answers = [(status, {}, what)]
    sink = HttpSink(server.url)
    sink.send(step(0))
    with pytest.raises(Away, match=says):
        sink.flush(0)
    assert (sink.failed(), sink.held()) == (0, 1)
    sink.close(1)
    assert [s.step for s in server.steps] == [0]


def test_rejections_are_counted_and_one_is_named(server, caplog):
    rejected = {"accepted": 1, "rejected_count": 2, "rejected": [{"index": 0, "reason": "loss should be finite"}, {"index": 2}]}
    nothing = {"accepted": 0, "rejected_count": 2, "rejected": [{"index": 0, "reason": "again"}]}
    server.answers = [(202, {}, rejected), (400, {}, nothing)]
    sink = HttpSink(server.url)
    with caplog.at_level(logging.WARNING, "thermograd"):
        for n in range(3):
            sink.send(step(n))
        sink.flush(0)
        for n in range(2):
            sink.send(step(n))
        sink.flush(0)
    assert sink.failed() == 4
    assert [r.getMessage() for r in caplog.records] == [
        f"{server.url} rejects events, 2 of 3 at first: loss should be finite. Training is not affected."
    ]


def test_too_large_a_batch_is_halved_until_it_fits(server):
    large = (413, {}, {"error": "too large"})
    server.answers = [large, large]
    sink = HttpSink(server.url)
    for n in range(8):
        sink.send(step(n))
    sink.flush(0)
    assert [n for _, _, n in server.requests] == [8, 4, 2, 6]
    assert [s.step for s in server.steps] == list(range(8))
    server.answers = [large]
    sink.send(step(8))
    sink.send(step(9))
    server.answers = [large, large]
    sink.flush(0)
    assert sink.failed() == 1
    assert [s.step for s in server.steps][-1] == 9


def test_an_answer_that_is_lost_means_twice_not_never(server):
    sink = HttpSink(server.url)
    sink.send(step(0))
    sink.flush(0)
    # The server has it and goes before it says so. On a kept connection that is what an idle one looks like.
    server.answers = ["drop"]
    sink.send(step(1))
    sink.flush(0)
    assert [s.step for s in server.steps] == [0, 1, 1]
    assert sink.failed() == 0


def test_an_idle_connection_that_was_closed_is_no_outage(server):
    sink = HttpSink(server.url)
    sink.send(step(0))
    sink.flush(0)
    for connection in list(server._open):
        connection.shutdown(2)
    time.sleep(0.05)
    sink.send(step(1))
    sink.flush(0)
    assert [s.step for s in server.steps] == [0, 1]
    assert server.connections == 2


def test_a_collector_that_hangs_does_not_hold_the_end(server, caplog):
    from thermograd.reporter import Reporter

    server.hang.clear()
    reporter = Reporter(pb.RunStarted(run_id="r"), HttpSink(server.url))
    for n in range(5):
        reporter.report(lambda n=n: pb.Event(step=pb.StepEvent(step=n)), 100)
    reporter.close(seconds=0.3)
    assert reporter.lost >= 5
    server.hang.set()


@pytest.mark.parametrize(
    "url", ["http://", "http://:9465", "http://h:port", "http://u:p@h:1", "http://h:1?x=1", "http://h:99999"]
)
def test_a_wrong_address_is_named(url):
    with pytest.raises(ValueError, match="sink should be given as"):
        thermograd.HttpSink(url)


def test_a_wrong_token_is_refused_without_being_shown():
    with pytest.raises(ValueError, match="visible ASCII") as error:
        HttpSink("http://127.0.0.1:1", token="two words\n")
    assert "words" not in str(error.value)
