import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { createTestDatabase } from './testing'
import { rowsOf } from './transaction'

const database = await createTestDatabase()
const settings = sql`select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
  current_setting('idle_in_transaction_session_timeout') as idle`
const expected = { statement: '1min', lock: '30s', idle: '2min' }

test('every connection of a process ends what hangs', async () => {
  expect(rowsOf(await database.db.execute(settings))).toEqual([expected])
  const [plain] = await database.sql`select current_setting('statement_timeout') as statement,
    current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle`
  expect({ ...plain }).toEqual(expected)
  const rows = await database.bulk.transaction(async (tx) => rowsOf(await tx.execute(settings)))
  expect(rows).toEqual([expected])
})
