import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { Theme } from '../lib/theme'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Palate', template: '%s · Palate' },
  description: 'A workbench on which a team teaches a language model its taste.',
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#faf8f4' },
    { media: '(prefers-color-scheme: dark)', color: '#161412' },
  ],
}

/** Reads the nonce of the request, so that every page is rendered per request: a page made by the build has none. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? undefined
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Theme nonce={nonce}>{children}</Theme>
      </body>
    </html>
  )
}
