import { type Operation, TRPCClientError, type TRPCLink } from '@trpc/client'
import type { AnyTRPCRouter } from '@trpc/server'
import { observable, tap } from '@trpc/server/observable'

/** A second click within this time after the reply belongs to the first. */
const doubleClickMs = 1000
/** A request without a reply may have been handled: until then, the same request again is the same intention. */
const unansweredMs = 10 * 60_000

interface Intention {
  key: string
  open: number
  /** When the last of its requests ended, and whether the server answered it. */
  ended: { at: number; answered: boolean } | null
}

/**
 * The keys of a tab's mutations. The same procedure with the same input is one intention of the user while a request
 * for it runs, shortly after its reply (a double click), and after a request without a reply (a retry).
 */
export class Intentions {
  private readonly known = new Map<string, Intention>()

  start(name: string, now: number): string {
    for (const [other, intention] of this.known) if (isOver(intention, now)) this.known.delete(other)
    const intention = this.known.get(name) ?? { key: newKey(), open: 0, ended: null }
    intention.open += 1
    this.known.set(name, intention)
    return intention.key
  }

  end(name: string, now: number, answered: boolean): void {
    const intention = this.known.get(name)
    if (!intention) return
    intention.open -= 1
    intention.ended = { at: now, answered: answered || intention.ended?.answered === true }
  }
}

function isOver({ open, ended }: Intention, now: number): boolean {
  if (open > 0 || !ended) return false
  return now - ended.at > (ended.answered ? doubleClickMs : unansweredMs)
}

/** A UUID; `crypto.randomUUID` exists only on pages served over HTTPS or from this machine. */
function newKey(): string {
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
  const [, a, b, c, d, e] = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(hex) ?? []
  return [a, b, c, d, e].join('-')
}

/** Gives every mutation its key, which `idempotencyHeaders` sends. */
export function idempotencyLink<Router extends AnyTRPCRouter>(now = Date.now): TRPCLink<Router> {
  return () => {
    const intentions = new Intentions()
    return ({ op, next }) => {
      if (op.type !== 'mutation') return next(op)
      const name = `${op.path} ${JSON.stringify(op.input ?? null)}`
      return observable((observer) => {
        const idempotencyKey = intentions.start(name, now())
        let ended = false
        const end = (answered: boolean) => {
          if (!ended) intentions.end(name, now(), answered)
          ended = true
        }
        const subscription = next({ ...op, context: { ...op.context, idempotencyKey } })
          .pipe(tap({ next: () => end(true), error: (error) => end(hasReply(error)) }))
          .subscribe(observer)
        return () => {
          end(false)
          subscription.unsubscribe()
        }
      })
    }
  }
}

/** An error of the server's own; a broken connection or the page of a proxy has no `data`. */
const hasReply = (error: unknown) => error instanceof TRPCClientError && Boolean(error.data)

export function idempotencyHeaders({ op }: { op: Operation }): Record<string, string> {
  const { idempotencyKey } = op.context
  return typeof idempotencyKey === 'string' ? { 'idempotency-key': idempotencyKey } : {}
}
