#!/usr/bin/env python3
"""Claims followed from their requests to their receiver: tests/traces/run.py target/debug/claimwire

One is made by the API, one by a person in the portal, one by a customer on the claim page.

A collector reads what the server exports with OpenTelemetry's own message types, which know no field that is not theirs, and
is down for a while; the server is killed between the claim and its delivery."""
import base64
import html
import http.server
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

ADMIN = "traces-test-admin-key-0123456789"
TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PATIENCE = 60


def as_protobuf(value):
    """OTLP's one deviation from protobuf's JSON: ids are in hexadecimal digits."""
    if isinstance(value, list):
        return [as_protobuf(item) for item in value]
    if not isinstance(value, dict):
        return value
    ids = ("traceId", "spanId", "parentSpanId")
    return {name: base64.b64encode(bytes.fromhex(item)).decode() if name in ids else as_protobuf(item)
            for name, item in value.items()}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        status, answer = self.server.takes(self.path, self.headers, body)
        self.send_response(status)
        self.send_header("content-length", str(len(answer)))
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def listen(takes):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.takes = takes
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Collector:
    def __init__(self):
        self.spans, self.resources, self.wrong, self.down = [], [], [], False
        self.server = listen(self.takes)

    def takes(self, path, headers, body):
        if self.down:
            return 503, b""
        try:
            assert path == "/v1/traces" and headers["x-key"] == "secret", (path, dict(headers))
            assert headers["content-type"] == "application/json"
            request = ExportTraceServiceRequest()
            json_format.ParseDict(as_protobuf(json.loads(body)), request)
            for resource in request.resource_spans:
                self.resources.append({one.key: one.value.string_value for one in resource.resource.attributes})
                for scope in resource.scope_spans:
                    self.spans.extend(scope.spans)
        except Exception as error:  # Told at the end: the server must not be.
            self.wrong.append(repr(error))
        return 200, b"{}"


def attributes(span):
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, fact):
    end = time.monotonic() + PATIENCE
    while True:
        found = fact()
        if found:
            return found
        if time.monotonic() > end:
            raise SystemExit(f"never true: {what}")
        time.sleep(0.05)


