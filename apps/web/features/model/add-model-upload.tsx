'use client'

import { type UploadFormat, uploadFormats } from '@palate/protocol'
import { Button, Field, Input, Progress, Select } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { formatBytes } from '../../lib/format'
import { useTRPC } from '../../lib/trpc'
import type { ModelUpload } from './use-model-upload'

const formats: Readonly<Record<UploadFormat, { label: string; hint: string; accept: string }>> = {
  gguf: {
    label: 'GGUF file',
    hint: 'Is served as it is. It can be trained on where transformers can read its architecture and tokenizer.',
    accept: '.gguf',
  },
  folder: {
    label: 'Model folder as zip',
    hint: 'config.json, safetensors and tokenizer, as they were published.',
    accept: '.zip',
  },
  adapter: {
    label: 'PEFT adapter as zip',
    hint: 'adapter_config.json and adapter_model.safetensors of a LoRA.',
    accept: '.zip',
  },
}

export interface UploadChoice {
  format: UploadFormat
  baseModelVersionId?: string | undefined
}

/** A file of this computer: its format, an adapter's base, the upload with its progress. */
export function UploadForm({
  upload,
  choice,
  onChoice,
  template,
}: {
  upload: ModelUpload
  choice: UploadChoice
  onChoice: (choice: UploadChoice) => void
  /** Its chat template; not asked for an adapter, which has that of its base. */
  template: ReactNode
}) {
  const [file, setFile] = useState<File | null>(null)
  const { hint, accept } = formats[choice.format]
  const needsBase = choice.format === 'adapter' && !choice.baseModelVersionId
  if (upload.file && upload.state !== 'idle') return <Sending upload={upload} />
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (file) void upload.start(file, choice.format)
  }
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <Field label="Format" hint={hint}>
        <Select
          value={choice.format}
          onValueChange={(value) => {
            setFile(null)
            onChoice({ format: uploadFormats.find((format) => format === value) ?? 'gguf' })
          }}
          options={uploadFormats.map((value) => ({ value, label: formats[value].label }))}
        />
      </Field>
      {choice.format === 'adapter' ? <BaseField choice={choice} onChoice={onChoice} /> : null}
      <Field
        label="File"
        hint={
          file
            ? formatBytes(file.size)
            : 'At most 32 GiB. A larger model is imported from a folder of an agent.'
        }
        error={upload.error ?? undefined}
      >
        <Input
          key={choice.format}
          type="file"
          accept={accept}
          className="h-auto py-1.5 text-sm file:mr-3 file:rounded file:border-0 file:bg-sunk file:px-2.5 file:py-1 file:text-ink"
          onChange={({ target }) => setFile(target.files?.[0] ?? null)}
        />
      </Field>
      {choice.format === 'adapter' ? null : template}
      <Button
        type="submit"
        look="primary"
        size="lg"
        disabled={!file || needsBase}
        className="self-stretch sm:self-end"
      >
        Upload model
      </Button>
    </form>
  )
}

/** The base that an adapter was trained on. */
function BaseField({ choice, onChoice }: { choice: UploadChoice; onChoice: (choice: UploadChoice) => void }) {
  const trpc = useTRPC()
  const models = useQuery(trpc.model.list.queryOptions())
  const bases = (models.data ?? []).filter(
    ({ kind, notServable, notTrainable }) => kind === 'base' && !notServable && !notTrainable,
  )
  return (
    <Field
      label="Base"
      hint={
        models.data && bases.length === 0
          ? 'There is no base model yet. Add the one that the adapter was trained on first.'
          : 'The model that the adapter was trained on. The import checks that it fits.'
      }
    >
      <Select
        value={choice.baseModelVersionId ?? ''}
        placeholder="Choose a base model"
        onValueChange={(baseModelVersionId) => onChoice({ ...choice, baseModelVersionId })}
        options={bases.map(({ id, name, number }) => ({ value: id, label: `${name} v${number}` }))}
      />
    </Field>
  )
}

function Sending({ upload }: { upload: ModelUpload }) {
  const { file, state, share, error } = upload
  const size = file?.size ?? 0
  return (
    <div className="flex flex-col gap-3 py-2">
      <p className="truncate font-medium">{file?.name}</p>
      <Progress value={share} label="Upload" tone="accent" />
      <p className="num text-sm text-ink-2" role="status">
        {formatBytes(share * size)} of {formatBytes(size)}
        {state === 'stopped' && !error ? ' · paused' : ''}
        {state === 'arrived' ? ' · starts the import' : ''}
      </p>
      {error ? (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : null}
      <p className="text-xs text-ink-3">
        You can close this dialog; the upload goes on while this page is open.
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={upload.reset} disabled={state === 'arrived'}>
          Cancel upload
        </Button>
        {state === 'sending' ? <Button onClick={upload.pause}>Pause</Button> : null}
        {state === 'stopped' ? (
          <Button look="primary" onClick={upload.resume}>
            Resume
          </Button>
        ) : null}
      </div>
    </div>
  )
}
