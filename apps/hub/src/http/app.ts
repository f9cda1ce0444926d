import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { ApiError } from '../chat/api-error'
import { sendError } from './error'
import type { HttpTools } from './route'
import { routes } from './routes'

/** The HTTP application: the routes of `routes.ts`, with one place for errors. */
export function createApp(tools: HttpTools): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const { log } = tools.deps
  for (const { method, path, handle } of routes) {
    // Hono looks up a HEAD request as a GET.
    app.on(method === 'HEAD' ? 'GET' : method, path, (c) =>
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
