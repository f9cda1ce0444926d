'use client'

import { countFailed } from '@palate/protocol'
import { cn, Skeleton, Table, Tag, Td, Th } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { formatCount, formatParameters } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { type Outputs, useTRPC } from '../../lib/trpc'
import { templateNames } from './template-field'

type Facts = NonNullable<Outputs['model']['get']['facts']>
type Gate = NonNullable<Facts['gate']>

/** What the import of a model found out, and how training and serving compare; nothing for a model made here. */
export function ModelFacts({ modelId }: { modelId: string }) {
  const trpc = useTRPC()
  const model = useQuery(trpc.model.get.queryOptions({ id: modelId }))
  return (
    <Loaded query={model} skeleton={<Skeleton className="h-32" />}>
      {({ facts }) =>
        facts ? (
          <section aria-label="Imported model" className="flex flex-col gap-3 rounded-md bg-paper px-4 py-3">
            <FactList facts={facts} />
            <h3 className="flex items-center gap-2 text-sm font-medium">
              Template and parity gate{' '}
              <Tag tone={facts.notServable ? 'bad' : 'good'}>
                {facts.notServable ? 'not servable' : 'servable'}
              </Tag>
            </h3>
            {facts.notServable ? <p className="text-sm text-bad">{facts.notServable}</p> : null}
            {facts.notTrainable ? <p className="text-sm text-ink-2">{facts.notTrainable}</p> : null}
            {facts.gate ? <GateResult gate={facts.gate} /> : null}
          </section>
        ) : null
      }
    </Loaded>
  )
}

/** Each fact in a line. */
export function FactList({ facts }: { facts: Facts }) {
  return (
    <dl className="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-2">
      {listFacts(facts).map(([name, value]) => (
        <div key={name} className="flex gap-2">
          <dt className="w-28 shrink-0 text-ink-3">{name}</dt>
          <dd className="num min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function listFacts(facts: Facts): [name: string, value: ReactNode][] {
  const { architecture, layers, hiddenSize } = facts
  const shape = layers && hiddenSize ? `, ${formatCount(layers)} layers of ${formatCount(hiddenSize)}` : ''
  const fallback =
    facts.fallbackTensors > 0
      ? `, ${formatCount(facts.fallbackTensors)} tensors fell back to another type`
      : ''
  return [
    ['Source', facts.source],
    ['License', facts.license ?? 'not stated'],
    ['Architecture', `${architecture}${shape}`],
    ['Parameters', formatParameters(facts.parameters)],
    ['Context', `${formatCount(facts.contextTokens)} tokens`],
    ['Vocabulary', formatCount(facts.vocabulary)],
    ['Served as', `${facts.quantization}${fallback}`],
    ['Template', nameTemplate(facts)],
    ['System role', facts.systemRole ? 'yes' : 'no: its text goes before the first request'],
    ['End token', facts.endToken ?? 'none'],
  ]
}

function nameTemplate({ chatTemplate, templateSha256 }: Facts): string {
  return templateSha256 ? `${templateNames[chatTemplate]} · ${templateSha256.slice(0, 8)}` : 'none'
}

function GateResult({ gate }: { gate: Gate }) {
  const { conversations, equalPrompts, equalAnswers, tiedAnswers, differences } = gate
  const ties = tiedAnswers > 0 ? `, ${tiedAnswers} equal but for ties` : ''
  return (
    <>
      <p className={cn('num text-sm', countFailed(gate) > 0 && 'text-bad')}>
        Token ids: {equalPrompts} of {conversations} equal. Greedy answers on F16: {equalAnswers} equal{ties}.
      </p>
      {differences.length > 0 ? (
        <Table>
          <thead>
            <tr>
              <Th>Conversation</Th>
              <Th>Token</Th>
              <Th>transformers</Th>
              <Th>llama.cpp</Th>
              <Th>Difference</Th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ conversation, of, position, trainer, server, nats, tie }) => (
              <tr key={`${conversation} ${of} ${position}`}>
                <Td>{conversation}</Td>
                <Td>
                  {of} {formatCount(position)}
                </Td>
                <Td>{trainer}</Td>
                <Td>{server}</Td>
                <Td>{nats === null ? 'other ids' : `${nats.toFixed(4)} nats${tie ? ', a tie' : ''}`}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
    </>
  )
}
