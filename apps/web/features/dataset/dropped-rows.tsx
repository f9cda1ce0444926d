import { Card, CardBody, CardHead } from '@palate/ui'
import { formatCount, plural } from '../../lib/format'

/** The reasons for dropped rows with their line numbers, so that the file can be fixed. */
export function DroppedRows({
  dropped,
}: {
  dropped: readonly { reason: string; count: number; lines: number[] }[]
}) {
  return (
    <Card>
      <CardHead title="Dropped rows by reason" />
      <CardBody>
        {dropped.length === 0 ? <p className="text-ink-2">No rows were dropped.</p> : null}
        <ul className="flex flex-col gap-3">
          {dropped.map(({ reason, count, lines }) => (
            <li
              key={reason}
              className="flex flex-col gap-0.5 border-b border-dotted border-line-strong pb-3 last:border-0 last:pb-0"
            >
              <span className="flex items-baseline justify-between gap-4">
                <b className="font-medium">{reason}</b>
                <span className="num text-sm text-ink-2">{plural(count, 'row')}</span>
              </span>
              <span className="num text-xs text-ink-3">
                {lines.length === 1 ? 'line ' : 'lines '}
                {lines.map(formatCount).join(', ')}
                {count > lines.length ? ', …' : ''}
              </span>
            </li>
          ))}
        </ul>
      </CardBody>
    </Card>
  )
}
