import { addJob } from '@palate/core'
import { beforeAll, expect, it } from 'vitest'
import { startTestHub, until } from '../testing/hub'

const { deps, origin } = await startTestHub()
const jobs = 'graphile_worker._private_jobs'

// As when the database is lost between the work of a job and its last statement. A sequence counts what is rolled back.
beforeAll(async () => {
  await deps.owner.unsafe(`
    create sequence refused;
    create function refuse() returns trigger language plpgsql as $$
      begin perform nextval('refused'); raise exception 'gone'; end $$`)
})

/** The queue refuses an end of a job, once at least, while `add` adds one; then it takes it again. */
async function refuseEnd(which: 'delete' | 'update', add: () => Promise<unknown>): Promise<void> {
  const when = which === 'update' ? 'when (new.last_error is not null)' : ''
  await deps.owner.unsafe(`
    alter sequence refused restart;
    create trigger refuse before ${which} on ${jobs} for each row ${when} execute function refuse()`)
  await add()
  await until(async () => (await deps.owner`select from refused where is_called`).length > 0)
  await deps.owner.unsafe(`drop trigger refuse on ${jobs}`)
}

it('a job whose end cannot be written is done again, and the hub goes on', async () => {
  await refuseEnd('delete', () =>
    addJob(deps.all, 'prepare-variant-batch', { batchId: 'batch_none' }, 'lost'),
  )
  await until(async () => (await deps.owner.unsafe(`select from ${jobs}`)).length === 0)
  expect((await fetch(`${origin}/files/health`)).status).toBe(200)
})

it('a job whose failure cannot be written fails again, and the hub goes on', async () => {
  // A job throws that has no word on what to work on.
  await refuseEnd('update', () => deps.owner`select graphile_worker.add_job('score-evaluation', 'null')`)
  const [failed] = await until(async () => {
    const rows = await deps.owner.unsafe(`select attempts from ${jobs} where last_error is not null`)
    return rows.length > 0 ? rows : null
  })
  expect(failed?.attempts).toBeGreaterThan(1)
  await deps.owner.unsafe(`delete from ${jobs}`)
  expect((await fetch(`${origin}/files/health`)).status).toBe(200)
})
