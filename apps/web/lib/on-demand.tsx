'use client'

import type { ButtonProps } from '@palate/ui'
import { type ComponentType, cloneElement, type ReactElement, useState } from 'react'
import { toast } from './toast'

/** What a dialog gets that is loaded on demand: the button that opens it, and to open at once. */
export interface OnDemand {
  trigger?: ReactElement<ButtonProps>
  startOpen?: boolean
}

/**
 * A button whose dialog is loaded when it is first pressed: a form with its schemas weighs more than the page that it
 * stands on. The dialog shows the same button from then on.
 */
export function DialogOnDemand<Props extends object>({
  load,
  trigger,
  props,
}: {
  load: () => Promise<ComponentType<Props & OnDemand>>
  trigger: ReactElement<ButtonProps>
  props: Props
}) {
  const [Dialog, setDialog] = useState<ComponentType<Props & OnDemand>>()
  const [busy, setBusy] = useState(false)
  if (Dialog) return <Dialog {...props} trigger={trigger} startOpen />
  const open = async () => {
    setBusy(true)
    try {
      const loaded = await load()
      setDialog(() => loaded)
    } catch {
      toast.error('This part of Palate could not be loaded. Check the connection and try again.')
    } finally {
      setBusy(false)
    }
  }
  return cloneElement(trigger, {
    busy,
    'aria-haspopup': 'dialog',
    onClick: () => void open(),
    onPointerEnter: () => void load().catch(() => undefined),
  })
}
