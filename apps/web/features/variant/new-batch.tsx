'use client'

import { Button } from '@palate/ui'
import { DialogOnDemand } from '../../lib/on-demand'

const load = () => import('./new-batch-dialog').then((module) => module.NewBatchDialog)

export function NewBatch() {
  return <DialogOnDemand load={load} trigger={<Button data-key="create">Create batch</Button>} props={{}} />
}
