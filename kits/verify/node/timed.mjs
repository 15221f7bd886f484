import { createHmac, timingSafeEqual } from "node:crypto";

// body: a Buffer with the bytes as received, before any JSON parser.
export function genuine(secret, headers, body) {
  const parts = (headers["HEADER"] ?? "").split(",").map((part) => part.trim().split("="));
  const time = parts.find(([name]) => name === "t")?.[1] ?? "";
  if (!/^\d+$/.test(time) || Math.abs(Date.now() / 1000 - Number(time)) > 300) return false;
  const expected = createHmac("sha256", secret).update(`${time}.`).update(body).digest();
  return parts
    .filter(([name]) => name === "v1")
    .map(([, hex]) => Buffer.from(hex ?? "", "hex"))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}
