'use client'

import { Button, ConfirmButton, Skeleton } from '@palate/ui'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { chooseWorkspace } from '../../lib/workspace-choice'
import { InviteDialog } from '../invitation/invite-dialog'
import { PendingInvitations } from '../invitation/pending-invitations'
import { SettingsNav } from '../settings/settings-nav'
import { Page } from '../shell/page'
import { HandOver } from './hand-over'
import { MemberTable } from './member-table'
import { PermissionTable } from './permission-table'

export function MembersPage() {
  const trpc = useTRPC()
  const may = useMay()
  const members = useQuery(trpc.member.list.queryOptions())
  return (
    <Page
      crumbs={[{ name: 'Settings', href: '/settings' }, { name: 'Members' }]}
      title="Members"
      lead="Who is in this workspace, and what each of them may do."
      actions={
        <>
          <Leave />
          {may('member:write') ? <InviteDialog trigger={<Button look="primary">Invite</Button>} /> : null}
        </>
      }
    >
      <SettingsNav />
      <Loaded query={members} skeleton={<Skeleton className="h-60" />}>
        {(list) => (
          <div className="flex flex-col gap-5">
            <MemberTable members={list} />
            {may('member:write') ? <PendingInvitations /> : null}
            {may('workspace:own') ? <HandOver members={list} /> : null}
            <PermissionTable />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function leaveChosen(): void {
  chooseWorkspace(null)
  window.location.assign('/')
}

function Leave() {
  const trpc = useTRPC()
  const leave = useMutation(trpc.member.leave.mutationOptions({ onSuccess: leaveChosen }))
  return (
    <ConfirmButton
      label="Leave workspace"
      busy={leave.isPending}
      title="Leave this workspace?"
      description="You lose access at once, and your API keys here are revoked. What you made stays. To come back you need a new invitation."
      action="Leave workspace"
      onConfirm={() => leave.mutate()}
    />
  )
}
