'use client'

import { ThemeProvider } from 'next-themes'
import type { ReactNode } from 'react'

/** The theme of every page, also of those without data. */
export function Theme({ children, nonce }: { children: ReactNode; nonce: string | undefined }) {
  return (
    <ThemeProvider
      attribute="data-theme"
      defaultTheme="system"
      disableTransitionOnChange
      {...(nonce === undefined ? {} : { nonce })}
    >
      {children}
    </ThemeProvider>
  )
}
