'use client'

import { roleNames, roles, type WorkspaceRole } from '@palate/protocol'
import { Card, CardHead, ConfirmButton, Select, Table, Tag, Td, TdNote, Th, Tr } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { formatDate } from '../../lib/format'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { nameOf } from './role-name'

type Member = Outputs['member']['list'][number]

/** Who is in the workspace, and for those who may: their role, and the way to shut them out. */
export function MemberTable({ members }: { members: readonly Member[] }) {
  return (
    <Card>
      <CardHead title="Members" />
      <Table className="mt-1">
        <thead>
          <tr>
            <Th>Name</Th>
            <Th className="max-sm:hidden">Role</Th>
            <Th className="max-sm:hidden">Joined</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <MemberRow key={member.id} member={member} />
          ))}
        </tbody>
      </Table>
    </Card>
  )
}

/** On a phone the role stands below the name: beside it, an address would break after a few letters. */
function MemberRow({ member }: { member: Member }) {
  const may = useMay()
  const role = may('member:write') ? <RoleSelect member={member} /> : <Tag>{member.role}</Tag>
  return (
    <Tr>
      <Td className="font-medium [overflow-wrap:anywhere]">
        {member.name} {member.self ? <Tag>you</Tag> : null}{' '}
        {member.disabledAt ? <Tag tone="warn">disabled</Tag> : null}
        <span className="block text-sm font-normal text-ink-2">{member.email}</span>
        <TdNote>joined {formatDate(member.joinedAt)}</TdNote>
        <span className="mt-2 block sm:hidden">{role}</span>
      </Td>
      <Td className="max-sm:hidden">{role}</Td>
      <Td className="num whitespace-nowrap text-ink-2 max-sm:hidden">{formatDate(member.joinedAt)}</Td>
      <Td numeric>
        {may('member:write') && !member.self && mayChange(member, may) ? (
          <MemberActions member={member} />
        ) : null}
      </Td>
    </Tr>
  )
}

/** An owner is changed by owners alone. The server checks it again. */
const mayChange = ({ role }: Member, may: ReturnType<typeof useMay>) =>
  role !== 'owner' || may('workspace:own')

/** The roles that the user may give. */
export function useRoleOptions() {
  const may = useMay()
  return roleNames
    .filter((role) => role !== 'owner' || may('workspace:own'))
    .map((value) => ({ value, label: nameOf(value), hint: roles[value] }))
}

function RoleSelect({ member }: { member: Member }) {
  const trpc = useTRPC()
  const may = useMay()
  const options = useRoleOptions()
  const queryClient = useQueryClient()
  const change = useMutation(
    trpc.member.changeRole.mutationOptions({
      onSettled: () =>
        Promise.all([
          queryClient.invalidateQueries(trpc.member.pathFilter()),
          queryClient.invalidateQueries(trpc.session.pathFilter()),
        ]),
    }),
  )
  if (!mayChange(member, may)) return <Tag>{member.role}</Tag>
  return (
    <Select
      aria-label={`Role of ${member.name}`}
      className="w-34"
      value={member.role}
      disabled={change.isPending}
      onValueChange={(role) => change.mutate({ id: member.id, role: role as WorkspaceRole })}
      options={options}
    />
  )
}

function MemberActions({ member }: { member: Member }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const settled = { onSettled: () => queryClient.invalidateQueries(trpc.member.pathFilter()) }
  const disable = useMutation(trpc.member.disable.mutationOptions(settled))
  const enable = useMutation(trpc.member.enable.mutationOptions(settled))
  const remove = useMutation(trpc.member.remove.mutationOptions(settled))
  return (
    <span className="flex justify-end gap-1 max-sm:flex-col">
      {member.disabledAt ? (
        <ConfirmButton
          label="Enable"
          busy={enable.isPending}
          title={`Enable ${member.name}?`}
          description={`They may again do what the role ${member.role} allows. Their API keys work again too.`}
          action="Enable member"
          onConfirm={() => enable.mutate({ id: member.id })}
        />
      ) : (
        <ConfirmButton
          label="Disable"
          busy={disable.isPending}
          title={`Disable ${member.name}?`}
          description="Their open pages stop at once, and so do their API keys and download links. You can enable them again."
          action="Disable member"
          onConfirm={() => disable.mutate({ id: member.id })}
        />
      )}
      <ConfirmButton
        label="Remove"
        busy={remove.isPending}
        title={`Remove ${member.name}?`}
        description="They lose access at once, and their API keys and open invitations are revoked. What they made stays. To come back they need a new invitation."
        action="Remove member"
        onConfirm={() => remove.mutate({ id: member.id })}
      />
    </span>
  )
}
