import { isValidElement, type ReactNode } from 'react'
import { expect, it } from 'vitest'
import ChatLayout from '../../app/chat/layout'
import { OfflineNote } from './offline-note'

/** Whether a component is in a tree of elements, before anything is rendered. */
function holds(node: ReactNode, component: unknown): boolean {
  if (Array.isArray(node)) return node.some((one) => holds(one, component))
  if (!isValidElement<{ children?: ReactNode }>(node)) return false
  return node.type === component || holds(node.props.children, component)
}

it('the public chat says when the browser is offline', () => {
  expect(holds(ChatLayout({ children: 'chat' }), OfflineNote)).toBe(true)
})
