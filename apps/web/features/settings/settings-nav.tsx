'use client'

import { cn } from '@palate/ui'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useMay } from '../../lib/use-may'
import { settingsPages } from './settings-pages'

/** The pages of the settings. */
export function SettingsNav() {
  const pathname = usePathname()
  const may = useMay()
  const shown = settingsPages.filter(({ scope }) => scope === undefined || may(scope))
  return (
    <nav aria-label="Settings" className="flex flex-wrap gap-1 border-b border-line">
      {shown.map(({ href, name }) => (
        <Link
          key={href}
          href={href}
          aria-current={pathname === href ? 'page' : undefined}
          className={cn(
            '-mb-px border-b-2 px-3 py-2 text-sm font-medium',
            pathname === href ? 'border-accent text-ink' : 'border-transparent text-ink-2 hover:text-ink',
          )}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
