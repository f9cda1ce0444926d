import { describeRoutes } from './openapi'
import { routes } from './routes'

/** The files that `scripts/generate.mjs` writes from the hub's routes, by their path from the root. */
export function generateFiles(): Record<string, string> {
  return { 'docs/openapi.json': `${JSON.stringify(describeRoutes(routes), null, 2)}\n` }
}
