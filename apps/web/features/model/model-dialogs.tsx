'use client'

import { Button } from '@palate/ui'
import { DialogOnDemand } from '../../lib/on-demand'
import type { ExportProps } from './export-dialog'

const loadAdd = () => import('./add-model-dialog').then((module) => module.AddModelDialog)
const loadExport = () => import('./export-dialog').then((module) => module.ExportDialog)

export function AddModel() {
  const trigger = (
    <Button look="primary" data-key="create">
      Add a model
    </Button>
  )
  return <DialogOnDemand load={loadAdd} trigger={trigger} props={{}} />
}

export function Export(props: ExportProps) {
  const trigger = (
    <Button size="sm" look="quiet">
      Export
    </Button>
  )
  return <DialogOnDemand load={loadExport} trigger={trigger} props={props} />
}
