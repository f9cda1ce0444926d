'use client'

import { type ComponentProps, useEffect, useRef, useState } from 'react'
import { cn } from './cn'

/**
 * Scrolls inside itself, so that the page does not. While it has more than it shows, the keyboard reaches it: the arrow
 * keys scroll what has the focus.
 */
export function Scroller({ className, label, ...rest }: ComponentProps<'div'> & { label: string }) {
  const host = useRef<HTMLDivElement>(null)
  const [scrolls, setScrolls] = useState(false)
  useEffect(() => {
    const element = host.current
    if (!element) return
    const measure = () =>
      setScrolls(
        element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1,
      )
    const resize = new ResizeObserver(measure)
    for (const one of [element, ...element.children]) resize.observe(one)
    return () => resize.disconnect()
  }, [])
  const reachable = scrolls ? { role: 'group', 'aria-label': label, tabIndex: 0 } : {}
  return <div ref={host} className={cn('scroll-quiet overflow-auto', className)} {...reachable} {...rest} />
}
