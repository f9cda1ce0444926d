import { sql } from 'drizzle-orm'
import type { Sql, TransactionSql } from 'postgres'
import type { Transaction } from './transaction'

/** In place of a workspace: the rows of all of them. Taken only where core's `crossings` name it. */
export const allWorkspaces = '*'

/**
 * The statement that binds a transaction to a workspace: row-level security shows it the rows of that workspace only. It
 * ends with the transaction, so nothing is left on the connection. A literal, because a statement without parameters is
 * sent together with the next one.
 */
export function bindStatement(workspace: string): string {
  if (workspace !== allWorkspaces && !/^\w[\w-]{0,63}$/.test(workspace))
    throw new Error(`${JSON.stringify(workspace)} is not the id of a workspace.`)
  return `select set_config('app.workspace', '${workspace}', true)`
}

/** Binds the rest of a transaction, as where it learns its workspace from what it reads. */
export async function bindTransaction(tx: Transaction, workspace: string): Promise<void> {
  await tx.execute(sql.raw(bindStatement(workspace)))
}

type Work = (tx: TransactionSql) => unknown

/** The client bound to a workspace: each transaction, and each statement outside of one, sees the rows of that workspace. */
export function bindClient(client: Sql, workspace: string): Sql {
  const statement = bindStatement(workspace)
  const begin = (work: Work) =>
    client.begin((tx) => {
      // Sent at once, before what follows. Its error ends the transaction.
      tx.unsafe(statement).catch(() => undefined)
      return work(tx)
    })
  const unsafe = (...query: Parameters<Sql['unsafe']>) => new SingleStatement(begin, query)
  const bound: Record<string | symbol, unknown> = { begin, unsafe }
  return new Proxy(client, { get: (target, key) => bound[key] ?? Reflect.get(target, key) })
}

/** A statement in a transaction of its own, sent when it is awaited: its rows, or the values of its rows. */
class SingleStatement implements PromiseLike<unknown> {
  constructor(
    private readonly begin: (work: Work) => Promise<unknown>,
    private readonly query: Parameters<Sql['unsafe']>,
  ) {}

  // biome-ignore lint/suspicious/noThenProperty: the driver's queries are awaited too
  then<Kept = unknown, Lost = never>(
    kept?: ((rows: unknown) => Kept | PromiseLike<Kept>) | null,
    lost?: ((error: unknown) => Lost | PromiseLike<Lost>) | null,
  ): Promise<Kept | Lost> {
    return this.begin((tx) => tx.unsafe(...this.query)).then(kept, lost)
  }

  values(): Promise<unknown> {
    return this.begin((tx) => tx.unsafe(...this.query).values())
  }
}
