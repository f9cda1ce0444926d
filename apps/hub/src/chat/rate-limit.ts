import { DomainError } from '@palate/core'
import type { Pool } from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'

export class RateLimited extends DomainError {
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super('rate_limited', message, `Try again in ${formatSeconds(retryAfterSeconds)}.`)
  }
}

export interface Limits {
  perVisitor: number
  perAddress: number
  atOnce: number
}

export interface Caller {
  address: string
  /** Chosen by the browser, so it only makes the limit fair behind a shared address; the address is what holds. */
  visitorId: string | null
}

const windowSeconds = 600

export interface ChatLimiter {
  /**
   * Counts one answer. @returns what to call when it is over
   * @throws RateLimited when the visitor or the address had its share, or has too many answers under way
   */
  enter(caller: Caller): Promise<() => void>
}

/** Answers in ten minutes are counted in Postgres, for all hubs together; those under way by each hub for itself. */
export async function openChatLimiter(pool: Pool, limits: Limits): Promise<ChatLimiter> {
  const visitors = await openCounter(pool, 'visitor', limits.perVisitor)
  const addresses = await openCounter(pool, 'address', limits.perAddress)
  const underWay = new Map<string, number>()

  return {
    async enter({ address, visitorId }) {
      const who = visitorId ?? address
      if ((underWay.get(who) ?? 0) >= limits.atOnce)
        throw new RateLimited(`${limits.atOnce} answers at once are enough.`, 5)
      underWay.set(who, (underWay.get(who) ?? 0) + 1)
      let left = false
      const leave = () => {
        if (left) return
        left = true
        const rest = (underWay.get(who) ?? 1) - 1
        if (rest > 0) underWay.set(who, rest)
        else underWay.delete(who)
      }
      try {
        await count(addresses, address)
        if (visitorId) await count(visitors, visitorId)
        return leave
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}

function openCounter(pool: Pool, keyPrefix: string, points: number): Promise<RateLimiterPostgres> {
  return new Promise((resolve, reject) => {
    const counter: RateLimiterPostgres = new RateLimiterPostgres(
      {
        storeClient: pool,
        storeType: 'pool',
        tableName: 'chat_rate',
        keyPrefix,
        points,
        duration: windowSeconds,
      },
      (error) => (error ? reject(error) : resolve(counter)),
    )
  })
}

async function count(counter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await counter.consume(key)
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    throw new RateLimited(
      `That was the ${counter.points}th answer in ten minutes.`,
      Math.max(1, Math.ceil(refused.msBeforeNext / 1000)),
    )
  }
}

function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}
