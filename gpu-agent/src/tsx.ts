import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** Arguments for Node to run one of the agent's TypeScript files. */
export function tsxArguments(file: string): string[] {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return ['--import', loader, file]
}
