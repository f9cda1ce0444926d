import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { chooseWorkspace, chosenWorkspace, workspaceHeaders } from './workspace-choice'

/** What a browser keeps, for one tab or for all of them. */
function openStorage() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}

const openTab = () => void vi.stubGlobal('sessionStorage', openStorage())

beforeEach(() => {
  vi.stubGlobal('localStorage', openStorage())
  openTab()
})
afterEach(() => void vi.unstubAllGlobals())

it('requests name the chosen workspace, and none while none is chosen', () => {
  expect(workspaceHeaders()).toEqual({})
  chooseWorkspace('ws_1')
  expect(workspaceHeaders()).toEqual({ 'x-palate-workspace': 'ws_1' })
  chooseWorkspace(null)
  expect(workspaceHeaders()).toEqual({})
})

it('a new tab begins with the last choice, and keeps it when another tab switches', () => {
  chooseWorkspace('ws_1')
  openTab()
  expect(chosenWorkspace()).toBe('ws_1')
  localStorage.setItem('palate.workspace', 'ws_2') // the first tab switches
  expect(chosenWorkspace()).toBe('ws_1')
})

it('without storage it is the first workspace', () => {
  vi.stubGlobal('sessionStorage', undefined)
  chooseWorkspace('ws_1')
  expect(chosenWorkspace()).toBeNull()
})
