import { Card, CardHead, Interval, Table, Td, Th, Tr } from '@palate/ui'
import { formatInterval, formatPercent } from '../../lib/format'
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
            <Th numeric>Answers</Th>
            <Th numeric>Win rate</Th>
            <Th className="w-1/5">95% interval</Th>
            <Th numeric>Violations</Th>
            <Th numeric>Ingredients used</Th>
            <Th numeric>Format</Th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(byCategory).map(([key, row]) => (
            <Tr key={key}>
              <Td className="font-medium whitespace-nowrap first-letter:uppercase">{categoryName(key)}</Td>
              <Td numeric>{row.n}</Td>
              <Td numeric className="whitespace-nowrap">
                {formatPercent(row.winRate.value)}
              </Td>
              <Td className="min-w-36">
                <Interval {...row.winRate} reference={50} label={`95%: ${formatInterval(row.winRate)}`} />
              </Td>
              <Change from={row.base.violations.value} to={row.tuned.violations.value} />
              <Change from={row.base.ingredientUse.value} to={row.tuned.ingredientUse.value} />
              <Change from={row.base.format.value} to={row.tuned.format.value} />
            </Tr>
          ))}
        </tbody>
      </Table>
    </Card>
  )
}

function Change({ from, to }: { from: number; to: number }) {
  return (
    <Td numeric className="whitespace-nowrap">
      <span className="text-ink-3">{formatPercent(from)} →</span> {formatPercent(to)}
    </Td>
  )
}
