import { preflightFaults } from '@palate/protocol'
import { Card, CardBody, CardHead, Tag } from '@palate/ui'
import type { ReactNode } from 'react'
import { formatCount, formatDate, formatPercent, plural } from '../../../lib/format'
import type { Outputs } from '../../../lib/trpc'
import { faultName, faultTexts, isFault } from './faults'
import { markStyles } from './token-view'

type Preflight = NonNullable<Outputs['run']['preflight']>

/** Totals over all rows: trained tokens, BOS and EOS tokens, and the checks. */
export function PreflightTotals({ preflight }: { preflight: Preflight }) {
  const { report, override } = preflight
  const tokens = report.trained + report.masked + report.cut
  const share = (count: number) => (tokens > 0 ? formatPercent((100 * count) / tokens) : '–')
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card>
        <CardHead
          title="All rows"
          aside={`${plural(report.rows, 'row')}, ${plural(report.sequences, 'answer')}`}
        />
        <CardBody>
          <dl className="flex flex-col">
            <Line name="Template">{report.template}</Line>
            <Line name={<Legend mark="trained">trained</Legend>}>
              {formatCount(report.trained)} tokens, {share(report.trained)}
            </Line>
            <Line name={<Legend mark="masked">masked</Legend>}>
              {formatCount(report.masked)} tokens, {share(report.masked)}
            </Line>
            <Line name={<Legend mark="cut">cut</Legend>}>
              {formatCount(report.cut)} tokens, {share(report.cut)}
            </Line>
            <Line name="Longest">
              {formatCount(report.longest)} of {formatCount(report.maxLength)} tokens
            </Line>
            <Line name="BOS">
              {report.bosToken === null
                ? 'none in this tokenizer'
                : `${report.bosToken} × ${formatCount(report.bosCount)}`}
            </Line>
            <Line name="EOS">
              {report.endToken ?? 'none'} × {formatCount(report.endCount)}
            </Line>
          </dl>
        </CardBody>
      </Card>
      <Card>
        <CardHead title="Checks" />
        <CardBody>
          <ul className="flex flex-col gap-3">
            {inOrder(report.faults).map(([name, count]) => (
              <li
                key={name}
                className="flex items-start justify-between gap-4 border-b border-dotted border-line-strong pb-3 last:border-0 last:pb-0"
              >
                <span className="flex flex-col gap-0.5">
                  <b className="font-medium">{faultName(name)}</b>
                  {isFault(name) ? <span className="text-xs text-ink-3">{faultTexts[name].why}</span> : null}
                </span>
                <CheckResult
                  count={count}
                  of={report.sequences}
                  overridden={report.overridden.includes(name)}
                />
              </li>
            ))}
          </ul>
          {override ? (
            <p className="mt-3 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
              {override.by} allowed {override.faults.map((fault) => `“${faultName(fault)}”`).join(', ')} for
              this run, {formatDate(override.at)}.
            </p>
          ) : null}
        </CardBody>
      </Card>
    </div>
  )
}

/** PostgreSQL does not keep the order of keys: known faults come first, in a fixed order. */
function inOrder(faults: Record<string, number>): [string, number][] {
  const known = preflightFaults.filter((name) => name in faults)
  const others = Object.keys(faults).filter((name) => !isFault(name))
  return [...known, ...others].map((name) => [name, faults[name] ?? 0])
}

function CheckResult({ count, of, overridden }: { count: number; of: number; overridden: boolean }) {
  if (count === 0) return <Tag tone="good">passed</Tag>
  return (
    <Tag tone={overridden ? 'warn' : 'bad'}>
      {formatCount(count)} of {formatCount(of)}
      {overridden ? ', allowed' : ''}
    </Tag>
  )
}

function Line({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-4 border-b border-dotted border-line-strong py-1.5 last:border-0">
      <dt className="text-ink-2">{name}</dt>
      <dd className="num text-right [overflow-wrap:anywhere]">{children}</dd>
    </div>
  )
}

function Legend({ mark, children }: { mark: keyof typeof markStyles; children: string }) {
  return <span className={`rounded-sm px-1 font-mono text-xs ${markStyles[mark]}`}>{children}</span>
}
