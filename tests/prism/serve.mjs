// Prism as each vendor, by the documents beside this file: prints where each listens as one line of JSON, and ends with
// its standard input. A request that does not fit its document is answered with an error and with `sl-violations`.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const { parse } = require("@stoplight/yaml");
const { createLogger } = require("@stoplight/prism-core");
const { getHttpOperationsFromSpec } = require("@stoplight/prism-http");
const { createServer } = require("@stoplight/prism-http-server");

// The testkit's schema of this name, with what it defines, among the document's: Prism takes every body where a
// reference leads out of the document.
function adopt(document, name) {
  const file = new URL(`../../crates/testkit/schemas/${name}.schema.json`, import.meta.url);
  const text = readFileSync(file, "utf8").replaceAll('"#/$defs/', `"#/components/schemas/${name}_`);
  const { $schema, $defs, ...schema } = JSON.parse(text);
  const schemas = ((document.components ??= {}).schemas ??= {});
  schemas[name] = schema;
  for (const [part, of] of Object.entries($defs ?? {})) schemas[`${name}_${part}`] = of;
}

function read(path) {
  const document = parse(readFileSync(path, "utf8"));
  const wanted = JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  for (const [, name] of wanted) if (!document.components.schemas?.[name]) adopt(document, name);
  return document;
}

const folder = fileURLToPath(new URL("documents/", import.meta.url));
const documents = readdirSync(folder).filter((name) => /\.(json|yaml)$/.test(name));
const logger = createLogger("prism", { enabled: false });
const config = {
  isProxy: false,
  validateRequest: true,
  validateResponse: true,
  checkSecurity: true,
  errors: false,
  mock: { dynamic: false },
};

const at = {};
for (const name of documents) {
  const operations = await getHttpOperationsFromSpec(read(folder + name));
  const server = createServer(operations, { cors: false, config, components: { logger } });
  at[name.replace(/\..*/, "")] = await server.listen(0, "127.0.0.1");
}
console.log(JSON.stringify(at));
process.stdin.resume().on("end", () => process.exit(0));
