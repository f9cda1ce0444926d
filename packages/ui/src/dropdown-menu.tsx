'use client'

import { Slot } from 'radix-ui'
import {
  type ComponentProps,
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react'
import { type MenuContentProps, type MenuItemProps, MenuPartsContext, type MenuState } from './menu-parts'

const Menu = createContext<MenuState | null>(null)
function required<Value>(value: Value | null): Value {
  if (value === null) throw new Error('A part of a menu stands outside of a menu.')
  return value
}

const loadPanel = () => import('./menu-panel')
const Panel = lazy(loadPanel)

/** A menu behind a button. The code of an open menu is loaded on its first use. */
export function DropdownMenu({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false)
  const trigger = useRef<HTMLElement>(null)
  const triggerId = useId()
  const menu = useMemo(() => ({ open, setOpen, trigger, triggerId }), [open, triggerId])
  return <Menu value={menu}>{children}</Menu>
}

const openingKeys: readonly string[] = ['ArrowDown', 'ArrowUp']

export function DropdownMenuTrigger({ asChild, ...rest }: ComponentProps<'button'> & { asChild?: boolean }) {
  const { open, setOpen, trigger, triggerId } = required(useContext(Menu))
  // A press outside of an open menu closes it: the click that follows must not open it again.
  const wasOpen = useRef(false)
  const Element = asChild ? Slot.Root : 'button'
  return (
    <Element
      type="button"
      {...rest}
      id={triggerId}
      aria-haspopup="menu"
      aria-expanded={open}
      ref={(element: HTMLElement | null) => {
        trigger.current = element
      }}
      onPointerEnter={() => void loadPanel()}
      onPointerDown={() => {
        wasOpen.current = open
      }}
      onClick={() => {
        setOpen(!wasOpen.current)
        wasOpen.current = false
      }}
      onKeyDown={(event) => {
        if (!openingKeys.includes(event.key)) return
        event.preventDefault()
        setOpen(true)
      }}
    />
  )
}

export function DropdownMenuContent(props: MenuContentProps) {
  const menu = required(useContext(Menu))
  if (!menu.open) return null
  return (
    <Suspense fallback={null}>
      <Panel menu={menu} {...props} />
    </Suspense>
  )
}

export function DropdownMenuItem(props: MenuItemProps) {
  const { Item } = required(useContext(MenuPartsContext))
  return <Item {...props} />
}

export function DropdownMenuLabel(props: { children: ReactNode; className?: string }) {
  const { Label } = required(useContext(MenuPartsContext))
  return <Label {...props} />
}

export function DropdownMenuSeparator() {
  const { Separator } = required(useContext(MenuPartsContext))
  return <Separator />
}
