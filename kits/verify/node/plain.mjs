import { createHmac, timingSafeEqual } from "node:crypto";

// body: a Buffer with the bytes as received, before any JSON parser.
export function genuine(secret, headers, body) {
  const expected = Buffer.from("sha256=" + createHmac("sha256", secret).update(body).digest("hex"));
  return ["x-claimport-signature", "x-claimport-signature-next"]
    .map((name) => Buffer.from(headers[name] ?? ""))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}
