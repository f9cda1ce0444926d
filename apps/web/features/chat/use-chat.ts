'use client'

import { useMutation } from '@tanstack/react-query'
import { useEffect, useReducer, useRef } from 'react'
import { describeErrorBody } from '../../lib/error'
import { useTRPC } from '../../lib/trpc'
import { keepTurns, readTurns } from './kept-turns'
import { type Ask, type Thumb, type Turn, turnsAfter } from './turns'

/** The conversation with one deployment: ask, stream the answer, stop, and store thumbs. */
export function useChat(slug: string) {
  const trpc = useTRPC()
  const [turns, dispatch] = useReducer(turnsAfter, slug, (name) => readTurns(localStorage, name))
  const running = useRef<AbortController>(null)
  const feedback = useMutation(trpc.chat.feedback.mutationOptions())

  // Not at each token: a conversation changes its state when a turn begins, ends or is rated.
  const changes = turns.map(({ key, status, thumb }) => `${key} ${status} ${thumb}`).join()
  const latest = useRef(turns)
  latest.current = turns
  useEffect(() => {
    if (changes !== '' || latest.current.length === 0) keepTurns(localStorage, slug, latest.current)
  }, [changes, slug])

  const ask = async (question: Omit<Ask, 'key'>) => {
    const key = crypto.randomUUID()
    const abort = new AbortController()
    running.current = abort
    dispatch({ type: 'ask', ask: { ...question, key } })
    const { persona, inventory, request, sampling } = question
    try {
      const response = await send('/v1/chat/completions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        signal: abort.signal,
        body: JSON.stringify({
          model: slug,
          stream: true,
          temperature: sampling.temperature,
          top_p: sampling.topP,
          max_tokens: sampling.maxTokens,
          palate: { persona, inventory, request, visitorId: visitorId() },
        }),
      })
      if (!response.ok || !response.body) throw new Error(describeErrorBody(await response.text()))
      const { readChat } = await import('./stream')
      for await (const event of readChat(response.body)) dispatch({ type: 'event', key, event })
      dispatch({ type: 'close', key })
    } catch (error) {
      if (abort.signal.aborted) dispatch({ type: 'stop', key })
      else dispatch({ type: 'fail', key, error: error instanceof Error ? error.message : String(error) })
    }
  }

  const rate = (turn: Turn, pressed: Thumb) => {
    if (!turn.turnId) return
    const before = turn.thumb
    const thumb = before === pressed ? null : pressed
    dispatch({ type: 'thumb', key: turn.key, thumb })
    feedback.mutate(
      { turnId: turn.turnId, visitorId: visitorId(), thumb },
      { onError: () => dispatch({ type: 'thumb', key: turn.key, thumb: before }) },
    )
  }

  return { turns, ask, stop: () => running.current?.abort(), clear: () => dispatch({ type: 'clear' }), rate }
}

/** A request that reaches nobody fails with the browser's words ("Failed to fetch"), which help nobody. */
async function send(path: string, init: RequestInit): Promise<Response> {
  return fetch(path, init).catch((error: unknown) => {
    throw init.signal?.aborted ? error : new Error(unreachable)
  })
}

const unreachable = 'Palate cannot be reached. Check the connection and try again.'

const visitorKey = 'palate-visitor'

/** A random id for this browser, without personal data; it links a thumb to the answer shown here. */
function visitorId(): string {
  const known = localStorage.getItem(visitorKey)
  if (known) return known
  const made = crypto.randomUUID()
  localStorage.setItem(visitorKey, made)
  return made
}
