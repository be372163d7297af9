/** Says in one line when this Node can't run the product. Imports nothing, so that it can speak before anything newer is loaded. */

export const LEAST_NODE_MAJOR = 24;

/** The problem and its fix, or `undefined`. */
export function nodeProblem(version: string): string | undefined {
  const major = Number(version.split('.')[0]);
  if (major >= LEAST_NODE_MAJOR) return undefined;
  return `Node ${LEAST_NODE_MAJOR} or newer is needed, this is ${version}: run "npm ci", then start with "npm run …" or node_modules/.bin/node`;
}

/** Ends the process with status 2 when Node is too old. Call it first, and load the rest with `import()`. */
export function requireNode(): void {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return;
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}
