'use client'

import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { cn } from './cn'
import { type MenuContentProps, type MenuItemProps, MenuPartsContext, type MenuState } from './menu-parts'

const parts = {
  Item({ className, ...rest }: MenuItemProps) {
    return (
      <Radix.Item
        className={cn(
          'flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm outline-none select-none data-disabled:opacity-45 data-highlighted:bg-sunk [&_svg]:size-4 [&_svg]:text-ink-3',
          className,
        )}
        {...rest}
      />
    )
  },
  Label({ className, ...rest }: { children: ReactNode; className?: string }) {
    return <Radix.Label className={cn('px-2.5 py-1.5 text-xs text-ink-3', className)} {...rest} />
  },
  Separator() {
    return <Radix.Separator className="my-1 h-px bg-line" />
  },
}

/**
 * The open menu, beside its button. Not modal: a modal menu hides the page from readers of screens, and leaves its buttons
 * in the order of the keyboard.
 */
export default function MenuPanel({
  menu,
  className,
  children,
  ...rest
}: MenuContentProps & { menu: MenuState }) {
  const { left, top, width, height } = menu.trigger.current?.getBoundingClientRect() ?? new DOMRect()
  return (
    <Radix.Root open onOpenChange={menu.setOpen} modal={false}>
      {createPortal(
        <Radix.Trigger asChild>
          <span
            aria-hidden="true"
            tabIndex={-1}
            className="pointer-events-none fixed"
            style={{ left, top, width, height }}
          />
        </Radix.Trigger>,
        document.body, // inside a dialog, which is moved by a transform, "fixed" is not the page's
      )}
      <Radix.Portal>
        <Radix.Content
          aria-labelledby={menu.triggerId}
          sideOffset={6}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            menu.trigger.current?.focus()
          }}
          className={cn(
            'z-50 min-w-44 animate-rise rounded-lg border border-line bg-card p-1 shadow-float focus:outline-none',
            className,
          )}
          {...rest}
        >
          <MenuPartsContext value={parts}>{children}</MenuPartsContext>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
