import { limits } from '@palate/config'
import { openBudget } from '@palate/config/http/budget'
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
  /** Chosen by the browser, so it only makes the limit fair behind a shared address; the address is the real limit. */
  visitorId: string | null
}

const windowSeconds = 600

export interface ChatLimiter {
  /**
   * Counts one answer. @returns a function to call when the answer has ended
   * @throws RateLimited when the visitor or the address has used up its limit, or has too many answers in progress
   */
  enter(caller: Caller): Promise<() => void>
}

/** Answers per ten minutes are counted in Postgres for all hubs; each hub counts its own answers in progress. */
export async function openChatLimiter(pool: Pool, limits: Limits): Promise<ChatLimiter> {
  const visitors = await openCounter(pool, 'visitor', limits.perVisitor)
  const addresses = await openCounter(pool, 'address', limits.perAddress)
  const inProgress = new Map<string, number>()

  return {
    async enter({ address, visitorId }) {
      const who = visitorId ?? address
      if ((inProgress.get(who) ?? 0) >= limits.atOnce)
        throw new RateLimited(`${limits.atOnce} answers at the same time is the limit.`, 5)
      inProgress.set(who, (inProgress.get(who) ?? 0) + 1)
      let left = false
      const leave = () => {
        if (left) return
        left = true
        const rest = (inProgress.get(who) ?? 1) - 1
        if (rest > 0) inProgress.set(who, rest)
        else inProgress.delete(who)
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

/** Of each prompt one warm-up a minute reaches an agent, however many people open the page. */
export const openWarmUpBudgets = () => ({
  addresses: openBudget(limits.chat.warmUpsPerMinute),
  prompts: openBudget(limits.chat.warmUpsPerPromptAndMinute),
})

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
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection
    throw new RateLimited(
      `The limit of ${counter.points} answers in ten minutes is reached.`,
      Math.max(1, Math.ceil(rejection.msBeforeNext / 1000)),
    )
  }
}

function formatSeconds(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}
