import { expect } from '@playwright/test'
import type { PageState } from './inspect'
import { clicks, dialog, heading, openDialog } from './open'

/** Addresses of things that the walk made. */
export interface Made {
  version: string
  failedVersion: string
  persona: string
  batch: string
  evaluation: string
}

/** The pages of the loop and of the workspace, apart from labels, runs and the chat. */
export function stationStates({ version, failedVersion, persona, batch, evaluation }: Made): PageState[] {
  return [
    heading('overview', '/', /stations done/),
    { ...clicks('user-menu', '/', [/owner$/i], 'Sign out'), only: 'desktop' },
    { ...clicks('phone-pages', '/', ['More'], 'Public chat'), only: 'phone' },
    { ...clicks('phone-user-menu', '/', ['More', /owner$/i], 'Sign out'), only: 'phone' },
    heading('datasets', '/datasets', 'Datasets'),
    heading('dataset-version', `/datasets/${version}`, /recipes/),
    heading('dataset-failed', `/datasets/${failedVersion}`, 'The import failed'),
    dialog('dataset-failed-remove', `/datasets/${failedVersion}`, 'Remove failed import'),
    heading('personas', '/personas', 'Personas'),
    {
      name: 'persona',
      path: `/personas/${persona}`,
      open: (page) => expect(page.getByLabel('Name')).toBeVisible(),
    },
    clicks('persona-new-with-errors', '/personas/new', ['Save persona'], /name/i),
    heading('variants', '/variants', 'Variants'),
    dialog('variants-new', '/variants', 'Create batch'),
    {
      name: 'variants-new-with-errors',
      path: '/variants',
      open: async (page) => {
        await openDialog(page, 'Create batch')
        await page.getByLabel('Prompts per persona').fill('-1')
        await page.getByRole('button', { name: 'Write variants' }).click()
        await expect(page.locator('[aria-invalid=true]')).toBeVisible()
      },
    },
    {
      name: 'batch',
      path: `/variants/${batch}`,
      open: (page) => page.getByRole('region', { name: 'Pairs' }).locator('summary').first().click(),
    },
    heading('evaluations', '/evaluations', 'Evaluations'),
    dialog('evaluations-new', '/evaluations', 'Create evaluation'),
    heading('evaluation', `/evaluations/${evaluation}`, 'Answers side by side'),
    heading('models', '/models', 'Models'),
    {
      name: 'models-lineage',
      path: '/models',
      open: async (page) => {
        await page.getByRole('button', { name: 'Show lineage' }).last().click()
        await expect(page.getByRole('list', { name: 'Lineage' })).toBeVisible()
      },
    },
    dialog('models-deploy', '/models', 'Deploy'),
    dialog('models-change-deployment', '/models', 'Change deployment'),
  ]
}

export const workspaceStates: PageState[] = [
  heading('agents', '/agents', 'Agents'),
  clicks('agents-enroll', '/agents', ['Enroll agent'], 'The code works once'),
  dialog('agents-price', '/agents', /^(Set|Change) price/),
  dialog('agents-revoke', '/agents', 'Revoke'),
  heading('settings', '/settings', 'Where you are signed in'),
  clicks('settings-password-with-errors', '/settings', ['Change password'], 'At least 10 characters'),
  clicks('settings-new-key-with-errors', '/settings', ['Create key', 'Create key'], 'What the key is for'),
  heading('members', '/settings/members', 'What each role may do'),
  {
    name: 'audit',
    path: '/settings/audit',
    open: (page) => expect(page.getByText('user.signIn').first()).toBeVisible(),
  },
  clicks('members-invite', '/settings/members', ['Invite'], 'within seven days'),
  dialog('settings-sign-out-others', '/settings', 'Sign out everywhere else'),
  heading('unknown-page', '/nope', 'Page not found'),
]
