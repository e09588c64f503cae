// Runs CDK commands one after the other in a process that has loaded the CDK CLI once.
//
// Each line of standard input is one command: {"words": [...], "variables": {...}}. When Node has
// nothing left to do, which is when a process of its own would end, its exit status is written to
// the descriptor that is this program's second argument, and the next line is read.
const fs = require("fs");
const tls = require("tls");

process.setSourceMapsEnabled(true); // as node_modules/aws-cdk/bin/cdk does
const { cli } = require(process.argv[2]);
const bundled = tls.getCACertificates("bundled");
let begun = false;

function readLine() {
  const bytes = [];
  const byte = Buffer.alloc(1);
  while (fs.readSync(0, byte) === 1 && byte[0] !== 10) bytes.push(byte[0]);
  return Buffer.from(bytes).toString();
}

process.on("beforeExit", () => {
  if (begun) fs.writeSync(Number(process.argv[3]), `${process.exitCode ?? 0}\n`);
  const line = readLine();
  if (!line) return;
  const { words, variables } = JSON.parse(line);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, variables);
  // Node itself reads NODE_EXTRA_CA_CERTS only when it starts.
  const more = fs.readFileSync(variables.NODE_EXTRA_CA_CERTS, "utf8");
  tls.setDefaultCACertificates([...bundled, more]);
  process.exitCode = undefined;
  begun = true;
  cli(words);
});
