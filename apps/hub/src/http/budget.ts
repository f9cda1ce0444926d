import type { HttpBindings } from '@hono/node-server'
import { limits } from '@palate/config'
import { openBudget } from '@palate/config/http/budget'
import { clientAddress } from '@palate/config/http/client-address'
import { foreignError, isForeign } from '@palate/config/http/foreign-origin'
import { DomainError } from '@palate/core'
import type { MiddlewareHandler } from 'hono'
import { RateLimited } from '../chat/rate-limit'
import type { Route } from './route'

type Middleware = MiddlewareHandler<{ Bindings: HttpBindings }>

export interface RequestBudgets {
  everyRequest: [Middleware, Middleware]
  /** A route that asks for no ticket works for everybody; monitors may ask for the health more often. */
  of(route: Route): Middleware[]
}

const minuteSeconds = 60

/**
 * What is refused before a route is asked: what a page of another origin sends, which matters where the hub's own port
 * can be reached, and more requests of one address than the table allows.
 *
 * @param origin the address that people use
 */
export function openRequestBudgets(trustedProxies: readonly string[], origin: string): RequestBudgets {
  const every = openBudget(limits.hub.perMinute)
  const open = openBudget(limits.hub.openPerMinute)
  const takeFrom =
    (budget: typeof every): Middleware =>
    async (c, next) => {
      const peer = c.env.incoming.socket.remoteAddress
      const address = clientAddress(peer, c.req.header('x-forwarded-for'), trustedProxies)
      if (!(await budget.take(address)))
        throw new RateLimited('Too many requests came from this address within a minute.', minuteSeconds)
      await next()
    }
  const refuseForeign: Middleware = async (c, next) => {
    if (c.env.incoming.socket.destroyed) return c.body(null, 400) // cut for what came before on the same connection
    const { code, message, remedy } = foreignError
    if (isForeign(c.env.incoming, origin)) throw new DomainError(code, message, remedy)
    await next()
  }
  const takeEvery = takeFrom(every)
  const takeOpen = takeFrom(open)
  return {
    everyRequest: [refuseForeign, takeEvery],
    of: ({ ticket, path }) => (ticket === null && path !== '/files/health' ? [takeOpen] : []),
  }
}
