import { type ComponentType, createContext, type ReactNode, type RefObject } from 'react'

export interface MenuState {
  open: boolean
  setOpen: (open: boolean) => void
  trigger: RefObject<HTMLElement | null>
  triggerId: string
}

export interface MenuItemProps {
  children: ReactNode
  className?: string
  disabled?: boolean
  onSelect?: () => void
}

interface MenuParts {
  Item: ComponentType<MenuItemProps>
  Label: ComponentType<{ children: ReactNode; className?: string }>
  Separator: ComponentType
}

/** The parts of an open menu, from the panel that is loaded with its first use. */
export const MenuPartsContext = createContext<MenuParts | null>(null)

export interface MenuContentProps {
  children: ReactNode
  className?: string
  align?: 'start' | 'center' | 'end'
  side?: 'top' | 'bottom'
}
