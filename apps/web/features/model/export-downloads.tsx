'use client'

import { buttonStyles } from '@palate/ui'
import { Download } from 'lucide-react'
import { formatBytes } from '../../lib/format'
import type { Outputs } from '../../lib/trpc'

type Exports = Outputs['model']['exports']
type Export = Exports['exports'][number]

const titles: Record<Export['format'], [title: string, about: string]> = {
  safetensors: ['Safetensors', 'For transformers, and to train it further elsewhere.'],
  gguf: ['GGUF', 'For llama.cpp and what builds on it.'],
  ollama: ['Modelfile and files', 'For ollama create on any machine.'],
}

/** The zips of a model, each with its files, and the whole models that were made of it. */
export function ExportDownloads({ exports, derived }: Exports) {
  return (
    <div className="flex flex-col gap-5">
      {exports
        .filter(({ format }) => format !== 'ollama')
        .map((one) => (
          <ExportFiles key={one.format} {...one} />
        ))}
      {derived.length > 0 ? (
        <p className="text-sm text-ink-2">
          Whole models made of it, each with an export of its own:{' '}
          {derived
            .map(
              ({ name, number, quantization }) =>
                `${name} v${number}${quantization ? ` (${quantization})` : ''}`,
            )
            .join(', ')}
          .
        </p>
      ) : (
        <p className="text-sm text-ink-2">
          For another quantization of an adapter, merge it into its base: the merged model has an export of
          its own.
        </p>
      )}
    </div>
  )
}

export function ExportFiles({ format, filename, url, sizeBytes, files }: Export) {
  const [title, about] = titles[format]
  return (
    <section aria-label={title} className="rounded-lg border border-line">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
        <div className="min-w-0 flex-1 basis-52">
          <h3 className="font-semibold">{title}</h3>
          <p className="text-sm text-ink-2">{about}</p>
        </div>
        <a href={url} download={filename} className={buttonStyles({ look: 'plain' })}>
          <Download aria-hidden />
          Download zip
          <span className="num font-normal text-ink-3">{formatBytes(sizeBytes)}</span>
        </a>
      </header>
      <ul className="border-t border-line px-4 py-2 text-sm">
        {files.map(({ path, url: link, sizeBytes: size, sha256 }) => (
          <li key={path} className="flex flex-wrap items-baseline gap-x-3 py-1">
            <a href={link} download className="min-w-0 break-all text-accent underline underline-offset-3">
              {path}
            </a>
            <span className="num text-ink-3">{formatBytes(size)}</span>
            <code className="ml-auto text-xs text-ink-3" title={`SHA-256 ${sha256}`}>
              {sha256.slice(0, 12)}
            </code>
          </li>
        ))}
      </ul>
    </section>
  )
}
