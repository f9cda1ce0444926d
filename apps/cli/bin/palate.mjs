#!/usr/bin/env node
// Runs the TypeScript sources as the hub and the agent do: nothing is built.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`palate: Node ${process.versions.node} is too old. Install Node 20.19 or newer.\n`)
  process.exit(1)
}
try {
  const { register } = await import('tsx/esm/api')
  register({ tsconfig: false }) // that of the folder one happens to be in says nothing about these sources
} catch {
  process.stderr.write('palate: Its packages are not installed. Run npm ci in the checkout of Palate.\n')
  process.exit(1)
}
await import('../src/main.ts')
