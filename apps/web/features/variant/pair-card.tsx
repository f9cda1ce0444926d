import { formatList } from '@palate/recipe'
import { Card, Tag } from '@palate/ui'
import { plural } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'
import { nameModel } from '../model/model-groups'
import { readMarks, readSame } from '../recipe/marks'
import { RecipeCard } from '../recipe/recipe-card'

const styleNames = {
  full: 'Full prompt',
  screened: 'Full prompt, screened',
  weak: 'Weak prompt',
} as const

type Pair = Outputs['variant']['pairs']['items'][number]
type Origin = NonNullable<Pair['origin']>['a']
type Writer = Outputs['variant']['batch']['models'][number]

/** One prompt with the two answers of its pair, collapsed at first. */
export function PairCard({ pair, models }: { pair: Pair; models: readonly Writer[] }) {
  return (
    <Card>
      <details className="group">
        <summary className="flex cursor-pointer list-none flex-wrap items-center gap-x-3 gap-y-1 rounded-lg px-4.5 py-3">
          <Tag tone="accent">{pair.persona.name}</Tag>
          <span className="min-w-0 flex-1 basis-64 font-medium group-hover:text-accent">{pair.request}</span>
          <span className="text-sm text-ink-3">with {formatList(pair.inventory)}</span>
          <Tag>{pair.votes.length > 0 ? plural(pair.votes.length, 'vote') : 'no vote'}</Tag>
        </summary>
        <PairAnswers pair={pair} models={models} />
      </details>
    </Card>
  )
}

function PairAnswers({ pair, models }: { pair: Pair; models: readonly Writer[] }) {
  const same = readSame(pair.a, pair.b)
  return (
    <div className="grid items-start gap-4 border-t border-line bg-paper/60 p-4 md:grid-cols-2">
      <RecipeCard
        label={pair.origin ? describeOrigin(pair.origin.a, models) : 'Answer A'}
        text={pair.a}
        same={same.left}
        marks={readMarks(pair.a, { used: pair.inventory })}
      />
      <RecipeCard
        label={pair.origin ? describeOrigin(pair.origin.b, models) : 'Answer B'}
        text={pair.b}
        same={same.right}
        marks={readMarks(pair.b, { used: pair.inventory })}
      />
    </div>
  )
}

/** Under which prompt a text was written, and by which model where the batch has several. */
function describeOrigin({ style, modelVersionId }: Origin, models: readonly Writer[]): string {
  const model = models.length > 1 ? models.find(({ id }) => id === modelVersionId) : undefined
  return model ? `${nameModel(model)}, ${styleNames[style].toLowerCase()}` : styleNames[style]
}
