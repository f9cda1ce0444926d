// What `postgres` 3.4.9 does not survive: a transaction that sends something when its connection is lost already, be it its
// rollback. The library then throws where nobody can catch it, and the process ends
// (https://github.com/porsager/postgres/issues/1208). Remove this file when a release has mended it.
import type { Sql, TransactionSql } from 'postgres'

/** A client whose transactions send nothing more, no rollback either, once their connection is lost. */
export function guardTransactions(client: Sql): Sql {
  const begin = (...args: unknown[]) => {
    const state = { isLost: false }
    const result = call(client.begin, client, args, state)
    result.catch(() => {
      state.isLost = true
    })
    return result
  }
  return new Proxy(client, { get: (target, key) => (key === 'begin' ? begin : Reflect.get(target, key)) })
}

type Callback = (tx: TransactionSql) => unknown

/** Calls `begin` or `savepoint`, whose last argument is the callback. */
function call(method: unknown, on: unknown, args: unknown[], state: { isLost: boolean }): Promise<unknown> {
  const callback = args.at(-1) as Callback
  const guarded = async (tx: TransactionSql) => {
    try {
      const result = await callback(guard(tx, state))
      return state.isLost ? await never() : result
    } catch (error) {
      // The caller gets the loss from the connection itself. An error here would make the library send a rollback.
      if (state.isLost || isLoss(error)) return never()
      throw error
    }
  }
  return (method as (...all: unknown[]) => Promise<unknown>).apply(on, [...args.slice(0, -1), guarded])
}

function guard(tx: TransactionSql, state: { isLost: boolean }): TransactionSql {
  const guarded: Record<string | symbol, (...args: unknown[]) => unknown> = {
    unsafe: (...args) => (state.isLost ? refused() : Reflect.apply(tx.unsafe, tx, args)),
    savepoint: (...args) => (state.isLost ? Promise.reject(closed()) : call(tx.savepoint, tx, args, state)),
  }
  return new Proxy(tx, { get: (target, key) => guarded[key] ?? Reflect.get(target, key) })
}

const closed = () => Object.assign(new Error('The connection is closed.'), { code: 'CONNECTION_CLOSED' })

const never = () => new Promise<never>(() => undefined)

/** In place of a query: it fails, also where its rows are asked for as values. */
function refused() {
  const failure = Promise.reject(closed())
  failure.catch(() => undefined) // where only `values` is awaited
  return Object.assign(failure, { values: () => failure })
}

/** Whether an error, or what caused it, says that the connection is gone: the library's codes, or FATAL from the server. */
function isLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, severity } = error as { code?: unknown; severity?: unknown }
  const isGone = /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|ECONNRESET|EPIPE)$/.test(String(code))
  return isGone || severity === 'FATAL' || severity === 'PANIC' || isLoss(error.cause)
}
