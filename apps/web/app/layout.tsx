import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { Providers } from '../lib/providers'
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

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  )
}
