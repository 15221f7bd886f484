// A receiver of CloudEvents 1.0 in structured JSON, signed with Standard Webhooks' headers; with nothing
// but Node.
//
//     PORT=8805 SECRET=whsec_… node cloudevents.mjs
//
// An event is one of a kind by its `source` and `id` together. Signed is
// `{webhook-id}.{webhook-timestamp}.{body}` with HMAC-SHA256 under the bytes behind `whsec_`;
// `webhook-signature` holds one or more `v1,BASE64`, apart by spaces. (standard.mjs checks `v1a` too.)

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { PORT, SECRET } = process.env;
const key = Buffer.from(SECRET.replace(/^whsec_/, ""), "base64");
const toleranceSeconds = 300;
const bodyBytesMax = 4 << 20;

const seen = new Set(); // yours belongs into a database, with what the event leads to in one transaction

function genuine(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures } = headers;
  if (!id || !signatures || !/^\d+$/.test(at ?? "")) return false;
  if (Math.abs(Date.now() / 1000 - Number(at)) > toleranceSeconds) return false;
  const expected = createHmac("sha256", key).update(`${id}.${at}.`).update(body).digest();
  return signatures
    .split(" ")
    .filter((entry) => entry.startsWith("v1,"))
    .map((entry) => Buffer.from(entry.slice(3), "base64"))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

function isCloudEvent(event) {
  const required = ["specversion", "id", "source", "type"];
  return event?.specversion === "1.0" && required.every((r) => typeof event[r] === "string" && event[r]);
}

function accept(event) {
  const key = JSON.stringify([event.source, event.id]);
  if (seen.has(key)) return;
  seen.add(key);
  console.log(event.type, event.source, event.id);
}

function handle(headers, body) {
  if (!genuine(headers, body)) return 401;
  const type = (headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();
  if (type !== "application/cloudevents+json") return 415;
  let event;
  try {
    event = JSON.parse(body);
  } catch {
    return 400;
  }
  if (!isCloudEvent(event)) return 400;
  accept(event);
  return 204;
}

createServer(async (request, response) => {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > bodyBytesMax) return response.writeHead(413).end();
    chunks.push(chunk);
  }
  response.writeHead(handle(request.headers, Buffer.concat(chunks))).end();
}).listen(Number(PORT), "127.0.0.1");
