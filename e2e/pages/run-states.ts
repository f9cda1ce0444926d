import { expect, type Page } from '@playwright/test'
import type { PageState } from './inspect'
import { dialog, heading, openDialog } from './open'

/** The ids of the runs that the pages show. */
export interface Runs {
  pretrain: string
  dpo: string
  /** Answers: a run without charts. */
  generate: string
  /** Waits for an agent that does not exist. */
  queued: string
}

const tab = (name: string) => (page: Page) => page.getByRole('tab', { name, exact: true }).click()

/** A kind of run in the dialog, with every group of its settings open. */
function newRun(kind: string): PageState {
  const open = async (page: Page) => {
    await openDialog(page, 'Create run')
    await tab(kind)(page)
    await expect(page.getByRole('region', { name: 'Resource estimate' })).toBeVisible()
    await page.getByRole('dialog').evaluate((dialog) => {
      for (const details of dialog.querySelectorAll('details')) details.open = true
    })
  }
  return { name: `run-new-${kind.toLowerCase().replace(' ', '-')}`, path: '/runs', open }
}

function runTab(run: string, id: string, name: string): PageState {
  const path = `/runs/${id}?tab=${name}`
  return {
    name: `run-${run}-${name}`,
    path,
    open: (page) => expect(page.getByRole('tabpanel')).not.toBeEmpty(),
  }
}

export function runStates({ pretrain, dpo, generate, queued }: Runs): PageState[] {
  return [
    heading('runs', '/runs', 'Runs'),
    { name: 'runs-answers', path: '/runs', open: tab('Answers') },
    ...['Starter model', 'Fine-tuning', 'Preferences', 'Thumbs'].map(newRun),
    {
      name: 'run-new-with-errors',
      path: '/runs',
      open: async (page) => {
        await openDialog(page, 'Create run')
        await tab('Starter model')(page)
        await page.getByLabel('Steps', { exact: true }).fill('-3')
        await page.getByRole('button', { name: 'Train the starter model' }).click()
        await expect(page.getByRole('alert').filter({ hasText: 'invalid' })).toBeVisible()
      },
    },
    heading('queue', '/runs/queue', 'Queue'),
    ...['charts', 'samples', 'summary', 'files', 'logs', 'config'].map((name) =>
      runTab('pretrain', pretrain, name),
    ),
    ...['charts', 'preflight', 'summary', 'config'].map((name) => runTab('dpo', dpo, name)),
    runTab('generate', generate, 'logs'),
    heading('run-queued', `/runs/${queued}`, 'waits'),
    dialog('run-cancel', `/runs/${queued}`, 'Cancel run'),
    heading('run-unknown', '/runs/run_none', 'This could not be shown'),
  ]
}