class Server:
    def __init__(self, binary, directory, *options):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [binary, "serve", "--dev", "--listen", f"127.0.0.1:{self.port}", "--data-dir", directory, "--log", "warn,access=off"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "CLAIMWIRE_"))}
        self.process = subprocess.Popen([*command, *options], env={**environment, "CLAIMWIRE_ADMIN_KEY": ADMIN})
        until("the server is ready", self.is_ready)

    def is_ready(self):
        assert self.process.poll() is None, "the server did not start"
        try:
            return self.call("GET", "/readyz") is not None
        except (urllib.error.URLError, ConnectionError):
            return False

    def call(self, method, path, body=None, **headers):
        request = urllib.request.Request(f"{self.url}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode())
        request.add_header("authorization", f"Bearer {ADMIN}")
        request.add_header("content-type", "application/json")
        for name, value in headers.items():
            request.add_header(name, value)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return text if path == "/metrics" else json.loads(text or b"true")

    def metric(self, series):
        for line in self.call("GET", "/metrics").decode().splitlines():
            if line.startswith(series + " "):
                return float(line.split()[-1])
        return 0.0

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


class Browser:
    """Fills in the form of the page it sees; keeps its cookie."""

    def __init__(self, server):
        self.server = server
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def go(self, path, fields=None):
        body = None if fields is None else urllib.parse.urlencode(fields).encode()
        # A browser's own trace is not heeded.
        headers = {"origin": self.server.url, "traceparent": f"00-{TRACE}-{CALLER}-01"}
        request = urllib.request.Request(urllib.parse.urljoin(self.server.url, path), body, headers)
        with self.opener.open(request, timeout=30) as answer:
            self.at, self.page = answer.geturl(), answer.read().decode()

    def value(self, name):
        return html.unescape(re.search(f'name="{name}"[^>]* value="([^"]*)"', self.page)[1])

    def send(self, fields, path=None):
        """To where the page's last form goes, or to a path."""
        action = html.unescape(re.findall(r'<form[^>]*action="([^"]*)"', self.page)[-1])
        self.go(path or urllib.parse.urljoin(self.at, action), fields)


def in_the_portal(server):
    person = Browser(server)
    person.go("/portal/operator/sign-in")
    person.go("/portal/operator/sign-in", {"key": ADMIN})
    path = "/portal/shops/acme/claims/new"
    person.go(path)
    person.go(path, {"form_token": person.value("form_token"), "order_number": "1001", "type": "damage", "reason": "damaged",
                     "description": "By hand"})
    return "POST /portal/shops/{shop}/claims/new"


def on_the_claim_page(server):
    server.call("PATCH", "/v1/shops/acme", {"claim_page": {"enabled": True}})
    server.call("PUT", "/v1/shops/acme/orders/1001", {"customer": {"email": "mia@example.net"}, "address": {"zip_code": "10115"},
                                                      "products": [{"sku": "MUG", "title": "Mug", "quantity": 1}]})
    mia = Browser(server)
    mia.go("/acme/claim")
    mia.send({"order": "1001", "proof": "10115"})
    mia.send({"problem": "support"})
    mia.send({"description": "By a customer"})
    mia.send({})
    assert "/claim/status/" in mia.at, mia.at
    return "POST /{shop}/claim/review"


def follow(collector, got, name):
    """The claim that this request made: its commit, its attempt, the receiver's request, in one trace that is the server's own."""
    request = until(f"{name} is told", lambda: next((span for span in collector.spans if span.name == name), None))
    trace = request.trace_id
    assert trace.hex() != TRACE and not request.parent_span_id, request
    assert attributes(request)["claimwire.shop"] == "acme"

    def delivered():
        mine = [span for span in collector.spans if span.trace_id == trace]
        return mine if any(attributes(span).get("claimwire.outcome") == "delivered" for span in mine) else None

    mine = until(f"{name} is delivered", delivered)
    commit = next(span for span in mine if span.name == "commit")
    assert commit.parent_span_id == request.span_id, commit
    assert any(traceparent.split("-")[1] == trace.hex() for traceparent, _ in got), (name, got)


def main(binary):
    collector, got = Collector(), []
    busy = {"failing": True}

    def receive(_, headers, body):
        got.append((headers["traceparent"], json.loads(body)))
        return (503 if busy["failing"] else 200), b""

    receiver = listen(receive)
    url = f"http://127.0.0.1:{collector.server.server_port}"
    options = ["--otlp-endpoint", url, "--otlp-headers", "x-key=secret", "--trace-ratio", "0", "--send-traceparent"]
    with tempfile.TemporaryDirectory() as directory:
        server = Server(binary, directory, *options)
        server.call("POST", "/v1/shops", {"slug": "acme", "name": "Acme"})
        webhook = {"url": f"http://127.0.0.1:{receiver.server_port}/hook?token=s3cret", "enabled_events": ["claims/created"],
                   "retry": {"delays": [2]}}
        server.call("POST", "/v1/shops/acme/webhooks", webhook)
        claim = {"order_number": "1001", "reason": "damaged", "type": "damage", "description": "Broken"}
        server.call("POST", "/v1/shops/acme/claims", claim, traceparent=f"00-{TRACE}-{CALLER}-01")
        until("the first attempt failed", lambda: any(attributes(span).get("claimwire.outcome") == "retry" for span in collector.spans))
        server.end(signal.SIGKILL)
        busy["failing"] = False
        server = Server(binary, directory, *options)
        until("the claim is delivered", lambda: any(attributes(span).get("claimwire.outcome") == "delivered" for span in collector.spans))

        spans = {span.span_id.hex(): span for span in collector.spans}
        assert all(span.trace_id.hex() == TRACE for span in spans.values()), "what nobody asked for is recorded"
        request = next(span for span in spans.values() if span.kind == Span.SPAN_KIND_SERVER)
        assert request.name == "POST /v1/shops/{slug}/claims" and request.parent_span_id.hex() == CALLER, request
        assert attributes(request)["http.response.status_code"] == 201
        commit = next(span for span in spans.values() if span.name == "commit")
        assert commit.parent_span_id == request.span_id, commit
        attempts = [span for span in spans.values() if span.name == "attempt"]
        outcomes = {attributes(span)["claimwire.outcome"]: span for span in attempts}
        assert set(outcomes) == {"retry", "delivered"}, outcomes
        assert all(span.parent_span_id == request.span_id for span in attempts)
        assert outcomes["retry"].status.code == Status.STATUS_CODE_ERROR
        calls = {span.span_id.hex(): span for span in spans.values() if span.kind == Span.SPAN_KIND_CLIENT}
        assert len(calls) == len(attempts) == len(got), (len(calls), len(attempts), len(got))
        for traceparent, _ in got:
            version, trace, parent, flags = traceparent.split("-")
            assert (version, trace, flags) == ("00", TRACE, "01") and parent in calls, traceparent
            assert spans[calls[parent].parent_span_id.hex()] in attempts
        assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in spans.values())
        assert all(one["service.name"] == "claimwire" for one in collector.resources)
        assert "s3cret" not in str(collector.spans), "a webhook's path is told"
        assert TRACE not in json.dumps([body for _, body in got]), "the trace is in the body"

        # Without a collector deliveries go on, and what it did not get is counted.
        collector.down = True
        before = len(got)
        server.call("POST", "/v1/shops/acme/claims", claim, traceparent=f"00-{TRACE}-{CALLER}-01")
        until("it is delivered without a collector", lambda: len(got) > before)
        until("the spans are counted", lambda: server.metric('claimwire_trace_spans_dropped_total{reason="unreachable"}') >= 4)
        assert server.metric("claimwire_trace_spans_exported_total") > 0
        assert server.end(signal.SIGTERM) == 0

        # Of what people do on pages the ratio alone says whether it is followed.
        collector.down = False
        server = Server(binary, directory, *options[:4], "--send-traceparent")
        try:
            for route in (in_the_portal(server), on_the_claim_page(server)):
                follow(collector, got, route)
        finally:
            assert server.end(signal.SIGTERM) == 0
        assert not collector.wrong, collector.wrong
    print(f"{len(spans)} spans of one claim, read as OpenTelemetry's own types, and two claims of pages: 3 passed, 0 failed")


main(*sys.argv[1:])
