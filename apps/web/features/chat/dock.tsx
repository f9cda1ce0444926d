'use client'

import { Button, Input } from '@palate/ui'
import { SlidersHorizontal, Square } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { IngredientInput } from './ingredient-input'
import { problemOfRequest } from './read-input'
import type { Sampling } from './turns'

const SamplingPanel = dynamic(() => import('./sampling-panel').then((module) => module.SamplingPanel), {
  loading: () => null,
})

/** The input of the chat: ingredients, a request, sampling settings, and the button. */
export function Dock({
  writing,
  onAsk,
  onStop,
}: {
  writing: boolean
  onAsk: (question: { inventory: readonly string[]; request: string }, sampling: Sampling) => void
  onStop: () => void
}) {
  const [inventory, setInventory] = useState<readonly string[]>([])
  const [request, setRequest] = useState('')
  const [sampling, setSampling] = useState<Sampling>({ temperature: 0.7, topP: 0.95, maxTokens: 320 })
  const [open, setOpen] = useState(false)
  const problem = problemOfRequest(request)
  return (
    <div className="sticky bottom-0 z-20 -mx-4 mt-auto bg-linear-to-t from-paper from-80% to-transparent px-4 pt-6 pb-3 sm:-mx-5 sm:px-5 sm:pb-4">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!writing && inventory.length > 0 && !problem)
            onAsk({ inventory, request: request.trim() }, sampling)
        }}
        className="flex flex-col gap-3 rounded-xl border border-line-strong bg-card px-4 py-3.5 shadow-float focus-within:border-ink-3"
      >
        <IngredientInput value={inventory} onChange={setInventory} />
        <div className="flex flex-wrap items-center justify-end gap-2">
          <Input
            aria-label="Request"
            value={request}
            aria-invalid={problem ? true : undefined}
            aria-describedby={problem ? 'request-problem' : undefined}
            placeholder="Request (optional): quick, for two, no oven"
            onChange={(event) => setRequest(event.target.value)}
            className="min-w-0 flex-1 max-sm:basis-full"
          />
          <Button
            look="quiet"
            size="icon"
            aria-label="Sampling settings"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="size-9"
          >
            <SlidersHorizontal aria-hidden />
          </Button>
          {/* Beside the other button, not in its place: a double click on that must not stop the answer. */}
          {writing ? (
            <Button onClick={onStop} className="h-9 px-4">
              <Square className="fill-current" aria-hidden /> Stop
            </Button>
          ) : null}
          <Button
            type="submit"
            look="accent"
            disabled={writing || inventory.length === 0 || problem !== null}
            className="h-9 px-5"
          >
            Write recipe
          </Button>
        </div>
        {problem ? (
          <p id="request-problem" role="alert" className="text-sm text-bad">
            {problem}
          </p>
        ) : null}
        {open ? <SamplingPanel value={sampling} onChange={setSampling} /> : null}
      </form>
      <p className="mt-2 text-center text-xs text-ink-3">
        A language model writes these recipes. Check allergens yourself.
      </p>
    </div>
  )
}
