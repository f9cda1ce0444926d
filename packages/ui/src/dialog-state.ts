import type { ReactNode, RefObject } from 'react'

export interface DialogState {
  open: boolean
  setOpen: (open: boolean) => void
  /** What opened it, and gets the focus back. */
  trigger: RefObject<HTMLElement | null>
}

export interface DialogContentProps {
  title: ReactNode
  description?: ReactNode
  children?: ReactNode
  className?: string
}
