'use client'

import { useEffect } from 'react'

/** Has the model opened as soon as somebody opens the chat or chooses a persona, so that the first answer begins sooner. */
export function useWarmUp(model: string, persona: string): void {
  useEffect(() => {
    if (!persona) return
    const body = JSON.stringify({ model, persona })
    const headers = { 'content-type': 'application/json' }
    // What goes wrong here goes wrong again with the first question, and is said there.
    fetch('/v1/warm-up', { method: 'POST', headers, body }).catch(() => undefined)
  }, [model, persona])
}
