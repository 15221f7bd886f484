// A claim becomes a ticket at your helpdesk: receive, extract, create, attach. The helpdesk here takes
// POST /tickets {subject, body, external_id} -> {id} and POST /tickets/ID/attachments with the photo's bytes.
//
//   CLAIMWIRE_SECRET=… HELPDESK=http://127.0.0.1:9000 PORT=8801 node ticket.mjs

import { createServer } from "node:http";
import { Seen, forNode, once } from "../typescript/index.js";

const { HELPDESK, CLAIMWIRE_SECRET, PORT } = process.env;

function extract({ event_data: claim, context }) {
  const items = claim.selected_items.map((item) => `${item.quantity} x ${item.title}`).join(", ");
  return {
    ticket: {
      subject: `${claim.reason} - order ${context?.order?.order_number ?? "unknown"}`,
      body: `${claim.description}\n\nItems: ${items}\nWanted: ${claim.resolution_preference}`,
      // A helpdesk that refuses a second ticket of the same id makes a crash between two steps harmless.
      external_id: claim.claim_id,
    },
    photos: claim.image_urls,
  };
}

async function post(path, body, type = "application/json") {
  const answer = await fetch(HELPDESK + path, { method: "POST", body, headers: { "content-type": type }, signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`the helpdesk answered ${answer.status}`);
  return answer.json();
}

async function attach(ticket, url) {
  if (!/^(https:\/\/|http:\/\/127\.0\.0\.1)/.test(url)) return;
  const photo = await fetch(url, { signal: AbortSignal.timeout(20_000) });
  if (!photo.ok) throw new Error(`the photo was answered ${photo.status}`);
  await post(`/tickets/${ticket}/attachments`, await photo.arrayBuffer(), photo.headers.get("content-type") ?? undefined);
}

async function work({ event }) {
  if (event.ref !== "claims/created") return;
  const { ticket, photos } = extract(event);
  const { id } = await post("/tickets", JSON.stringify(ticket));
  for (const url of photos) await attach(id, url);
}

const server = createServer(forNode({ dialect: "karla", secret: CLAIMWIRE_SECRET }, once(new Seen(), work)));
server.listen(Number(PORT), "127.0.0.1", () => console.log(`listens on ${server.address().port}`));
