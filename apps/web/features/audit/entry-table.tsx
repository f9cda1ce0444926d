'use client'

import { Table, Tag, Td, TdNote, Th, Tr } from '@palate/ui'
import { formatAddress } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'
import { describeDevice } from '../settings/describe-device'
import { linesOf } from './change'

type Entry = Outputs['auditLog']['list']['entries'][number]

const time = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })

export function EntryTable({ entries }: { entries: readonly Entry[] }) {
  return (
    <Table>
      <thead>
        <tr>
          <Th>When and who</Th>
          <Th>What</Th>
          <Th className="max-sm:hidden">From where</Th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Tr key={entry.id} className="align-top">
            <Td>
              <span className="font-medium">{nameOf(entry.actor)}</span>
              <time dateTime={entry.at.toISOString()} className="num block text-xs text-ink-3">
                {time.format(entry.at)}
              </time>
              <TdNote>{entry.address ? formatAddress(entry.address) : 'Palate itself'}</TdNote>
            </Td>
            <Td>
              <Tag>{entry.action}</Tag>{' '}
              <code className="text-xs text-ink-2 [overflow-wrap:anywhere]">{entry.entityId}</code>
              <Change data={entry.data} />
            </Td>
            <Td className="num text-ink-2 max-sm:hidden">
              {entry.address ? formatAddress(entry.address) : '–'}
              {entry.userAgent ? (
                <span className="block text-xs text-ink-3">{describeDevice(entry.userAgent)}</span>
              ) : null}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}

function nameOf({ kind, id, name, key }: Entry['actor']): string {
  if (kind === 'apiKey') return `${name ?? 'Somebody'}, by the key ${key ?? id}`
  if (kind === 'user') return name ?? `${id} (deleted)`
  return kind === 'agent' ? `Agent ${id}` : `Palate: ${id}`
}

/** Removed and added values differ by words too, not by color alone. */
function Change({ data }: { data: Record<string, unknown> }) {
  const lines = linesOf(data)
  if (lines.length === 0) return null
  return (
    <dl className="mt-1.5 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 text-xs">
      {lines.map(({ name, before, after }) => (
        <div key={name} className="col-span-2 grid grid-cols-subgrid">
          <dt className="text-ink-3">{name}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">
            {before === undefined ? null : (
              <del className="mr-2 text-bad">
                <span className="sr-only">before: </span>
                {before}
              </del>
            )}
            {after === undefined ? null : (
              <ins className="no-underline">
                <span className="sr-only">now: </span>
                {after}
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
