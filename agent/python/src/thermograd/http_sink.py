"""Events to an HTTP collector, by the standard library alone."""

from __future__ import annotations

import gzip as gzip_
import http.client
import json
import logging
import os
import re
from collections import deque
from typing import Any, Deque, Dict, List, Optional, Tuple
from urllib.parse import urlsplit

from . import thermograd_pb2 as pb
from .sinks import PLACES, Away, behind_length, delimited

LOG = logging.getLogger("thermograd")

_BATCH_BYTES = 1 << 20
_BATCH_EVENTS = 1_000
# More than the collector itself waits for Kafka.
_ANSWER_SECONDS = 15.0
_MOST_AFTER = 30.0


class HttpSink:
    """Batches of events to ``POST /v1/events`` of a collector, over one connection that is kept.

    A batch is sent until the collector has answered for it: one whose answer was lost is sent twice, and
    analyzers reject what they have seen. Events that the collector rejects count as failed, and the first of
    them is named in one warning.

    :param url: ``http://HOST:PORT`` or ``https://…``, with a path where a proxy wants one
    :param token: what the collector was given by ``--collector-token-file``; by default the environment's
        ``THERMOGRAD_TOKEN``
    :param gzip: packs batches; sketches are noise and shrink by 10 % at best, so only for slow networks
    """

    def __init__(self, url: str, *, token: Optional[str] = None, gzip: bool = False):
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
            raise ValueError(f"sink should be given as {PLACES}: was {url!r}")
        if token is None:
            token = os.environ.get("THERMOGRAD_TOKEN")
        if token is not None and not re.fullmatch(r"[!-~]+", token):
            raise ValueError("token should be visible ASCII characters without spaces: has others")
        path = parts.path.rstrip("/")
        self._path = path if path.endswith("/v1/events") else path + "/v1/events"
        self._place = f"{parts.scheme}://{parts.netloc}"
        self._secure = parts.scheme == "https"
        self._address = (parts.hostname, port)
        self._headers: Dict[str, str] = {"Content-Type": "application/x-protobuf"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        if gzip:
            self._headers["Content-Encoding"] = "gzip"
        self._gzip = gzip
        self._connection: Optional[http.client.HTTPConnection] = None
        self._events: Deque[Tuple[bytes, bool]] = deque()  # with whether it is a step
        self._bytes = 0
        self._most = _BATCH_EVENTS
        self._failed = 0
        self._warned = False

    def send(self, event: pb.Event) -> None:
        self._take(delimited(event), event.HasField("step"))

    def send_step(self, run_id: str, event: bytes) -> None:
        self._take(behind_length(event), True)

    def _take(self, data: bytes, step: bool) -> None:
        if self._events and (self._bytes + len(data) > _BATCH_BYTES or len(self._events) >= _BATCH_EVENTS):
            self._post(_ANSWER_SECONDS)
        self._events.append((data, step))
        self._bytes += len(data)

    def flush(self, seconds: float) -> None:
        while self._events:
            self._post(min(_ANSWER_SECONDS, seconds) if seconds > 0 else _ANSWER_SECONDS)

    def idle(self) -> bool:
        return not self._events

    def failed(self) -> int:
        return self._failed

    def held(self) -> int:
        return sum(step for _, step in self._events)

    def close(self, seconds: float) -> None:
        try:
            self.flush(max(0.1, seconds))
        except Exception:  # what is left is counted below
            pass
        self._failed += self.held()
        self._events.clear()
        self._disconnect()

    def _post(self, seconds: float) -> None:
        """One request; afterwards its events are delivered or counted, or `Away` is raised."""
        n = min(len(self._events), self._most)
        batch = [self._events[i] for i in range(n)]
        body = b"".join(data for data, _ in batch)
        status, after, answer = self._request(gzip_.compress(body, 1) if self._gzip else body, seconds)
        if status == 413 and n > 1:
            self._most = n // 2
            return
        if status in (202, 400, 413):
            self._most = _BATCH_EVENTS
            for data, _ in batch:
                self._events.popleft()
                self._bytes -= len(data)
            self._count([step for _, step in batch], status, answer)
            return
        why = f"{self._place} answers {status}"
        if isinstance(answer.get("error"), str):
            why += f" ({answer['error']})"
        elif status != 503:
            why += ": is it a thermograd collector?"
        raise Away(why, after)

    def _count(self, steps: List[bool], status: int, answer: Dict[str, Any]) -> None:
        """Those that will never be taken."""
        n = len(steps)
        accepted = answer.get("accepted") if status != 413 else 0
        if not isinstance(accepted, int):
            accepted = n if status == 202 else 0
        lost = max(0, n - accepted)
        rejected = answer.get("rejected") or []
        # What frames the run is no step; the answer names where it stands.
        others = sum(1 for r in rejected if not steps[r["index"]]) if lost < n else n - sum(steps)
        self._failed += lost - others
        if lost and not self._warned:
            self._warned = True
            first = rejected[0].get("reason") if rejected else answer.get("error", f"status {status}")
            LOG.warning(
                "%s rejects events, %d of %d at first: %s. Training is not affected.", self._place, lost, n, first
            )

    def _request(self, body: bytes, seconds: float) -> Tuple[int, Optional[float], Dict[str, Any]]:
        kept = self._connection is not None
        try:
            return self._exchange(body, seconds)
        except (OSError, http.client.HTTPException) as error:
            self._disconnect()
            # A server closes connections that were idle; that is no sign of trouble.
            if not (kept and isinstance(error, (ConnectionError, http.client.RemoteDisconnected))):
                raise Away(f"{self._place}: {_brief(error)}") from None
        try:
            return self._exchange(body, seconds)
        except (OSError, http.client.HTTPException) as error:
            self._disconnect()
            raise Away(f"{self._place}: {_brief(error)}") from None

    def _exchange(self, body: bytes, seconds: float) -> Tuple[int, Optional[float], Dict[str, Any]]:
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            self._connection = kind(self._address[0], self._address[1], timeout=seconds)
        connection = self._connection
        connection.timeout = seconds
        if connection.sock is not None:
            connection.sock.settimeout(seconds)
        connection.request("POST", self._path, body, self._headers)
        response = connection.getresponse()
        # An answer names 100 rejections at most; anything longer is from somebody else.
        text = response.read(1 << 20)
        if not response.isclosed():
            self._disconnect()
        try:
            answer = json.loads(text)
        except ValueError:
            answer = {}
        after = response.getheader("Retry-After", "")
        wait = min(float(after), _MOST_AFTER) if after.isdigit() else None
        return response.status, wait, answer if isinstance(answer, dict) else {}

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _brief(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
