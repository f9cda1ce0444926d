import { addJob } from '@palate/core'
import { expect, it } from 'vitest'
import { startTestHub, until } from '../testing/hub'

const { deps, origin } = await startTestHub()

it('a job whose end cannot be written is done again, and the hub goes on', async () => {
  // As when the database is lost between the work of a job and its last statement. A sequence counts what is rolled back.
  await deps.owner.unsafe(`
    create sequence refused;
    create function refuse() returns trigger language plpgsql as $$
      begin perform nextval('refused'); raise exception 'gone'; end $$;
    create trigger refuse before delete on graphile_worker._private_jobs for each row execute function refuse()`)
  await addJob(deps.all, 'prepare-variant-batch', { batchId: 'batch_none' }, 'lost')
  await until(async () => (await deps.owner`select from refused where is_called`).length > 0)
  await deps.owner.unsafe('drop trigger refuse on graphile_worker._private_jobs')
  await until(async () => (await deps.owner`select from graphile_worker._private_jobs`).length === 0)
  expect((await fetch(`${origin}/files/health`)).status).toBe(200)
})
