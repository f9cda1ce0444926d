import { parseRecipe } from '@palate/recipe'
import { cn } from '@palate/ui'
import type { ReactNode } from 'react'
import { Caret, MarkedLine } from './marked-line'
import type { RecipeMarks, RecipeSame } from './marks'

/**
 * A recipe as a card, in labeling, evaluations and the chat. Text in another format is shown unchanged.
 */
export function RecipeCard({
  text,
  label,
  aside,
  note,
  same,
  marks,
  streaming = false,
  className,
}: {
  /** The text of the model, complete or still growing. */
  text: string
  /** Names the card beside another one, e.g. "A". */
  label?: string
  /** Beside the title, e.g. the result of a check. */
  aside?: ReactNode
  /** Beside minutes and servings. */
  note?: string
  /** Lines that the other recipe has too; they are faded. */
  same?: RecipeSame
  marks?: RecipeMarks
  streaming?: boolean
  className?: string
}) {
  const recipe = parseRecipe(text)
  const readable = recipe.ingredients.length > 0 || (streaming && recipe.title !== '')
  const meta = [
    recipe.minutes === null ? null : `${recipe.minutes} min`,
    recipe.serves === null ? null : `serves ${recipe.serves}`,
    recipe.cuisine,
    recipe.ingredients.length > 0 ? count(recipe.ingredients.length, 'ingredient') : null,
    note ?? null,
  ].filter((part) => part !== null && part !== '')

  return (
    <article
      aria-label={label ? `Recipe ${label}` : 'Recipe'}
      className={cn(
        'flex min-w-0 flex-col gap-4 [overflow-wrap:anywhere] rounded-xl border border-line bg-card px-5 py-5 shadow-lift sm:px-7 sm:py-6.5',
        className,
      )}
    >
      <header className="flex flex-col gap-2">
        {label ? <span className="font-mono text-xs text-ink-3">{label}</span> : null}
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
          <h2 className="title min-w-0 text-2xl">
            {recipe.title || (streaming ? '…' : readable ? 'Untitled' : 'Unformatted answer')}
          </h2>
          {aside}
        </div>
        {readable && meta.length > 0 ? (
          <p className="num flex flex-wrap gap-x-3.5 text-sm text-ink-2">
            {meta.map((part) => (
              <span key={part}>{part}</span>
            ))}
          </p>
        ) : null}
      </header>
      {readable ? null : (
        <p className="text-md leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
          {text}
          {streaming ? <Caret /> : null}
        </p>
      )}
      {readable && recipe.ingredients.length > 0 ? (
        <section className="flex flex-col gap-1.5">
          <h3 className="title text-md">Ingredients</h3>
          <ul>
            {recipe.ingredients.map((ingredient, index) => (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
                key={index}
                className={cn(
                  'grid grid-cols-[98px_1fr] gap-2.5 border-b border-dotted border-line-strong py-1.25 sm:grid-cols-[104px_1fr]',
                  same?.ingredients.has(index) && faded,
                )}
              >
                <span className={cn('num text-right', !same?.ingredients.has(index) && 'text-ink-2')}>
                  {ingredient.quantity}
                </span>
                <MarkedLine line={nameAndNote(ingredient)} mark={marks?.ingredients.get(index)} />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {readable && recipe.steps.length > 0 ? (
        <section className="flex flex-col gap-2.5">
          <h3 className="title text-md">Method</h3>
          <ol className="flex flex-col gap-2">
            {recipe.steps.map((step, index) => (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other identity
                key={index}
                className={cn('grid grid-cols-[26px_1fr] gap-2', same?.steps.has(index) && faded)}
              >
                <span className="title text-lg leading-[1.25] text-accent">{index + 1}</span>
                <span>
                  <MarkedLine line={step} mark={marks?.steps.get(index)} />
                  {streaming && index === recipe.steps.length - 1 ? <Caret /> : null}
                </span>
              </li>
            ))}
          </ol>
        </section>
      ) : null}
      {streaming && readable && recipe.steps.length === 0 ? (
        <p>
          <Caret />
        </p>
      ) : null}
    </article>
  )
}

/** Quieter than the other lines, and still readable: marked words need the stronger color on their ground. */
const faded = 'text-ink-3 [&_mark]:text-ink-2'

const nameAndNote = ({ name, note }: { name: string; note: string }) => (note ? `${name}, ${note}` : name)
const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`
