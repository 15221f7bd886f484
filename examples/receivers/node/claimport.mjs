// A receiver of ClaimPort's webhooks, with nothing but Node.
//
//     PORT=8802 SECRET=… node claimport.mjs
//
// ClaimPort signs the body with HMAC-SHA256 and sends `X-ClaimPort-Signature: sha256=HEX`. No time is
// signed, so the event's `id` is what protects against replays as well as against retries. An endpoint
// is confirmed by answering 200 to `webhook.test`, which has no id.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { PORT, SECRET } = process.env;
const bodyBytesMax = 4 << 20;

const seen = new Set(); // yours belongs into a database, with what the event leads to in one transaction

function genuine(header = "", body) {
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(header) ?? [];
  if (!hex) return false;
  const expected = createHmac("sha256", SECRET).update(body).digest();
  return timingSafeEqual(Buffer.from(hex, "hex"), expected);
}

function accept(event) {
  if (seen.has(event.id)) return;
  seen.add(event.id);
  console.log(event.type, event.id);
}

function handle(headers, body) {
  if (!genuine(headers["x-claimport-signature"], body)) return 401;
  let event;
  try {
    event = JSON.parse(body);
  } catch {
    return 400;
  }
  if (event?.type === "webhook.test") {
    console.log("webhook.test");
    return 200;
  }
  if (typeof event?.type !== "string" || typeof event.id !== "string") return 400;
  accept(event);
  return 200;
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
