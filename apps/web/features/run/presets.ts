export type NumberField = { name: string; label: string; hint: string; step?: string }

/** A set of figures that goes together; what a preset leaves out is the trainer's own default. */
export type Preset = { id: string; name: string; detail: string; config: Readonly<Record<string, number>> }

export const pretrainPresets: readonly Preset[] = [
  {
    id: 'standard',
    name: 'Standard',
    detail: 'learns to use what it is given',
    config: {},
  },
  {
    id: 'longer',
    name: 'Longer',
    detail: 'twice the work, steadier recipes',
    config: { steps: 800 },
  },
  {
    id: 'quick',
    name: 'Quick look',
    detail: 'a minute; only the form',
    config: { steps: 120 },
  },
]

export const pretrainFields: readonly NumberField[] = [
  { name: 'steps', label: 'Steps', hint: 'Copying given ingredients appears late' },
  { name: 'batchSize', label: 'Batch size', hint: 'Recipes a step' },
  { name: 'learningRate', label: 'Learning rate', hint: 'At its peak', step: 'any' },
  { name: 'recipes', label: 'Recipes', hint: 'In the generated cookbook' },
]

export const dpoPresets: readonly Preset[] = [
  { id: 'standard', name: 'Standard', detail: "the trainer's own settings", config: {} },
  { id: 'careful', name: 'Careful', detail: 'stays closer to the base', config: { beta: 0.3 } },
  { id: 'quick', name: 'Quick look', detail: 'one time through the votes', config: { epochs: 1 } },
]

export const dpoFields: readonly NumberField[] = [
  { name: 'learningRate', label: 'Learning rate', hint: 'LoRA needs more than full training', step: 'any' },
  { name: 'epochs', label: 'Epochs', hint: 'Times through the votes' },
  { name: 'beta', label: 'Beta', hint: 'Higher holds closer to the base', step: 'any' },
  { name: 'batchSize', label: 'Batch size', hint: 'Pairs a step' },
  { name: 'loraRank', label: 'LoRA rank', hint: 'Size of the adapter' },
]

/** The filled-in numbers of a form; an empty field is left to the trainer. */
export function readNumbers(values: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, text]) => text.trim() !== '')
      .map(([name, text]) => [name, Number(text.replace(',', '.'))]),
  )
}
