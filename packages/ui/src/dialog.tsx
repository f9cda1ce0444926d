'use client'

import { Slot } from 'radix-ui'
import {
  type ComponentProps,
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { DialogContentProps, DialogState } from './dialog-state'

const Context = createContext<DialogState | null>(null)

function useDialog(): DialogState {
  const dialog = useContext(Context)
  if (!dialog) throw new Error('A part of a dialog stands outside of a dialog.')
  return dialog
}

const loadPanel = () => import('./dialog-panel')
const Panel = lazy(loadPanel)

/** A dialog with its trigger and its content. The code of an open dialog is loaded on its first use. */
export function Dialog({
  open: given,
  defaultOpen = false,
  onOpenChange,
  children,
}: {
  open?: boolean
  defaultOpen?: boolean
  onOpenChange?: (open: boolean) => void
  children: ReactNode
}) {
  const [own, setOwn] = useState(defaultOpen)
  const trigger = useRef<HTMLElement>(null)
  const open = given ?? own
  const changed = useRef(onOpenChange)
  changed.current = onOpenChange
  const dialog = useMemo(
    () => ({
      open,
      trigger,
      setOpen(next: boolean) {
        setOwn(next)
        changed.current?.(next)
      },
    }),
    [open],
  )
  return <Context value={dialog}>{children}</Context>
}

type ButtonProps = ComponentProps<'button'> & { asChild?: boolean }

export function DialogTrigger({ asChild, ...rest }: ButtonProps) {
  const { open, setOpen, trigger } = useDialog()
  const Element = asChild ? Slot.Root : 'button'
  return (
    <Element
      type="button"
      {...rest}
      aria-haspopup="dialog"
      aria-expanded={open}
      ref={(element: HTMLElement | null) => {
        trigger.current = element
      }}
      onPointerEnter={() => void loadPanel()}
      onClick={() => setOpen(true)}
    />
  )
}

export function DialogClose({ asChild, ...rest }: ButtonProps) {
  const { setOpen } = useDialog()
  const Element = asChild ? Slot.Root : 'button'
  return <Element type="button" {...rest} onClick={() => setOpen(false)} />
}

export function DialogContent(props: DialogContentProps) {
  const dialog = useDialog()
  if (!dialog.open) return null
  return (
    <Suspense fallback={null}>
      <Panel dialog={dialog} {...props} />
    </Suspense>
  )
}
