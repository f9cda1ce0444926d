import { addJob } from '@palate/core'
import { expect, it } from 'vitest'
import { startTestHub, until } from '../testing/hub'

const { deps, origin } = await startTestHub()

it('a job whose end cannot be written is done again, and the hub goes on', async () => {
  // As when the database is lost between the work of a job and its last statement.
  await deps.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'gone'; end $$;
    create trigger refuse before delete on graphile_worker._private_jobs for each row execute function refuse()`)
  const jobs = async () => [
    ...(await deps.sql`select attempts, locked_by from graphile_worker._private_jobs`),
  ]
  await addJob(deps.db, 'prepare-variant-batch', { batchId: 'batch_none' }, 'lost')
  const [taken] = await until(async () => {
    const rows = await jobs()
    return rows.some(({ attempts }) => attempts === 1) ? rows : null
  })
  expect(taken?.locked_by).not.toBeNull()
  await deps.sql.unsafe('drop trigger refuse on graphile_worker._private_jobs')
  await until(async () => (await jobs()).length === 0)
  expect((await fetch(`${origin}/files/health`)).status).toBe(200)
})
