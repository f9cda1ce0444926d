import { expect, it, vi } from 'vitest'
import { renderPage } from '../../testing/render'
import { ExportOllama } from './export-ollama'

vi.mock('next/navigation', () => ({ useRouter: () => ({}) }))

const warning = 'Ollama 0.34.1 and newer make no model of an adapter.'
const show = (adapter: { name: string; mayMerge: boolean } | null) =>
  renderPage(<ExportOllama id="model_1" adapter={adapter} />, () => undefined)

it('says of an adapter, before it is pushed, that newer versions refuse it, and offers the merge', async () => {
  const markup = await show({ name: 'taste v2', mayMerge: true })
  expect(markup).toContain(warning)
  expect(markup).toContain('>Merge</button>')
  const fixed = await show({ name: 'taste v2', mayMerge: false })
  expect(fixed).toContain(warning)
  expect(fixed).not.toContain('>Merge</button>')
})

it('says nothing of it for a whole model', async () => {
  expect(await show(null)).not.toContain('0.34.1')
})
