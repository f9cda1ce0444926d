'use client'

import { Card, CardBody, CardHead, ConfirmButton, Skeleton, Table, Tag, Td, TdNote, Th, Tr } from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { formatDate } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'

type Invitation = Outputs['invitation']['list'][number]

/** The links that can still be used, and the way to make each of them worthless. */
export function PendingInvitations() {
  const trpc = useTRPC()
  const invitations = useQuery(trpc.invitation.list.queryOptions())
  return (
    <Loaded query={invitations} skeleton={<Skeleton className="h-24" />}>
      {(list) => (
        <Card>
          <CardHead title="Pending invitations" />
          {list.length === 0 ? (
            <CardBody className="text-ink-2">No open invitations. Invite somebody to get a link.</CardBody>
          ) : (
            <InvitationTable invitations={list} />
          )}
        </Card>
      )}
    </Loaded>
  )
}

function InvitationTable({ invitations }: { invitations: readonly Invitation[] }) {
  return (
    <Table className="mt-1">
      <thead>
        <tr>
          <Th>For</Th>
          <Th>Role</Th>
          <Th className="max-sm:hidden">Valid until</Th>
          <Th>
            <span className="sr-only">Revoke</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {invitations.map((one) => (
          <Tr key={one.id}>
            <Td className="font-medium [overflow-wrap:anywhere]">
              {one.email ?? 'anyone who has the link'}
              <span className="block text-sm font-normal text-ink-2">by {one.createdBy}</span>
              <TdNote>until {formatDate(one.expiresAt)}</TdNote>
            </Td>
            <Td>
              <Tag>{one.role}</Tag>
            </Td>
            <Td className="num whitespace-nowrap text-ink-2 max-sm:hidden">{formatDate(one.expiresAt)}</Td>
            <Td numeric>
              <Revoke invitation={one} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}

function Revoke({ invitation }: { invitation: Invitation }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const revoke = useMutation(
    trpc.invitation.revoke.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.invitation.pathFilter()),
    }),
  )
  return (
    <ConfirmButton
      label="Revoke"
      busy={revoke.isPending}
      title="Revoke this invitation?"
      description="Its link lets nobody in any more."
      action="Revoke invitation"
      onConfirm={() => revoke.mutate({ id: invitation.id })}
    />
  )
}
