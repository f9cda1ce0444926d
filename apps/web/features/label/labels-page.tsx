'use client'

import {
  Button,
  Card,
  CardHead,
  cn,
  EmptyState,
  Progress,
  Skeleton,
  Stat,
  Table,
  Td,
  Th,
  Tr,
  wideOnly,
} from '@palate/ui'
import Link from 'next/link'
import { formatCount } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import type { Outputs } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { Page } from '../shell/page'
import { RulesButton, UndoRulesButton } from './rules-button'
import { agreementOf } from './rules-question'
import { useLabelSummary } from './use-label-summary'

type Summary = Outputs['label']['summary']

export function LabelsPage() {
  const may = useMay()
  const summary = useLabelSummary()
  const some = (summary.data?.pairs ?? 0) > 0
  return (
    <Page
      crumbs={[{ name: 'Labels' }]}
      title="Labels"
      lead="People choose the better of two answers. The rules of the persona can label the remaining pairs."
      actions={
        some ? (
          <>
            {may('label:rule') && summary.data ? <RulesButton rules={summary.data.rules} /> : null}
            {may('label:create') ? (
              <Button asChild>
                <Link href="/labels/session">Label pairs</Link>
              </Button>
            ) : null}
          </>
        ) : null
      }
    >
      <Loaded query={summary} skeleton={<Skeleton className="h-64" />}>
        {(data) =>
          data.pairs > 0 ? <SummaryView summary={data} mayUndo={may('label:rule')} /> : <NoPairs />
        }
      </Loaded>
    </Page>
  )
}

function NoPairs() {
  return (
    <EmptyState
      title="No pairs yet"
      action={
        <Button asChild look="primary">
          <Link href="/variants">Open variants</Link>
        </Button>
      }
    >
      Pairs appear here when a batch of variants has answers. Create a batch under Variants.
    </EmptyState>
  )
}

function SummaryView({ summary, mayUndo }: { summary: Summary; mayUndo: boolean }) {
  const { pairs, open, personVotes, ruleVotes, mine, mineToday, rules, byPersona } = summary
  const agreement = agreementOf(summary.agreement)
  return (
    <>
      <section aria-label="Votes" className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        <Card className="px-4.5 py-4">
          <Stat
            label="Pairs"
            value={formatCount(pairs)}
            note={`${formatCount(open)} without a vote by a person`}
          />
        </Card>
        <Card className="px-4.5 py-4">
          <Stat
            label="Votes by people"
            value={formatCount(personVotes)}
            note={`${formatCount(mine)} by you · ${formatCount(mineToday)} today`}
          />
        </Card>
        <Card className="px-4.5 py-4">
          <Stat label="Votes by rules" value={formatCount(ruleVotes)} note="each with its reason">
            {mayUndo ? <UndoRulesButton last={rules.last} /> : null}
          </Stat>
        </Card>
        <Card className="px-4.5 py-4">
          <Stat label="People and rules agree" {...agreement} />
        </Card>
      </section>
      <Card>
        <CardHead title="By persona" />
        <Table className="mt-2">
          <thead>
            <tr>
              <Th>Persona</Th>
              <Th numeric>Pairs</Th>
              <Th numeric>People</Th>
              <Th numeric>Rules</Th>
              <Th className={cn('w-1/3', wideOnly)}>Labeled by people</Th>
            </tr>
          </thead>
          <tbody>
            {byPersona.map((row) => (
              <Tr key={row.slug}>
                <Td className="font-medium sm:whitespace-nowrap">{row.name}</Td>
                <Td numeric>{formatCount(row.pairs)}</Td>
                <Td numeric>{formatCount(row.personVotes)}</Td>
                <Td numeric>{formatCount(row.ruleVotes)}</Td>
                <Td className={cn('min-w-32', wideOnly)}>
                  <Progress
                    value={row.pairs > 0 ? row.personVotes / row.pairs : 0}
                    label={`Labeled by people for ${row.name}`}
                    tone="good"
                  />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </Card>
    </>
  )
}
