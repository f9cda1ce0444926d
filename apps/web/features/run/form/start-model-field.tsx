import { type ModelShape, ModelSource, readModelShape } from '@palate/protocol'
import { Field, Input, Textarea } from '@palate/ui'
import Link from 'next/link'
import { ModelPicker, type ModelUse } from '../../model/model-picker'

/** The model to train, as it is filled in. */
export type Start =
  | { from: 'registry'; id?: string | undefined }
  | { from: 'hub'; id: string; revision: string; config: string }
  | { from: 'folder'; path: string; config: string }

/** The model as the API takes it; empty while its name is not complete. */
export function readSource(start: Start): {
  baseModelVersionId?: string | undefined
  base?: ModelSource | undefined
  baseShape?: ModelShape | undefined
} {
  if (start.from === 'registry') return { baseModelVersionId: start.id }
  const base = parseSource(start).data
  return base ? { base, baseShape: readShape(start.config) ?? undefined } : {}
}

/** Whether the name of the model is complete and its config.json, if there is one, can be read. */
export function isWhole(start: Start): boolean {
  if (start.from === 'registry') return true
  return parseSource(start).success && (start.config.trim() === '' || readShape(start.config) !== null)
}

function parseSource(start: Exclude<Start, { from: 'registry' }>) {
  if (start.from === 'folder') return ModelSource.safeParse({ from: 'folder', path: start.path.trim() })
  const revision = start.revision.trim() || undefined
  return ModelSource.safeParse({ from: 'hub', id: start.id.trim(), revision })
}

function readShape(config: string): ModelShape | null {
  try {
    return readModelShape(JSON.parse(config))
  } catch {
    return null
  }
}

/** A model of the registry, of the Hugging Face hub, or in a folder that the owner of an agent has opened. */
export function StartModelField({
  use,
  value,
  onChange,
  hint,
}: {
  use: ModelUse
  value: Start
  onChange: (start: Start) => void
  hint: string
}) {
  const choose = (chosen: string | undefined) => {
    if (chosen === 'hub') onChange({ from: 'hub', id: '', revision: '', config: '' })
    else if (chosen === 'folder') onChange({ from: 'folder', path: '', config: '' })
    else onChange({ from: 'registry', id: chosen })
  }
  const chosen = value.from === 'registry' ? value.id : value.from
  return (
    <>
      <Field label="Base model" hint={hint}>
        <ModelPicker
          use={use}
          value={chosen ? [chosen] : []}
          onValueChange={([id]) => choose(id)}
          also={elsewhere}
        />
      </Field>
      {value.from === 'registry' ? null : <ExternalModel value={value} onChange={onChange} />}
    </>
  )
}

const elsewhere = [
  { value: 'hub', label: 'Hugging Face hub', note: 'by model id', words: 'Hugging Face hub id' },
  { value: 'folder', label: 'Folder on the machine of the agent', note: 'by path', words: 'folder path' },
]

function ExternalModel({
  value,
  onChange,
}: {
  value: Exclude<Start, { from: 'registry' }>
  onChange: (start: Start) => void
}) {
  const typed = value.from === 'hub' ? value.id : value.path
  const fault = typed.trim() === '' ? undefined : parseSource(value).error?.issues[0]
  const errorAt = (name: string) => (fault?.path[0] === name ? fault.message : undefined)
  const unread = value.config.trim() !== '' && readShape(value.config) === null
  return (
    <div className="flex flex-col gap-3 rounded-md border border-line px-3.5 py-3 sm:col-span-2">
      {value.from === 'hub' ? (
        <div className="grid gap-3 sm:grid-cols-[2fr_1fr]">
          <Field
            label="Model id"
            hint="Downloaded once by the agent that takes the run"
            error={errorAt('id')}
          >
            <Input
              value={value.id}
              placeholder="meta-llama/Llama-3.2-3B-Instruct"
              spellCheck={false}
              autoCapitalize="none"
              onChange={({ target }) => onChange({ ...value, id: target.value })}
            />
          </Field>
          <Field label="Revision" hint="Branch, tag or commit" error={errorAt('revision')}>
            <Input
              value={value.revision}
              placeholder="main"
              spellCheck={false}
              onChange={({ target }) => onChange({ ...value, revision: target.value })}
            />
          </Field>
        </div>
      ) : (
        <Field
          label="Folder"
          hint="The agent must allow it in PALATE_MODEL_FOLDERS; choose the agent by its labels"
          error={errorAt('path')}
        >
          <Input
            value={value.path}
            placeholder="/models/llama-3.2-3b"
            spellCheck={false}
            onChange={({ target }) => onChange({ ...value, path: target.value })}
          />
        </Field>
      )}
      <p className="text-xs text-ink-3">
        The adapter stays with the run, for download. Palate serves and evaluates only models of its registry:{' '}
        <Link href="/models" className="text-accent underline underline-offset-3">
          add this one on Models
        </Link>{' '}
        to go on with it.
      </p>
      <details>
        <summary className="cursor-pointer text-sm text-ink-2">
          Add config.json for an estimate before the first run
        </summary>
        <Field
          label="config.json"
          className="mt-2"
          hint="Paste it here. After a first run, the agent has read it."
          error={unread ? 'This is not the config.json of a Llama-like model.' : undefined}
        >
          <Textarea
            value={value.config}
            spellCheck={false}
            className="font-mono text-xs"
            onChange={({ target }) => onChange({ ...value, config: target.value })}
          />
        </Field>
      </details>
    </div>
  )
}
