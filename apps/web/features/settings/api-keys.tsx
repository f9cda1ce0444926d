'use client'

import { Card, CardBody, CardHead, ConfirmButton, Skeleton, Table, Tag, Td, TdNote, Th, Tr } from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { formatAgo, formatDate } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useNow } from '../../lib/use-now'
import { NewKeyDialog } from './new-key-dialog'

type ApiKey = Outputs['apiKey']['list'][number]

/** Scripts use the keys to call the same API as the pages. */
export function ApiKeys() {
  const trpc = useTRPC()
  const keys = useQuery(trpc.apiKey.list.queryOptions())
  return (
    <Loaded query={keys} skeleton={<Skeleton className="h-40" />}>
      {(list) => <Keys keys={list} />}
    </Loaded>
  )
}

function Keys({ keys }: { keys: readonly ApiKey[] }) {
  return (
    <Card>
      <CardHead title="API keys" aside={<NewKeyDialog />} />
      {keys.length === 0 ? (
        <CardBody className="text-ink-2">No API keys yet. Create one to call the API from a script.</CardBody>
      ) : (
        <Table className="mt-1">
          <thead>
            <tr>
              <Th>Name</Th>
              <Th>May</Th>
              <Th className="max-sm:hidden">Created</Th>
              <Th className="max-sm:hidden">Last used</Th>
              <Th className="max-sm:hidden">Expires</Th>
              <Th>
                <span className="sr-only">Revoke</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <KeyRow key={key.id} apiKey={key} />
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  )
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const now = useNow(30_000)
  const { name, role, scopes, personal, createdAt, createdBy, lastUsedAt, expiresAt } = apiKey
  const over = expiresAt !== null && expiresAt.getTime() <= now
  return (
    <Tr>
      <Td className="font-medium [overflow-wrap:anywhere]">
        {name}
        <TdNote>{lastUsedAt ? `used ${formatAgo(lastUsedAt, now)}` : 'never used'}</TdNote>
        {expiresAt ? <TdNote>{over ? 'expired' : `until ${formatDate(expiresAt)}`}</TdNote> : null}
      </Td>
      <Td>
        <span className="flex flex-wrap gap-1">
          <Tag>{role}</Tag>
          {scopes ? <Tag>{scopes.length === 1 ? '1 permission' : `${scopes.length} permissions`}</Tag> : null}
          {personal ? null : <Tag tone="accent">workspace</Tag>}
        </span>
      </Td>
      <Td className="num whitespace-nowrap text-ink-2 max-sm:hidden">
        {formatDate(createdAt)} by {createdBy}
      </Td>
      <Td className="num whitespace-nowrap text-ink-2 max-sm:hidden">
        {lastUsedAt ? formatAgo(lastUsedAt, now) : 'never'}
      </Td>
      <Td className="num whitespace-nowrap text-ink-2 max-sm:hidden">
        {over ? <Tag tone="warn">expired</Tag> : expiresAt ? formatDate(expiresAt) : 'never'}
      </Td>
      <Td numeric>
        <RevokeKey apiKey={apiKey} />
      </Td>
    </Tr>
  )
}

function RevokeKey({ apiKey }: { apiKey: ApiKey }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const revoke = useMutation(
    trpc.apiKey.revoke.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.apiKey.pathFilter()),
    }),
  )
  return (
    <ConfirmButton
      label="Revoke"
      busy={revoke.isPending}
      title={`Revoke ${apiKey.name}?`}
      description="Scripts with this key get an error from now on."
      action="Revoke key"
      onConfirm={() => revoke.mutate({ id: apiKey.id })}
    />
  )
}
