import { Card, CardBody, CardHead } from '@palate/ui'
import { plural } from '../../lib/format'

type Row = { line: number; title: string; ingredients: string[]; directions: string[] }

/** The first recipes of the dataset. */
export function Preview({ rows }: { rows: readonly Row[] }) {
  return (
    <Card>
      <CardHead title="Preview" aside={plural(rows.length, 'recipe')} />
      <CardBody className="flex flex-col">
        {rows.map((row) => (
          <details key={row.line} className="group border-b border-line py-2 last:border-0">
            <summary className="flex cursor-pointer list-none flex-wrap items-baseline gap-x-3 rounded-sm">
              <span className="num w-12 shrink-0 text-right text-xs max-sm:w-6 text-ink-3">{row.line}</span>
              <span className="min-w-0 flex-1 font-medium group-hover:text-accent sm:truncate">
                {row.title}
              </span>
              <span className="num shrink-0 text-xs text-ink-3 max-sm:basis-full max-sm:pl-9">
                {plural(row.ingredients.length, 'ingredient')} · {plural(row.directions.length, 'step')}
              </span>
            </summary>
            <div className="grid gap-4 py-3 pl-9 sm:pl-15 sm:grid-cols-[1fr_1.6fr]">
              <ul className="text-sm text-ink-2">
                {row.ingredients.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
              <ol className="flex list-decimal flex-col gap-1 pl-4 text-sm">
                {row.directions.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ol>
            </div>
          </details>
        ))}
      </CardBody>
    </Card>
  )
}
