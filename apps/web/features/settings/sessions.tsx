'use client'

import {
  Button,
  Card,
  CardHead,
  Confirm,
  ConfirmButton,
  Skeleton,
  Table,
  Tag,
  Td,
  TdNote,
  Th,
  Tr,
} from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { formatAddress, formatAgo, formatDate } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useNow } from '../../lib/use-now'
import { describeDevice } from './describe-device'

type Session = Outputs['user']['sessions'][number]

/** Where the user is signed in, and the way to end each of these sessions. */
export function Sessions() {
  const trpc = useTRPC()
  const sessions = useQuery(trpc.user.sessions.queryOptions())
  return (
    <Loaded query={sessions} skeleton={<Skeleton className="h-40" />}>
      {(list) => (
        <Card>
          <CardHead title="Where you are signed in" aside={list.length > 1 ? <EndOthers /> : null} />
          <SessionTable sessions={list} />
        </Card>
      )}
    </Loaded>
  )
}

function SessionTable({ sessions }: { sessions: readonly Session[] }) {
  const now = useNow(30_000)
  return (
    <Table className="mt-1">
      <thead>
        <tr>
          <Th>Browser</Th>
          <Th className="max-sm:hidden">Address</Th>
          <Th className="max-sm:hidden">Signed in</Th>
          <Th className="max-sm:hidden">Last used</Th>
          <Th>
            <span className="sr-only">Sign out</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <Tr key={session.id}>
            <Td className="font-medium">
              {describeDevice(session.userAgent)}
              <TdNote>
                {formatAddress(session.address)} · {formatAgo(session.lastSeenAt, now)}
              </TdNote>
            </Td>
            <Td className="num text-ink-2 max-sm:hidden">{formatAddress(session.address)}</Td>
            <Td className="num whitespace-nowrap text-ink-2 max-sm:hidden">
              {formatDate(session.createdAt)}
            </Td>
            <Td className="num whitespace-nowrap text-ink-2 max-sm:hidden">
              {formatAgo(session.lastSeenAt, now)}
            </Td>
            <Td numeric>{session.current ? <Tag>this one</Tag> : <EndSession session={session} />}</Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}

function EndSession({ session }: { session: Session }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const end = useMutation(
    trpc.user.endSession.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.user.pathFilter()),
    }),
  )
  return (
    <ConfirmButton
      label="Sign out"
      busy={end.isPending}
      title={`Sign out ${describeDevice(session.userAgent)}?`}
      description="This browser must sign in again, and its open pages stop updating."
      action="Sign out"
      onConfirm={() => end.mutate({ id: session.id })}
    />
  )
}

function EndOthers() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const end = useMutation(
    trpc.user.endOtherSessions.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.user.pathFilter()),
    }),
  )
  return (
    <Confirm
      trigger={
        <Button size="sm" busy={end.isPending}>
          Sign out everywhere else
        </Button>
      }
      title="Sign out everywhere else?"
      description="All other browsers must sign in again. This one stays signed in."
      action="Sign out everywhere else"
      onConfirm={() => end.mutate()}
    />
  )
}
