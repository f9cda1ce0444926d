import { formatList } from '@palate/recipe'
import { Button, Dialog, DialogContent, DialogTrigger, Tag } from '@palate/ui'
import type { LabelPair } from './use-label-queue'

type Shown = Pick<LabelPair, 'persona' | 'inventory' | 'request'>

/** How many rules stand in the brief itself; "All rules" shows every one. */
const shownRules = 6

/**
 * What the pair is judged by: the request, the ingredients and the persona. Its height is the same for every pair, so
 * that the cards do not move; what does not fit is behind the button.
 */
export function Brief({ pair }: { pair: Shown }) {
  const { persona, inventory, request } = pair
  const rules = rulesOf(persona.body)
  return (
    <header className="grid h-38 shrink-0 grid-rows-[1fr_auto] gap-x-8 gap-y-2 overflow-hidden md:h-26 md:grid-cols-[1fr_minmax(0,28rem)] md:grid-rows-1">
      <div className="min-w-0">
        <p className="truncate text-ink-2">Ingredients: {formatList(inventory)}</p>
        <h1 className="title mt-0.5 line-clamp-2 text-xl lg:text-2xl">“{request}”</h1>
      </div>
      <div className="flex min-w-0 flex-col gap-1.5 md:items-end">
        <span className="flex items-center gap-2 text-ink-2">
          For <Tag tone="accent">{persona.name}</Tag>
          <BriefDialog pair={pair} rules={rules} />
        </span>
        <div className="flex max-h-12 flex-wrap gap-1.5 overflow-hidden max-md:max-h-5.5 md:justify-end">
          {rules.slice(0, shownRules).map((rule) => (
            <Tag key={rule}>{rule}</Tag>
          ))}
        </div>
      </div>
    </header>
  )
}

/** Every diet and every forbidden thing of a persona, as short rules. */
export function rulesOf({ diets, forbidden }: Pick<LabelPair['persona']['body'], 'diets' | 'forbidden'>) {
  return [...new Set([...diets, ...forbidden.map((word) => `no ${word}`)])]
}

/** The button opens the whole brief, also for a persona without rules. */
export function describeRules(count: number): string {
  if (count === 0) return 'Details'
  return count === 1 ? 'The rule' : `All ${count} rules`
}

function BriefDialog({ pair, rules }: { pair: Shown; rules: readonly string[] }) {
  return (
    <Dialog>
      <DialogTrigger asChild>
        <Button size="sm">{describeRules(rules.length)}</Button>
      </DialogTrigger>
      <DialogContent title={pair.persona.name} description={`“${pair.request}”`}>
        <BriefText inventory={pair.inventory} rules={rules} />
      </DialogContent>
    </Dialog>
  )
}

export function BriefText({ inventory, rules }: { inventory: string[]; rules: readonly string[] }) {
  return (
    <dl className="flex flex-col gap-4">
      <div className="flex flex-col gap-1.5">
        <dt className="text-ink-2">Ingredients</dt>
        <dd>{formatList(inventory)}</dd>
      </div>
      <div className="flex flex-col gap-1.5">
        <dt className="text-ink-2">Rules</dt>
        <dd className="flex flex-wrap gap-1.5">
          {rules.length === 0 ? 'This persona has no rules.' : null}
          {rules.map((rule) => (
            <Tag key={rule}>{rule}</Tag>
          ))}
        </dd>
      </div>
    </dl>
  )
}
