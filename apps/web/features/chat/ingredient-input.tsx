'use client'

import { X } from 'lucide-react'
import { type KeyboardEvent, useId, useState } from 'react'
import { maxIngredients, readIngredients } from './read-input'

/** Ingredients as chips: Enter or a comma adds one, Backspace in an empty field removes the last one. */
export function IngredientInput({
  value,
  onChange,
}: {
  value: readonly string[]
  onChange: (value: readonly string[]) => void
}) {
  const id = useId()
  const [draft, setDraft] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const add = (text: string) => {
    const read = readIngredients(value, text)
    onChange(read.all)
    setDraft(read.rest)
    setProblem(read.problem)
  }
  const type = (text: string) => {
    if (/[,;\n]/.test(text) && problem === null) return add(text)
    setDraft(text)
    if (text === '') setProblem(null)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter' && draft.trim() !== '') {
      event.preventDefault()
      add(draft)
    }
    if (event.key === 'Backspace' && draft === '' && value.length > 0) onChange(value.slice(0, -1))
  }
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <label htmlFor={id} className="sr-only">
        Ingredients
      </label>
      {value.map((word) => (
        <Chip key={word} word={word} onRemove={() => onChange(value.filter((one) => one !== word))} />
      ))}
      <input
        id={id}
        value={draft}
        enterKeyHint="done"
        autoComplete="off"
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        placeholder={
          value.length === 0
            ? 'Your ingredients'
            : value.length >= maxIngredients
              ? `${maxIngredients} at most`
              : 'Add another'
        }
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => draft.trim() !== '' && add(draft)}
        className="h-7 min-w-32 flex-1 bg-transparent text-base focus:outline-none focus-visible:outline-none"
      />
      {problem ? (
        <p id={`${id}-problem`} role="alert" className="basis-full text-sm text-bad">
          {problem}
        </p>
      ) : null}
    </div>
  )
}

function Chip({ word, onRemove }: { word: string; onRemove: () => void }) {
  return (
    <span className="inline-flex min-h-7 max-w-full items-center gap-1 rounded-full bg-good-soft pr-1 pl-2.5 text-sm font-medium text-good [overflow-wrap:anywhere]">
      {word}
      <button
        type="button"
        aria-label={`Remove ${word}`}
        onClick={onRemove}
        className="grid size-5 shrink-0 place-items-center rounded-full hover:bg-good/15"
      >
        <X className="size-3.5" aria-hidden />
      </button>
    </span>
  )
}
