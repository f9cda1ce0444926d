import type { ModelFacts } from '@palate/protocol'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { renderPage } from '../../testing/render'
import { FolderForm, HubForm } from './add-model-forms'
import { UploadForm } from './add-model-upload'
import { FactList } from './model-facts'
import { StartingModels } from './starting-models'
import { TemplateField } from './template-field'

const none = () => undefined
const add = { onAdd: none, busy: false, template: <TemplateField value="own" onChange={none} /> }
const idle = { file: null, state: 'idle' as const, share: 0, error: null }
const upload = { ...idle, start: async () => undefined, resume: none, pause: none, reset: none }
const file = { ...add, upload, onChoice: none }

it.each([
  ['a starting model', <StartingModels key="form" {...add} />, true],
  ['a model of the hub', <HubForm key="form" {...add} />, true],
  ['a folder', <FolderForm key="form" {...add} />, true],
  ['a file', <UploadForm key="form" {...file} choice={{ format: 'gguf' }} />, true],
  [
    'no adapter, for it has that of its base',
    <UploadForm key="form" {...file} choice={{ format: 'adapter' }} />,
    false,
  ],
])('asks for the chat template of %s', async (_, form, asks) => {
  const markup = await renderPage(form, none)
  expect(markup.includes('Chat template</label>')).toBe(asks)
})

const facts: ModelFacts = {
  ...{ source: 'owner/plain', license: null, architecture: 'LlamaForCausalLM', parameters: 9, layers: 1 },
  ...{ hiddenSize: 8, contextTokens: 2048, vocabulary: 99, quantization: 'F16', fallbackTensors: 0 },
  ...{ template: '{{ messages }}', chatTemplate: 'markers', templateSha256: 'abcdef0123', systemRole: true },
  ...{ endToken: '<|endoftext|>', gate: null, notServable: null },
}

it.each([
  ['chosen at its import', facts, 'Markers: &lt;|user|&gt;…&lt;|endoftext|&gt; · abcdef01'],
  ['its own', { ...facts, chatTemplate: 'own' as const }, 'The model’s own · abcdef01'],
  ['missing', { ...facts, chatTemplate: 'own' as const, template: null, templateSha256: null }, 'none'],
])('shows which template a model has: %s', (_, known, shown) => {
  const markup = renderToStaticMarkup(<FactList facts={known} />)
  expect(markup).toMatch(/>Template<\/dt><dd[^>]*>/)
  expect(markup.split(/>Template<\/dt><dd[^>]*>/)[1]).toMatch(new RegExp(`^${shown.replaceAll('|', '\\|')}<`))
})
