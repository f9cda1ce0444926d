import type { Logger } from '@palate/core'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Redis } from 'ioredis'

/**
 * Connects the sockets of several hubs. Every hub already gets each notice from Postgres and passes it on to its own
 * sockets only; Redis carries what one hub asks of another hub's sockets. While Redis is down, nothing in the database
 * stops, and the client reconnects by itself.
 */
export function openRedisAdapter(url: string, log: Logger) {
  const redis = new Redis(url, { maxRetriesPerRequest: null })
  let lastError = ''
  redis.on('error', (error) => {
    if (error.message !== lastError) log.warn({ error: error.message }, 'Redis does not answer')
    lastError = error.message
  })
  redis.on('ready', () => {
    lastError = ''
    log.info({}, 'connected to Redis')
  })
  return { adapter: createAdapter(redis), close: () => redis.disconnect() }
}
