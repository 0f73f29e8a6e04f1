"""A collector in this process, for tests: a real socket, the standard library's own HTTP server."""

import gzip
import http.server
import json
import threading

from thermograd import thermograd_pb2 as pb


def events_of(body):
    """Undoes lengths by hand."""
    events = []
    while body:
        length = shift = n = 0
        while True:
            byte = body[n]
            length |= (byte & 0x7F) << shift
            n, shift = n + 1, shift + 7
            if byte < 0x80:
                break
        assert n + length <= len(body)
        events.append(pb.Event.FromString(body[n : n + length]))
        body = body[n + length :]
    return events


class FakeCollector:
    """Takes events; `answers` holds what to say instead, once each: (status, headers, object) or "drop"."""

    def __init__(self, port=0):
        self.events = []
        self.requests = []  # (path, headers, number of events)
        self.connections = 0
        self.answers = []
        self.hang = threading.Event()
        self.hang.set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                outer.connections += 1
                outer._open.add(self.connection)

            def finish(self):
                outer._open.discard(self.connection)
                super().finish()

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.hang.wait()
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                events = events_of(body)
                outer.requests.append((self.path, dict(self.headers), len(events)))
                answer = outer.answers.pop(0) if outer.answers else None
                if answer == "drop":
                    outer.events.extend(events)
                    self.close_connection = True
                    return
                status, headers, what = answer or (202, {}, {"accepted": len(events), "rejected_count": 0, "rejected": []})
                if answer is None:
                    outer.events.extend(events)
                data = json.dumps(what).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a test closes connections under its hands

        self._open = set()
        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def steps(self):
        return [e.step for e in self.events if e.HasField("step")]

    def stop(self):
        """As a process that is killed: its connections go as well."""
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self._open):
            try:
                connection.shutdown(2)
            except OSError:
                pass
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang.set()
        self.stop()
