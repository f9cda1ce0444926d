import { checkRecipe } from '@palate/recipe'
import { Tag } from '@palate/ui'
import { type ReactNode, useMemo } from 'react'
import { findingsOf, readMarks } from '../recipe/marks'
import { RecipeCard } from '../recipe/recipe-card'

type Rules = { diets: readonly string[]; forbidden: readonly string[] }

/** An answer of the chat, checked against the rules of its persona and the given ingredients. */
export function CheckedCard({
  text,
  inventory,
  persona,
  writing,
  whole,
}: {
  text: string
  inventory: readonly string[]
  persona: Rules | undefined
  writing: boolean
  /** Whether the answer is complete: only then can it pass the rules. */
  whole: boolean
}) {
  const check = useMemo(
    () =>
      checkRecipe(text, {
        persona: { forbidden: [...(persona?.forbidden ?? [])], diets: [...(persona?.diets ?? [])] },
        inventory: [...inventory],
      }),
    [text, inventory, persona],
  )
  const marks = useMemo(
    () => readMarks(text, { findings: findingsOf(check.violations), used: check.use.used }),
    [text, check],
  )
  return (
    <RecipeCard
      text={text}
      streaming={writing}
      marks={marks}
      note={writing ? undefined : usedNote(check.use)}
      aside={
        writing ? null : <Verdict broken={check.violations.length} whole={whole} diet={persona?.diets[0]} />
      }
    />
  )
}

function usedNote({ used, allowedGiven }: { used: readonly string[]; allowedGiven: readonly string[] }) {
  if (allowedGiven.length === 0) return undefined
  return used.length === allowedGiven.length
    ? `uses all ${used.length} of your ingredients`
    : `uses ${used.length} of your ${allowedGiven.length} ingredients`
}

function Verdict({
  broken,
  whole,
  diet,
}: {
  broken: number
  whole: boolean
  diet: string | undefined
}): ReactNode {
  if (broken > 0) {
    return (
      <Tag tone="bad">
        breaks {broken} {broken === 1 ? 'rule' : 'rules'}
      </Tag>
    )
  }
  if (!whole) return null
  return <Tag tone="good">{diet ? `${diet}, rules kept` : 'rules kept'}</Tag>
}
