'use client'

import { cn, Dialog, DialogContent, DialogTrigger } from '@palate/ui'
import { House, Menu } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useState } from 'react'
import { WorkspaceMenu } from '../workspace/workspace-menu'
import { Nav } from './nav'
import { isWithin, stations } from './stations'
import { UserMenu } from './user-menu'

const shown = stations.filter(({ id }) => id === 'labels' || id === 'runs' || id === 'evaluations')
const item = 'flex flex-1 flex-col items-center gap-0.5 py-2 text-2xs font-medium text-ink-3'

/** The navigation on a phone: four pages at the bottom, the rest behind "More". */
export function PhoneBar() {
  const path = usePathname()
  const [open, setOpen] = useState(false)
  const isMore = !['/', ...shown.map(({ href }) => href)].some((href) => isWithin(path, href))
  return (
    <nav
      aria-label="Pages"
      className="fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-paper/95 pb-[env(safe-area-inset-bottom)] backdrop-blur lg:hidden"
    >
      {[{ id: 'overview', name: 'Overview', href: '/', icon: House }, ...shown].map(
        ({ id, name, href, icon: Icon }) => (
          <Link
            key={id}
            href={href}
            aria-current={isWithin(path, href) ? 'page' : undefined}
            className={cn(item, isWithin(path, href) && 'text-accent')}
          >
            <Icon className="size-5" aria-hidden />
            {name}
          </Link>
        ),
      )}
      <Dialog open={open} onOpenChange={setOpen}>
        <DialogTrigger className={cn(item, isMore && 'text-accent')}>
          <Menu className="size-5" aria-hidden />
          More
        </DialogTrigger>
        <DialogContent title="Pages">
          <WorkspaceMenu />
          <Nav onNavigate={() => setOpen(false)} />
          <UserMenu />
        </DialogContent>
      </Dialog>
    </nav>
  )
}
