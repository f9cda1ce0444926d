'use client'

import { ModelSource } from '@palate/protocol'
import { Button, Field, Input, Select } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '../../lib/trpc'
import { HubTokenField } from './hub-token-field'
import { Refused } from './refused'
import type { AddProps } from './starting-models'

/** A model of the Hugging Face hub, by its id. */
export function HubForm({ onAdd, busy, error: refused, template }: AddProps) {
  const [id, setId] = useState('')
  const [revision, setRevision] = useState('')
  const [token, setToken] = useState('')
  const source = {
    from: 'hub' as const,
    id: id.trim(),
    ...(revision.trim() ? { revision: revision.trim() } : {}),
  }
  const error = id.trim() ? errorOf(source) : undefined
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    onAdd({ source, ...(token.trim() ? { hubToken: token.trim() } : {}) })
  }
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <Field label="Model id" hint="owner/name, as in the address of its page" error={error}>
        <Input
          className="font-mono text-sm"
          placeholder="meta-llama/Llama-3.2-1B-Instruct"
          value={id}
          onChange={({ target }) => setId(target.value)}
        />
      </Field>
      <Field
        label="Revision"
        hint="A branch, a tag or a commit. The commit that it stands for is kept with the model"
      >
        <Input
          className="font-mono text-sm"
          placeholder="main"
          value={revision}
          onChange={({ target }) => setRevision(target.value)}
        />
      </Field>
      <HubTokenField
        value={token}
        onChange={setToken}
        hint="For a gated or private model: accept its license on its page, and give a token of that account with read access. It is encrypted, goes to the agent alone, and is deleted after the import."
      />
      {template}
      <Refused error={refused} />
      <Submit busy={busy} disabled={!id.trim() || error !== undefined} />
    </form>
  )
}

/** A folder that an agent's owner opened with PALATE_MODEL_FOLDERS. */
export function FolderForm({ onAdd, busy, error: refused, template }: AddProps) {
  const trpc = useTRPC()
  const agents = useQuery(trpc.agent.list.queryOptions())
  const [picked, setPicked] = useState('')
  const [path, setPath] = useState('')
  const able = (agents.data ?? []).filter(({ kinds }) => kinds.includes('import'))
  const agentId = picked || able[0]?.id || ''
  const source = { from: 'folder' as const, path: path.trim() }
  const error = path.trim() ? errorOf(source) : undefined
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    onAdd({ source, agentId })
  }
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <Field label="Agent">
        <Select
          value={agentId}
          onValueChange={setPicked}
          options={able.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Field>
      <Field
        label="Folder"
        hint="On the agent's machine, in a folder of its PALATE_MODEL_FOLDERS: config.json, safetensors and tokenizer"
        error={error}
      >
        <Input
          className="font-mono text-sm"
          placeholder="/models/llama-3.2-1b-instruct"
          value={path}
          onChange={({ target }) => setPath(target.value)}
        />
      </Field>
      {template}
      <Refused error={refused} />
      <Submit busy={busy} disabled={!agentId || !path.trim() || error !== undefined} />
    </form>
  )
}

function Submit({ busy, disabled }: { busy: boolean; disabled: boolean }) {
  return (
    <Button
      type="submit"
      look="primary"
      size="lg"
      busy={busy}
      disabled={disabled}
      className="self-stretch sm:self-end"
    >
      Import model
    </Button>
  )
}

function errorOf(source: ModelSource): string | undefined {
  const parsed = ModelSource.safeParse(source)
  return parsed.success ? undefined : parsed.error.issues[0]?.message
}
