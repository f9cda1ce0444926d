'use client'

import { CommandPalette } from '@palate/ui'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTheme } from 'next-themes'
import { useEffect, useState } from 'react'
import { describeError } from '../../lib/error'
import { useTRPC } from '../../lib/trpc'
import { useMay } from '../../lib/use-may'
import { pressCreateSoon } from './act'
import { isMac } from './is-mac'
import { showKeys } from './key-list'
import { listEntries, type PaletteEntry } from './palette-entries'

/** A search waits until nobody has typed for this long. */
const quietMs = 120

/** Every page, action and thing of the workspace, by a few letters. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const router = useRouter()
  const may = useMay()
  const { setTheme } = useTheme()
  const [text, setText] = useState('')
  const asked = useQuiet(text.trim())
  const found = useQuery(
    trpc.search.find.queryOptions(
      { text: asked },
      { enabled: asked !== '', placeholderData: keepPreviousData },
    ),
  )
  const entries = listEntries(text.trim(), asked === '' ? [] : (found.data ?? []), may)
  const choose = ({ href, theme, creates }: PaletteEntry) => {
    onClose()
    if (theme) setTheme(theme)
    if (!href) return
    router.push(href)
    if (creates) pressCreateSoon()
  }
  return (
    <CommandPalette
      label="Search Palate"
      text={text}
      onTextChange={setText}
      onClose={onClose}
      note={found.error ? describeError(found.error) : found.isFetching ? 'Searching…' : 'Nothing found.'}
      groups={(['Pages', 'Actions', 'Found'] as const).map((name) => ({
        name,
        entries: entries
          .filter(({ group }) => group === name)
          .map((entry) => ({
            ...{ id: entry.id, name: entry.name, note: entry.note, onChoose: () => choose(entry) },
            keys: entry.keys ? showKeys({ keys: entry.keys }, isMac()) : [],
          })),
      }))}
    />
  )
}

/** The text once it has not changed for a moment. */
function useQuiet(text: string): string {
  const [quiet, setQuiet] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(text), quietMs)
    return () => clearTimeout(timer)
  }, [text])
  return quiet
}
