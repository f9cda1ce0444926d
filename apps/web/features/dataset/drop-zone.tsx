'use client'

import { Button, cn, Progress } from '@palate/ui'
import { Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { formatBytes } from '../../lib/format'

/** Accepts one file, dropped or chosen, and shows the upload progress. */
export function DropZone({
  onFile,
  sending,
  disabled,
}: {
  onFile: (file: File) => void
  sending: { name: string; sizeBytes: number; share: number } | null
  disabled?: boolean
}) {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const take = (files: FileList | null) => {
    const file = files?.[0]
    if (file && !disabled && !sending) onFile(file)
  }
  return (
    <section
      aria-label="Upload"
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer.files)
      }}
      className={cn(
        'flex flex-col items-center gap-3 rounded-lg border border-dashed border-line-strong px-6 py-8 text-center transition-colors',
        over && 'border-accent bg-accent-soft',
      )}
    >
      {sending ? (
        <div className="flex w-full max-w-sm flex-col gap-2">
          <p className="truncate font-medium">{sending.name}</p>
          <Progress value={sending.share} label="Upload" tone="accent" />
          <p className="num text-xs text-ink-3">
            {formatBytes(sending.share * sending.sizeBytes)} of {formatBytes(sending.sizeBytes)}
          </p>
        </div>
      ) : (
        <>
          <p className="title text-xl">Drop a recipe file here</p>
          <p className="max-w-md text-ink-2">
            A CSV file in the RecipeNLG format, or JSON Lines with{' '}
            <code className="font-mono text-xs">title</code>,{' '}
            <code className="font-mono text-xs">ingredients</code> and{' '}
            <code className="font-mono text-xs">directions</code>. Lists may be JSON or Python lists.
          </p>
          <Button disabled={disabled} onClick={() => input.current?.click()}>
            <Upload aria-hidden /> Choose file
          </Button>
        </>
      )}
      <input
        ref={input}
        type="file"
        aria-label="Recipe file"
        accept=".csv,.jsonl,.ndjson,.json"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          take(event.target.files)
          event.target.value = ''
        }}
      />
    </section>
  )
}
