import { test } from '@playwright/test'
import { connect } from './loop/client'
import { required, signIn } from './pages/account'
import { chatStates } from './pages/chat-states'
import { failureStates } from './pages/failure-states'
import { inspectStates } from './pages/inspect'
import { labelStates } from './pages/label-states'
import { runStates } from './pages/run-states'
import { stationStates, workspaceStates } from './pages/station-states'

/** Runs after the walk, on its stack: every page with what the walk has made, and every dialog. */

test.use({ baseURL: process.env.PALATE_URL })

const client = connect(required('PALATE_URL'), required('PALATE_API_KEY'))

/** @returns the first that there is @throws Error when the walk has made none */
function first<Item>(items: readonly Item[], what: string): Item {
  const [item] = items
  if (item === undefined) throw new Error(`The walk has made no ${what}.`)
  return item
}

async function findRuns() {
  const runs = await client.run.list.query()
  const of = (kind: string) =>
    first(
      runs.filter((run) => run.kind === kind && run.status === 'finished'),
      kind,
    ).id
  const queued = await client.run.create.mutate({
    kind: 'pretrain',
    name: 'waits',
    config: {},
    labels: ['no-such-agent'],
  })
  return { pretrain: of('pretrain'), dpo: of('dpo'), generate: of('generate'), queued: queued.id }
}

async function findMade() {
  const datasets = await client.dataset.list.query()
  const versionOf = (status: string) =>
    first(
      datasets.flatMap(({ latest }) => (latest?.status === status ? [latest.id] : [])),
      `${status} dataset`,
    )
  return {
    version: versionOf('ready'),
    failedVersion: versionOf('failed'),
    persona: first(await client.persona.list.query(), 'persona').id,
    batch: first(await client.variant.batches.query(), 'batch').id,
    evaluation: first(await client.evaluation.list.query(), 'evaluation').id,
  }
}

test('the pages of the loop', async ({ page }) => {
  const made = await findMade()
  await signIn(page)
  await inspectStates(page, stationStates(made))
})

test('labels and the label session', async ({ page }) => {
  await signIn(page)
  await inspectStates(page, labelStates)
})

test('runs, their tabs, and the forms of new ones', async ({ page }) => {
  const runs = await findRuns()
  await signIn(page)
  await inspectStates(page, runStates(runs))
  await client.run.cancel.mutate({ id: runs.queued })
})

test('agents, settings, and a page that does not exist', async ({ page, browser }) => {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ])
    await signIn(await browser.newPage({ baseURL: required('PALATE_URL'), viewport }))
  await signIn(page)
  await inspectStates(page, workspaceStates)
})

test('the public chat', async ({ page }) => {
  const feedback = await client.chat.listFeedback.query({ limit: 1 })
  await inspectStates(page, chatStates(first(feedback, 'feedback').turn.id))
})

test('what pages show when something fails', async ({ page }) => {
  await signIn(page)
  await inspectStates(page, failureStates)
})
