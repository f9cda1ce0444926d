import type { Logger } from '@palate/core'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Redis } from 'ioredis'

/**
 * Joins the sockets of several hubs. Looks and orders reach every hub through Postgres already and are passed on to
 * its own sockets only; this is for what one hub asks of another's sockets. While Redis is away everything of record
 * goes on, and the client comes back by itself.
 */
export function openRedisAdapter(url: string, log: Logger) {
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  let said = ''
  redis.on('error', (error) => {
    if (error.message !== said) log.warn({ error: error.message }, 'Redis does not answer')
    said = error.message
  })
  redis.on('ready', () => {
    said = ''
    log.info({}, 'connected to Redis')
  })
  return { adapter: createAdapter(redis), close: () => redis.disconnect() }
}
