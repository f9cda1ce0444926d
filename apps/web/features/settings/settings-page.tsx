'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { Page } from '../shell/page'
import { RenameWorkspace } from '../workspace/rename-workspace'
import { ApiKeys } from './api-keys'
import { ChangePassword } from './change-password'
import { Sessions } from './sessions'
import { SettingsNav } from './settings-nav'

export function SettingsPage() {
  const trpc = useTRPC()
  const may = useMay()
  const me = useQuery(trpc.session.me.queryOptions())
  return (
    <Page
      crumbs={[{ name: 'Settings' }]}
      title="Settings"
      lead="Your sign-ins and your password, and your API keys in this workspace."
    >
      <SettingsNav />
      <div className="flex flex-col gap-5">
        {may('apiKey:own') ? <ApiKeys /> : null}
        <Sessions />
        <ChangePassword />
        {may('workspace:write') && me.data ? <RenameWorkspace name={me.data.workspace.name} /> : null}
      </div>
    </Page>
  )
}
