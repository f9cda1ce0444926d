'use client'

import { type ChatTemplate, chatTemplates } from '@palate/protocol'
import { Field, Select } from '@palate/ui'

/** What people read for each template that a model may have. */
export const templateNames: Readonly<Record<ChatTemplate, string>> = {
  own: 'The model’s own',
  markers: 'Markers: <|user|>…<|endoftext|>',
  chatml: 'ChatML: <|im_start|>user…<|im_end|>',
  gemma: 'Gemma: <start_of_turn>user…<end_of_turn>',
}

/** Which chat template an import gives to a model. */
export function TemplateField({
  value,
  onChange,
}: {
  value: ChatTemplate
  onChange: (template: ChatTemplate) => void
}) {
  return (
    <Field
      label="Chat template"
      hint="Choose another one only for a model without a template, or one that was trained with another."
    >
      <Select
        value={value}
        onValueChange={(next) => onChange(chatTemplates.find((one) => one === next) ?? 'own')}
        options={chatTemplates.map((one) => ({ value: one, label: templateNames[one] }))}
      />
    </Field>
  )
}
