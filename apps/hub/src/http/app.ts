import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { ApiError } from '../chat/api-error'
import type { RequestBudgets } from './budget'
import { sendError } from './error'
import type { HttpTools } from './route'
import { routes } from './routes'

/**
 * The HTTP application: the routes of `routes.ts`, with one place for budgets and one for errors.
 *
 * @param budgets left out where nothing is served to others
 */
export function createApp(tools: HttpTools, budgets?: RequestBudgets): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const { log } = tools.deps
  if (budgets) app.use(...budgets.everyRequest)
  for (const route of routes) {
    const { method, path, handle } = route
    // Hono looks up a HEAD request as a GET.
    const known = method === 'HEAD' ? 'GET' : method
    for (const budget of budgets?.of(route) ?? []) app.on(known, path, budget)
    app.on(known, path, (c) =>
      method === 'HEAD' && c.req.method !== 'HEAD' ? c.notFound() : handle(c, tools),
    )
  }
  app.notFound((c) =>
    sendError(
      new ApiError('not_found', `There is no ${c.req.method} ${c.req.path}.`, undefined, {
        param: null,
        code: 'unknown_url',
      }),
      c,
      log,
    ),
  )
  app.onError((error, c) => sendError(error, c, log))
  return app
}
