'use client'

import { Card, CardBody, CardHead, ConfirmButton, Skeleton, Table, Tag, Td, TdNote, Th, Tr } from '@palate/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { formatAgo, formatDate } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { useNow } from '../../lib/use-now'
import { Page } from '../shell/page'
import { ChangePassword } from './change-password'
import { NewKeyDialog } from './new-key-dialog'
import { Sessions } from './sessions'

type ApiKey = Outputs['apiKey']['list'][number]

export function SettingsPage() {
  const may = useMay()
  const writesKeys = may('apiKey:write')
  return (
    <Page
      crumbs={[{ name: 'Settings' }]}
      title="Settings"
      lead="Your sign-ins and your password, and the API keys of this workspace."
      actions={writesKeys ? <NewKeyDialog /> : null}
    >
      <div className="flex flex-col gap-5">
        {writesKeys ? <ApiKeys /> : null}
        <Sessions />
        <ChangePassword />
      </div>
    </Page>
  )
}

/** Scripts use the keys to call the same API as the pages. */
function ApiKeys() {
  const trpc = useTRPC()
  const keys = useQuery(trpc.apiKey.list.queryOptions())
  return (
    <Loaded query={keys} skeleton={<Skeleton className="h-40" />}>
      {(list) => <Keys keys={list} />}
    </Loaded>
  )
}

function Keys({ keys }: { keys: readonly ApiKey[] }) {
  const now = useNow(30_000)
  return (
    <Card>
      <CardHead title="API keys" />
      {keys.length === 0 ? (
        <CardBody className="text-ink-2">No API keys yet. Create one to call the API from a script.</CardBody>
      ) : (
        <Table className="mt-1">
          <thead>
            <tr>
              <Th>Name</Th>
              <Th>Role</Th>
              <Th className="max-sm:hidden">Created</Th>
              <Th className="max-sm:hidden">Last used</Th>
              <Th>
                <span className="sr-only">Revoke</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <Tr key={key.id}>
                <Td className="font-medium [overflow-wrap:anywhere]">
                  {key.name}
                  <TdNote>{key.lastUsedAt ? `used ${formatAgo(key.lastUsedAt, now)}` : 'never used'}</TdNote>
                </Td>
                <Td>
                  <Tag>{key.role}</Tag>
                </Td>
                <Td className="num whitespace-nowrap text-ink-2 max-sm:hidden">
                  {formatDate(key.createdAt)} by {key.createdBy}
                </Td>
                <Td className="num whitespace-nowrap text-ink-2 max-sm:hidden">
                  {key.lastUsedAt ? formatAgo(key.lastUsedAt, now) : 'never'}
                </Td>
                <Td numeric>
                  <RevokeKey apiKey={key} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
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
