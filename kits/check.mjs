// The TypeScript kit over the test vectors, and what it answers: node kits/check.mjs

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { Refused, Seen, forNode, forWeb, once, receive, verify } from "./typescript/index.js";

const vectors = new URL("../vectors/", import.meta.url);
const bodyOf = ({ text, base64 }) => (text === undefined ? Buffer.from(base64, "base64") : Buffer.from(text));

function reason(vector, secret, headers, body) {
  try {
    const { dialect, tolerance_seconds: toleranceSeconds = 0, now } = vector;
    verify({ dialect, secret, headers, body, toleranceSeconds, now });
  } catch (error) {
    if (error instanceof Refused) return error.reason;
    throw error;
  }
  return null;
}

let count = 0;
for (const dialect of ["karla", "claimport", "claimable", "standard", "cloudevents"]) {
  for (const name of readdirSync(new URL(`${dialect}/`, vectors))) {
    const vector = JSON.parse(readFileSync(new URL(`${dialect}/${name}`, vectors), "utf8"));
    count += 1;
    if (vector.kind === "verify") {
      const expected = vector.expect.valid ? null : vector.expect.reason;
      assert.equal(reason(vector, vector.secret, vector.headers, bodyOf(vector.body)), expected, `${dialect}/${name}`);
    } else {
      const { headers, body } = vector.expect;
      for (const secret of [vector.secret, vector.previous_secret]) {
        assert.equal(reason(vector, secret, headers, bodyOf(body)), null, `${dialect}/${name}`);
        assert.equal(reason(vector, secret, new Headers(headers), bodyOf(body)), null, `${dialect}/${name}`);
      }
    }
  }
}
assert(count > 100, "the vectors are not there");

const secret = "a secret of sixteen";
const body = '{"id": "evt_1", "type": "claim.created"}';
const headers = {
  "x-claimport-signature": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
  "claimwire-event-id": "evt_1",
  "claimwire-attempt": "2",
};
const options = { dialect: "claimport", secret: ["another secret of it", secret], onError: () => {} };

const received = receive({ ...options, headers, body });
assert.deepEqual([received.eventId, received.attempt, received.event.type], ["evt_1", 2, "claim.created"]);

let calls = 0;
const work = once(new Seen(), async () => {
  calls += 1;
  if (calls === 1) throw new Error("not yet");
});
await assert.rejects(work(received));
await Promise.all([work(received), work(received), work(received)]);
await work(received);
assert.equal(calls, 2);

const seen = new Seen(2);
for (const id of ["a", "b", "c"]) seen.add(id);
assert.deepEqual(["a", "b", "c"].map((id) => seen.has(id)), [false, true, true]);

const got = [];
const keep = ({ eventId }) => got.push(eventId);
const fail = () => {
  throw new Error("the helpdesk is away");
};
const post = (content) => new Request("http://localhost/", { method: "POST", headers, body: content });
assert.equal((await forWeb(options, keep)(post(body))).status, 204);
assert.equal((await forWeb({ ...options, status: 200 }, keep)(post(body))).status, 200);
assert.equal((await forWeb(options, keep)(post(`${body} `))).status, 401);
assert.equal((await forWeb(options, fail)(post(body))).status, 500);
assert.deepEqual(got, ["evt_1", "evt_1"]);

const server = createServer(forNode(options, keep));
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = `http://127.0.0.1:${server.address().port}/`;
const send = async (content) => (await fetch(url, { method: "POST", headers, body: content })).status;
assert.equal(await send(body), 204);
assert.equal(await send("{}"), 401);
server.close();
server.closeAllConnections();
assert.equal(got.length, 3);

console.log(`TypeScript kit: ${count} vectors, answers, once`);
