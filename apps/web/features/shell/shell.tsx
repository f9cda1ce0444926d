'use client'

import { Logo } from '@palate/ui'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Keys } from '../keys/keys'
import { WorkspaceMenu } from '../workspace/workspace-menu'
import { Nav } from './nav'
import { OfflineNote } from './offline-note'
import { PhoneBar } from './phone-bar'
import { UserMenu } from './user-menu'

/** The frame of every signed-in page. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[216px_1fr]">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-ink px-3 py-2 text-paper focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col overflow-y-auto border-r border-line px-3 py-3.5 lg:flex">
        <Link href="/" className="mb-3 self-start rounded-md px-2 py-1.5">
          <Logo />
        </Link>
        <WorkspaceMenu />
        <Nav />
        <div className="mt-auto border-t border-line pt-2.5">
          <UserMenu />
        </div>
      </aside>
      <main id="content" className="flex min-w-0 flex-col pb-20 lg:pb-0">
        <OfflineNote />
        {children}
      </main>
      <PhoneBar />
      <Keys />
    </div>
  )
}
