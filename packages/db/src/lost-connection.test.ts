import { sql } from 'drizzle-orm'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from './client'
import { createTestDatabase } from './testing'

const { url } = await createTestDatabase()

it('a transaction whose connection is lost ends with an error, and never the process', async () => {
  const uncaught: unknown[] = []
  const note = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', note)
  onTestFinished(() => void process.off('uncaughtException', note))
  const database = openDatabase(url, { max: 2 })
  onTestFinished(() => database.close())
  for (let times = 0; times < 5; times += 1) {
    const lost = database.db.transaction(async (tx) => {
      const [row] = await tx.execute(sql`select pg_backend_pid() as pid`)
      await database.sql`select pg_terminate_backend(${row?.pid as number})`
      await tx.transaction((inner) => inner.execute(sql`select 1`))
    })
    await expect(lost).rejects.toThrow()
    await expect
      .poll(() => database.db.execute(sql`select 1 as one`).catch(String), { timeout: 20_000 })
      .toMatchObject([{ one: 1 }])
  }
  await new Promise((resolve) => setImmediate(resolve))
  expect(uncaught).toEqual([])
})
