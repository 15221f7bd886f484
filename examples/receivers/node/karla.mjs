// A receiver of Karla's webhooks, with nothing but Node.
//
//     PORT=8801 SECRET=… node karla.mjs
//
// Karla signs `{t}.{body}` with HMAC-SHA256 and sends `Karla-Signature: t=UNIX,v1=HEX`; there may be more
// than one v1. It has no delivery id, but a retry has the same body, so that is what we know it by.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { PORT, SECRET } = process.env;
const toleranceSeconds = 300;
const bodyBytesMax = 4 << 20;

const seen = new Set(); // yours belongs into a database, with what the event leads to in one transaction

function genuine(header = "", body) {
  const entries = header.split(",").map((entry) => entry.trim().split(/=(.*)/s));
  const [time] = entries.filter(([key]) => key === "t").map(([, value]) => value);
  if (!/^\d+$/.test(time ?? "")) return false;
  if (Math.abs(Date.now() / 1000 - Number(time)) > toleranceSeconds) return false;
  const expected = createHmac("sha256", SECRET).update(`${time}.`).update(body).digest();
  return entries
    .filter(([key, value]) => key === "v1" && /^[0-9a-f]{64}$/.test(value ?? ""))
    .some(([, value]) => timingSafeEqual(Buffer.from(value, "hex"), expected));
}

function accept(event, body) {
  const key = createHash("sha256").update(body).digest("hex");
  if (seen.has(key)) return;
  seen.add(key);
  console.log(event.ref, event.event_group);
}

function handle(headers, body) {
  if (!genuine(headers["karla-signature"], body)) return [401, "Invalid signature"];
  let event;
  try {
    event = JSON.parse(body);
  } catch {
    return [400, "Invalid payload"];
  }
  if (!event?.event_group || !event.ref) return [400, "event_group is required"];
  accept(event, body);
  return [200];
}

createServer(async (request, response) => {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > bodyBytesMax) return response.writeHead(413).end();
    chunks.push(chunk);
  }
  const [status, message] = handle(request.headers, Buffer.concat(chunks));
  const result = message ? { status: "error", message } : { status: "success" };
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(result));
}).listen(Number(PORT), "127.0.0.1");
