'use client'

import { useEffect } from 'react'
import { Toaster as List, toast } from 'sonner'
import { deliverToasts } from './toast'

const classNames = {
  toast: '!bg-card !border-line !text-ink !shadow-float !font-sans !rounded-lg',
  description: '!text-ink-2',
  error: '!text-bad',
  actionButton: '!bg-ink !text-paper !rounded-md !font-medium',
}

/** The list of toasts. */
export default function Toaster() {
  useEffect(() => {
    deliverToasts((kind, text, { durationMs, ...options } = {}) => {
      toast[kind](text, { ...options, ...(durationMs === undefined ? {} : { duration: durationMs }) })
    })
    return () => deliverToasts(null)
  }, [])
  return <List position="bottom-right" toastOptions={{ classNames }} />
}
