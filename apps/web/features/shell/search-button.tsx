'use client'

import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { isMac } from '../keys/is-mac'
import { keyCommands, showKeys } from '../keys/key-list'
import { showOverlay } from '../keys/overlay'

const command = keyCommands.find(({ id }) => id === 'palette')

/** Opens the palette, and teaches its key. */
export function SearchButton({ onOpen }: { onOpen?: (() => void) | undefined }) {
  const [keys, setKeys] = useState('')
  // The server does not know the keyboard.
  useEffect(() => setKeys(command ? showKeys(command, isMac()).join(' ') : ''), [])
  return (
    <button
      type="button"
      className="mb-1 flex items-center gap-2.5 rounded-md px-2 py-1.5 text-left font-medium text-ink-2 transition-colors hover:bg-sunk hover:text-ink"
      onClick={() => {
        onOpen?.()
        showOverlay('palette')
      }}
    >
      <span className="grid w-4.5 place-items-center">
        <Search className="size-4 text-ink-3" aria-hidden />
      </span>
      Search
      <span className="ml-auto text-xs text-ink-3 max-lg:hidden" aria-hidden="true">
        {keys}
      </span>
    </button>
  )
}
