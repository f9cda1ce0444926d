'use client'

import { Button } from '@palate/ui'
import { DialogOnDemand } from '../../lib/on-demand'
import type { DeployProps } from './deploy-dialog'

const load = () => import('./deploy-dialog').then((module) => module.DeployDialog)

export function Deploy(props: DeployProps) {
  const trigger = <Button>{props.deployment ? 'Change deployment' : 'Deploy'}</Button>
  return <DialogOnDemand load={load} trigger={trigger} props={props} />
}
