import { z } from 'zod'
import { type Setting, schemaOfValue, settingFor, type TrainKind, type Typed, trainKinds } from './setting'
import { trainSettings } from './train-config'
import { findBrokenRule } from './train-rules'

type Settings = typeof trainSettings
type ValueOf<S> = S extends Typed<infer Value, readonly TrainKind[]> ? Value : never
type NameFor<Kind extends TrainKind> = {
  [Name in keyof Settings]: Kind extends Settings[Name]['kinds'][number] ? Name : never
}[keyof Settings]
type ConfigSchema<Kind extends TrainKind> = z.ZodObject<
  { [Name in NameFor<Kind>]: z.ZodOptional<z.ZodType<ValueOf<Settings[Name]>, ValueOf<Settings[Name]>>> },
  z.core.$strict
>

/** The settings of a kind by name, in the order of the table. */
export function settingsOf(kind: TrainKind): ReadonlyMap<string, Setting> {
  const all: [string, Setting][] = Object.entries(trainSettings)
  return new Map(
    all.filter(([, { kinds }]) => kinds.includes(kind)).map(([name, one]) => [name, settingFor(one, kind)]),
  )
}

/** What the trainer takes for the settings that a config leaves out. */
function readDefaults(kind: TrainKind): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...settingsOf(kind)].flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )
}

export const trainerDefaults: Readonly<Record<TrainKind, Readonly<Record<string, unknown>>>> = {
  pretrain: readDefaults('pretrain'),
  sft: readDefaults('sft'),
  dpo: readDefaults('dpo'),
  kto: readDefaults('kto'),
  import: readDefaults('import'),
  probe: readDefaults('probe'),
}

/** A config with the trainer's defaults for what it leaves out. */
export function withDefaults(
  kind: TrainKind,
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const given = Object.entries(config).filter(([, value]) => value !== undefined)
  return { ...trainerDefaults[kind], ...Object.fromEntries(given) }
}

/** Strict: a setting that the kind does not have is refused, and so is a config that breaks a rule. */
function makeSchema<Kind extends TrainKind>(kind: Kind): ConfigSchema<Kind> {
  const shape = Object.fromEntries(
    [...settingsOf(kind)].map(([name, setting]) => [name, schemaOfValue(setting).optional()]),
  )
  const schema = z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `config.${issue.keys[0]} is not a setting of ${kind} runs.`
          : undefined,
    })
    .superRefine((config, context) => {
      const broken = findBrokenRule(kind, withDefaults(kind, config))
      if (broken)
        context.addIssue({
          code: 'custom',
          path: [broken.field],
          message: `${broken.message} ${broken.remedy}`,
        })
    })
  return schema as unknown as ConfigSchema<Kind>
}

export const PretrainConfig = makeSchema('pretrain')
export type PretrainConfig = z.infer<typeof PretrainConfig>
export const SftConfig = makeSchema('sft')
export type SftConfig = z.infer<typeof SftConfig>
export const DpoConfig = makeSchema('dpo')
export type DpoConfig = z.infer<typeof DpoConfig>
export const KtoConfig = makeSchema('kto')
export type KtoConfig = z.infer<typeof KtoConfig>
export const ImportConfig = makeSchema('import')
export type ImportConfig = z.infer<typeof ImportConfig>
export const ProbeConfig = makeSchema('probe')
export type ProbeConfig = z.infer<typeof ProbeConfig>

export const trainSchemas = {
  pretrain: PretrainConfig,
  sft: SftConfig,
  dpo: DpoConfig,
  kto: KtoConfig,
  import: ImportConfig,
  probe: ProbeConfig,
} as const satisfies Record<TrainKind, z.ZodType>

export type TrainConfig<Kind extends TrainKind> = z.infer<(typeof trainSchemas)[Kind]>

export const isTrainKind = (kind: string): kind is TrainKind => trainKinds.some((one) => one === kind)
