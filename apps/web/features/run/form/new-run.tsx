'use client'

import { Button, Spinner } from '@palate/ui'
import dynamic from 'next/dynamic'
import { DialogOnDemand } from '../../../lib/on-demand'
import type { NewRunProps } from './new-run-dialog'

const load = () => import('./new-run-dialog').then((module) => module.NewRunDialog)

/** The form of a new run, opened by its button. */
export function NewRun() {
  return <DialogOnDemand load={load} trigger={<Button data-key="create">Create run</Button>} props={{}} />
}

/** The form of a new run that an address opens. */
export const OpenNewRun = dynamic<NewRunProps>(load, { ssr: false, loading: () => <Spinner /> })
