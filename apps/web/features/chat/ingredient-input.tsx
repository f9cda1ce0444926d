'use client'

import { X } from 'lucide-react'
import { type KeyboardEvent, useId, useState } from 'react'

const most = 12

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
  const add = (text: string) => {
    const words = text
      .split(/[,;\n]/)
      .map((word) => word.trim().slice(0, 60))
      .filter(Boolean)
    const known = new Set(value.map((word) => word.toLowerCase()))
    onChange([...value, ...words.filter((word) => !known.has(word.toLowerCase()))].slice(0, most))
    setDraft('')
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
        <span
          key={word}
          className="inline-flex h-7 items-center gap-1 rounded-full bg-good-soft pr-1 pl-2.5 text-sm font-medium text-good"
        >
          {word}
          <button
            type="button"
            aria-label={`Remove ${word}`}
            onClick={() => onChange(value.filter((one) => one !== word))}
            className="grid size-5 place-items-center rounded-full hover:bg-good/15"
          >
            <X className="size-3.5" aria-hidden />
          </button>
        </span>
      ))}
      <input
        id={id}
        value={draft}
        maxLength={200}
        enterKeyHint="done"
        autoComplete="off"
        disabled={value.length >= most}
        placeholder={
          value.length === 0 ? 'Your ingredients' : value.length >= most ? `${most} at most` : 'Add another'
        }
        onChange={(event) =>
          /[,;\n]/.test(event.target.value) ? add(event.target.value) : setDraft(event.target.value)
        }
        onKeyDown={onKeyDown}
        onBlur={() => draft.trim() !== '' && add(draft)}
        className="h-7 min-w-32 flex-1 bg-transparent text-base focus:outline-none focus-visible:outline-none"
      />
    </div>
  )
}
