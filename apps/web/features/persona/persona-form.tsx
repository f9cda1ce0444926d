'use client'

import { SavePersonaInput } from '@palate/core/persona/schemas'
import { ontology, personaPrompt, slugOf } from '@palate/recipe'
import { Button, cn, Field, Input, Textarea } from '@palate/ui'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import type { Outputs } from '../../lib/trpc'
import { parseList } from './parse-list'

type Body = Outputs['persona']['get']['body']
type Values = {
  name: string
  slug: string
  cuisines: string
  flavors: string
  style: string
  diets: string[]
  forbidden: string
  preferred: string
  systemPrompt: string
}

const toValues = (slug: string, body: Body): Values => ({
  ...body,
  slug,
  cuisines: body.cuisines.join(', '),
  flavors: body.flavors.join(', '),
  forbidden: body.forbidden.join(', '),
  preferred: body.preferred.join(', '),
  systemPrompt: body.systemPrompt ?? '',
})

const toBody = (values: Values): Body => ({
  name: values.name.trim(),
  style: values.style.trim(),
  diets: values.diets,
  cuisines: parseList(values.cuisines),
  flavors: parseList(values.flavors),
  forbidden: parseList(values.forbidden),
  preferred: parseList(values.preferred),
  systemPrompt: values.systemPrompt.trim() || null,
})

const lists = [
  { name: 'cuisines', label: 'Cuisines', hint: 'Separated by commas' },
  { name: 'flavors', label: 'Flavors', hint: 'Separated by commas' },
  {
    name: 'forbidden',
    label: 'Never use',
    hint: 'Ingredients or kinds, separated by commas: meat, soy sauce, spicy',
  },
  { name: 'preferred', label: 'Prefers', hint: 'Ingredients or kinds that the persona prefers' },
] as const

/** When somebody else saves a version meanwhile, the fields follow it, except those that were changed here. */
export function PersonaForm({
  slug,
  body,
  number,
  busy,
  mayWrite,
  onSubmit,
}: {
  slug: string
  body: Body
  /** Of the version in `body`; undefined for a new persona. */
  number?: number
  busy: boolean
  mayWrite: boolean
  onSubmit: (slug: string, body: Body) => void
}) {
  const form = useForm<Values>({ values: toValues(slug, body), resetOptions: { keepDirtyValues: true } })
  // Read at each render, because the form follows only then what is changed.
  const isChanged = Object.keys(form.formState.dirtyFields).length > 0
  const [openedNumber] = useState(number)
  const values = form.watch()
  const draft = toBody(values)
  const errors = form.formState.errors

  const submit = form.handleSubmit((filled) => {
    const wanted = { slug: filled.slug || slugOf(filled.name), body: toBody(filled) }
    const parsed = SavePersonaInput.safeParse(wanted)
    if (parsed.success) return onSubmit(wanted.slug, wanted.body)
    for (const issue of parsed.error.issues) {
      const field = issue.path[0] === 'slug' ? 'slug' : issue.path[1]
      if (field === 'slug' && wanted.slug === '') continue // it comes from the name, which is missing
      form.setError(typeof field === 'string' && field in filled ? (field as keyof Values) : 'root', {
        message: issue.message,
      })
    }
  })

  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      <fieldset disabled={!mayWrite} className="grid gap-5 sm:grid-cols-2">
        <Field label="Name" error={errors.name?.message}>
          <Input {...form.register('name')} />
        </Field>
        <Field label="Slug" hint="Used in files and URLs" error={errors.slug?.message}>
          <Input {...form.register('slug')} placeholder={slugOf(values.name)} className="font-mono text-sm" />
        </Field>
        {lists.map(({ name, label, hint }) => (
          <Field key={name} label={label} hint={hint} error={errors[name]?.message}>
            <Textarea rows={2} {...form.register(name)} />
          </Field>
        ))}
        <Field label="Style" hint="For example: quick, traditional, healthy" error={errors.style?.message}>
          <Input {...form.register('style')} />
        </Field>
        <Diets
          value={values.diets}
          onChange={(diets) => form.setValue('diets', diets, { shouldDirty: true })}
        />
        <Field
          label="System prompt"
          hint="Leave empty to build it from the fields above"
          error={errors.systemPrompt?.message}
          className="sm:col-span-2"
        >
          <Textarea
            rows={3}
            {...form.register('systemPrompt')}
            placeholder={draft.name ? personaPrompt({ ...draft, systemPrompt: undefined }) : ''}
          />
        </Field>
      </fieldset>
      {isChanged && number !== openedNumber ? (
        <p role="status" className="rounded-md bg-warn-soft px-3 py-2 text-sm">
          Version {number} was saved while you edited. What you changed stays as you typed it; the other
          fields show that version.
        </p>
      ) : null}
      {errors.root ? (
        <p role="alert" className="text-sm text-bad">
          {errors.root.message}
        </p>
      ) : null}
      {mayWrite ? (
        <Button type="submit" look="primary" busy={busy} className="self-start">
          Save persona
        </Button>
      ) : null}
    </form>
  )
}

function Diets({ value, onChange }: { value: readonly string[]; onChange: (diets: string[]) => void }) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">Diets</legend>
      <div className="flex flex-wrap gap-1.5">
        {Object.keys(ontology.diets).map((diet) => {
          const on = value.includes(diet)
          return (
            <button
              key={diet}
              type="button"
              aria-pressed={on}
              onClick={() => onChange(on ? value.filter((one) => one !== diet) : [...value, diet])}
              className={cn(
                'h-7 rounded-full border px-2.5 text-xs font-medium',
                on ? 'border-good/40 bg-good-soft text-good' : 'border-line-strong text-ink-2 hover:text-ink',
              )}
            >
              {diet}
            </button>
          )
        })}
      </div>
    </fieldset>
  )
}
