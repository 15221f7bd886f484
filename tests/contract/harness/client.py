"""Requests to the server and what the contract says of every answer."""

import http.client
import json
import time
import urllib.parse

# For a machine that is slow and busy: what does come is not waited for any longer.
WAIT_SECONDS = 180


class Answer:
    """What came back: `status`, `headers`, the `body`'s bytes."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    def __getitem__(self, name):
        return self.json[name]

    def is_(self, status):
        """The answer, when it has this status."""
        assert self.status == status, f"{self.status} instead of {status}: {self.body[:600]!r}"
        return self

    def problem(self, status, key=None, *fields):
        """A problem of this status and key, naming these fields."""
        self.is_(status)
        assert self.headers["Content-Type"] == "application/problem+json", self.headers["Content-Type"]
        body = self.json
        assert {"type", "title", "status", "detail", "key"} <= set(body), body
        assert set(body) <= {"type", "title", "status", "detail", "key", "errors", "request_id"}, body
        assert body["request_id"] == self.headers["X-Request-Id"], body
        assert body["status"] == status and all(body[name] for name in ("type", "title", "detail", "key")), body
        assert body["key"] == body["key"].lower().replace("-", "_") and " " not in body["key"], body
        if key:
            assert body["key"] == key, body
        if status == 422:
            assert body["errors"] and all(set(error) == {"field", "message"} for error in body["errors"]), body
        for field in fields:
            assert field in [error["field"] for error in body.get("errors", [])], (field, body)
        if status in (429, 503):
            assert int(self.headers["Retry-After"]) >= 1, self.headers
        return self


class Client:
    """Calls with one key; `prefix` stands before every path."""

    def __init__(self, base, key=None, prefix=""):
        self.base, self.key, self.prefix = base, key, prefix
        self.address = urllib.parse.urlsplit(base).netloc

    def under(self, prefix, key=None):
        return Client(self.base, key or self.key, self.prefix + prefix)

    def as_(self, key):
        return Client(self.base, key, self.prefix)

    def call(self, method, path, body=None, headers=None, raw=None):
        """`body`: sent as JSON; `raw`: sent as it is."""
        headers = dict(headers or {})
        if raw is None and body is not None:
            raw = json.dumps(body).encode()
        if raw is not None and "Content-Type" not in headers:
            headers["Content-Type"] = "application/json"
        if self.key and "Authorization" not in headers and "X-API-Key" not in headers:
            headers["Authorization"] = f"Bearer {self.key}"
        connection = http.client.HTTPConnection(self.address, timeout=WAIT_SECONDS)
        try:
            connection.request(method, self.prefix + path, raw, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, **query):
        query = {name.rstrip("_"): value for name, value in query.items() if value is not None}
        return self.call("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path, body=None, **more):
        return self.call("POST", path, body, **more)

    def put(self, path, body=None, **more):
        return self.call("PUT", path, body, **more)

    def patch(self, path, body=None, **more):
        return self.call("PATCH", path, body, **more)

    def delete(self, path, **more):
        return self.call("DELETE", path, **more)

    def all(self, path, **query):
        """Every item of a list, page by page, newest first."""
        items, cursor = [], None
        while True:
            page = self.get(path, limit=100, cursor=cursor, **query).is_(200).json
            assert set(page) == {"data", "next_cursor"}, page.keys()
            items += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items


def until(look, what="it happens"):
    """Asks until the answer is true, and returns it."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"waited {WAIT_SECONDS} s in vain until {what}"
        time.sleep(0.05)
