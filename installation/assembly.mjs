// Refuses a cloud assembly that has the CDK CLI do more than upload its files and deploy its stacks.
//
//     node installation/assembly.mjs cdk.out
//
// Packages have written it, and the CLI trusts it: an asset can name a program that the CLI runs, an
// image that it builds, or a file of this computer that it uploads
// (https://github.com/aws/aws-cdk-cli/tree/main/packages/@aws-cdk/cloud-assembly-schema/lib/assets).
// It runs where the deploying role is, before it is there, so that it needs Node and nothing else.

import { lstatSync, readFileSync, readdirSync } from "node:fs";
import { basename, join, resolve, sep } from "node:path";

/** What a manifest may hold (cloud-assembly-schema: ArtifactType), besides what has its own rule. */
const HARMLESS = ["aws:cloudformation:stack", "cdk:tree", "cdk:feature-flag-report"];

const problems = [];
const root = resolve(process.argv[2] ?? "cdk.out");
if (onlyFiles(root)) {
  manifest(root);
}
if (problems.length > 0) {
  const shown = problems.slice(0, 10).map((each) => JSON.stringify(each).slice(1, -1).slice(0, 400));
  console.error(["This assembly is not deployed:", ...shown].join("\n"));
  process.exit(1);
}

/** Note all that is neither a file nor a folder; say whether there is nothing of the kind. */
function onlyFiles(path) {
  const kind = lstatSync(path);
  if (!kind.isDirectory() && !kind.isFile()) {
    problems.push(`expected files and folders, got a link or a device: ${path}`);
    return false;
  }
  return !kind.isDirectory() || readdirSync(path).map((name) => onlyFiles(join(path, name))).every(Boolean);
}

function manifest(folder) {
  const { artifacts = {}, missing = [] } = read(join(folder, "manifest.json"));
  if (missing.length > 0) {
    problems.push("expected an assembly that asks AWS for nothing, got one with missing context");
  }
  for (const [name, { type, properties = {} }] of Object.entries(artifacts)) {
    if (type === "cdk:cloud-assembly") {
      manifest(join(folder, plain(properties.directoryName)));
    } else if (type === "cdk:asset-manifest") {
      assets(folder, read(join(folder, plain(properties.file))));
    } else if (!HARMLESS.includes(type)) {
      problems.push(`expected stacks and their assets, got ${name} of the type ${type}`);
    } else if (type === "aws:cloudformation:stack") {
      plain(properties.templateFile);
    }
  }
}

function assets(folder, { files = {}, dockerImages = {} }) {
  for (const name of Object.keys(dockerImages)) {
    problems.push(`expected no images, which the CDK CLI would build here, got ${name}`);
  }
  for (const [name, { source = {} }] of Object.entries(files)) {
    const others = Object.keys(source).filter((key) => !["path", "packaging"].includes(key));
    if (others.length > 0) {
      problems.push(`expected a path as the source of ${name}, got ${others.join(", ")}`);
    } else if (typeof source.path !== "string" || !resolve(folder, source.path).startsWith(root + sep)) {
      problems.push(`expected a path in the assembly as the source of ${name}, got ${source.path}`);
    }
  }
}

/** Return a name as it is if it leads nowhere else. */
function plain(name) {
  if (typeof name === "string" && name === basename(name) && ![".", "..", ""].includes(name)) {
    return name;
  }
  problems.push(`expected the name of a file beside the manifest, got ${name}`);
  return "manifest.json";
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    problems.push(`expected JSON, got ${error.message}`);
    return {};
  }
}
