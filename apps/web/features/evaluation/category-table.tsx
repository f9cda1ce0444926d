import { Card, CardHead, cn, Interval, Table, Td, TdNote, Th, Tr, wideOnly } from '@palate/ui'
import { formatInterval, formatPercent, plural } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'

type ByCategory = NonNullable<Outputs['evaluation']['get']['summary']>['byCategory']

/** "constraint_stress" as "constraint stress". */
export const categoryName = (key: string) => key.replaceAll('_', ' ')

export function CategoryTable({ byCategory }: { byCategory: ByCategory }) {
  return (
    <Card>
      <CardHead title="By category" />
      <Table className="mt-2">
        <thead>
          <tr>
            <Th>Category</Th>
            <Th numeric className={wideOnly}>
              Answers
            </Th>
            <Th numeric>Win rate</Th>
            <Th className={cn('w-1/5', wideOnly)}>95% interval</Th>
            <Th numeric>Violations</Th>
            <Th numeric className={wideOnly}>
              Ingredients used
            </Th>
            <Th numeric className={wideOnly}>
              Format
            </Th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(byCategory).map(([key, row]) => (
            <Tr key={key}>
              <Td className="font-medium first-letter:uppercase sm:whitespace-nowrap">
                {categoryName(key)}
                <TdNote>{plural(row.n, 'answer')}</TdNote>
              </Td>
              <Td numeric className={wideOnly}>
                {row.n}
              </Td>
              <Td numeric className="whitespace-nowrap">
                {formatPercent(row.winRate.value)}
                <TdNote>95%: {formatInterval(row.winRate)}</TdNote>
              </Td>
              <Td className={cn('min-w-36', wideOnly)}>
                <Interval {...row.winRate} reference={50} label={`95%: ${formatInterval(row.winRate)}`} />
              </Td>
              <Change from={row.base.violations.value} to={row.tuned.violations.value} />
              <Change
                from={row.base.ingredientUse.value}
                to={row.tuned.ingredientUse.value}
                className={wideOnly}
              />
              <Change from={row.base.format.value} to={row.tuned.format.value} className={wideOnly} />
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}

function Change({ from, to, className }: { from: number; to: number; className?: string }) {
  return (
    <Td numeric className={cn('whitespace-nowrap', className)}>
      <span className="text-ink-3">{formatPercent(from)} →</span> {formatPercent(to)}
    </Td>
  )
}
