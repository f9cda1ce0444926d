import { chatTemplates, quantizations } from './model-facts'
import { preflightFaults } from './preflight'
import { boolean, choice, choices, importSource, int, model, names, number, numbers, text } from './setting'

/**
 * Every setting of a training. The API's schemas, the JSON Schema, the trainer's typed config, the form and
 * docs/settings.md come from this table: after a change run `node scripts/generate.mjs`.
 */

/** The headings of the form and the docs, in their order. The first one is always open in the form. */
export const settingGroups = {
  basics: 'Basics',
  adapter: 'Adapter',
  loss: 'Loss',
  optimization: 'Optimization',
  evaluation: 'Evaluation and early stopping',
  memory: 'Memory and speed',
  progress: 'Progress and amount of data',
  model: 'Size of the new model',
  start: 'Start',
  import: 'Import of a model',
  probe: 'Measurement',
} as const

const tuning = ['sft', 'dpo', 'kto'] as const
const trained = ['pretrain', ...tuning] as const
const pretrain = ['pretrain'] as const
const sft = ['sft'] as const
const dpo = ['dpo'] as const
const kto = ['kto'] as const
const modules = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']
const basics = { group: 'basics', kinds: tuning } as const
const adapter = { group: 'adapter', kinds: tuning } as const
const optimization = { group: 'optimization', kinds: tuning } as const
const evaluation = { group: 'evaluation', kinds: tuning } as const
const memory = { group: 'memory', kinds: tuning } as const
const size = { group: 'model', kinds: pretrain } as const

export const trainSettings = {
  steps: int({
    ...{ group: 'basics', kinds: pretrain, min: 5, max: 100_000, default: 1100 },
    ...{ label: 'Steps', hint: 'The model learns to use the given ingredients only late in a run.' },
  }),
  learningRate: number({
    ...{ group: 'basics', kinds: trained, above: 0, max: 1, default: 0.001 },
    ...{ label: 'Learning rate', hint: 'The highest of the run. LoRA needs more than full training.' },
    for: { pretrain: { default: 0.012, hint: 'The highest of the run.' } },
  }),
  epochs: number({
    ...{ ...basics, above: 0, max: 100, default: 2 },
    ...{ label: 'Epochs', hint: 'Passes over the examples; 0.5 is half of them.' },
    for: {
      dpo: { default: 5, hint: 'Passes over the pairs; 0.5 is half of them.' },
      kto: { hint: 'Passes over the rated answers; 0.5 is half of them.' },
    },
  }),
  beta: number({
    ...{ group: 'basics', kinds: ['dpo', 'kto'], above: 0, max: 10, default: 0.1 },
    ...{ label: 'Beta', hint: 'Higher stays closer to the reference model.' },
  }),
  batchSize: int({
    ...{ group: 'basics', kinds: trained, min: 1, max: 512, default: 8 },
    ...{ label: 'Batch size', hint: 'Examples per step.' },
    for: {
      pretrain: { default: 12, hint: 'Recipes per step.' },
      dpo: { hint: 'Pairs per step.' },
      kto: { hint: 'Answers per step; 4 or more work better.' },
    },
  }),
  recipes: int({
    ...{ group: 'basics', kinds: pretrain, min: 50, max: 200_000, default: 10_000 },
    ...{ label: 'Recipes', hint: 'Recipes that Palate generates to train on.' },
  }),
  desirableWeight: number({
    ...{ group: 'basics', kinds: kto, min: 0, max: 100, default: 1 },
    ...{ label: 'Weight of a thumb up', hint: 'Raise it if there are few.' },
  }),
  undesirableWeight: number({
    ...{ group: 'basics', kinds: kto, min: 0, max: 100, default: 1 },
    ...{ label: 'Weight of a thumb down', hint: 'Raise it if there are few.' },
  }),
  loraRank: int({
    ...{ ...basics, min: 1, max: 512, default: 16, label: 'LoRA rank', hint: 'Size of the adapter.' },
  }),
  loraAlpha: number({
    ...{ ...basics, above: 0, max: 2048, default: 32 },
    ...{ label: 'LoRA alpha', hint: 'Strength of the adapter: it is multiplied by alpha / rank.' },
  }),
  maxLength: int({
    ...{ group: 'basics', kinds: trained, min: 64, max: 131_072, default: 384, unit: 'tokens' },
    label: 'Maximum length',
    hint: 'A longer example is left out. If more than 1% are longer, the run stops before it starts.',
    for: {
      pretrain: { max: 4096, hint: 'A longer recipe is left out.' },
      dpo: {
        default: 512,
        hint: 'Of prompt and answer. A pair with a longer answer is left out. If more than 1% are longer, the run stops before it starts.',
      },
      kto: {
        default: 512,
        hint: 'Of prompt and answer. A longer one is left out. If more than 1% are longer, the run stops before it starts.',
      },
    },
  }),
  loraDropout: number({
    ...{ ...adapter, min: 0, max: 0.9, default: 0 },
    ...{ label: 'LoRA dropout', hint: 'Share of the inputs of the adapter that is set to 0 in training.' },
  }),
  targetModules: names({
    ...{ ...adapter, default: modules, label: 'Target modules' },
    hint: 'Layers that get an adapter, by name, separated by commas.',
  }),
  loraRslora: boolean({
    ...{ ...adapter, default: false, label: 'Rank-stabilized LoRA' },
    hint: 'Multiplies the adapter by alpha / √rank, for high ranks.',
  }),
  loraDora: boolean({
    ...{ ...adapter, default: false, label: 'DoRA' },
    hint: 'Trains the size and the direction of each weight apart. Slower; the result is a whole model.',
  }),
  fullWeights: boolean({
    ...{ group: 'adapter', kinds: sft, default: false, label: 'Train all weights' },
    hint: 'No adapter: every weight is trained, in float32.',
  }),
  lossOn: choice(['completion', 'assistant', 'all'], {
    ...{ group: 'loss', kinds: sft, default: 'completion', label: 'Learn from' },
    hint: 'completion: the last answer; assistant: every answer of a conversation; all: every token.',
  }),
  responseTemplate: text({
    ...{ group: 'loss', kinds: sft, default: '', maxLength: 200, label: 'Response template' },
    hint: 'In plain text, what comes right before the part to learn, such as "Price is $".',
  }),
  lossTypes: choices(['sigmoid', 'ipo', 'hinge', 'robust', 'sft'], {
    ...{ group: 'loss', kinds: dpo, default: ['sigmoid', 'sft'], label: 'Losses' },
    hint: 'Added up. sft also trains on the chosen answer; without it a small model forgets the format.',
  }),
  lossWeights: numbers(
    { min: 0 },
    {
      ...{ group: 'loss', kinds: dpo, label: 'Loss weights' },
      hint: 'One for each loss, separated by commas. Empty: each counts once.',
    },
  ),
  labelSmoothing: number({
    ...{ group: 'loss', kinds: dpo, min: 0, below: 0.5, default: 0, label: 'Label smoothing' },
    hint: 'Share of the votes that the robust loss takes as wrong.',
  }),
  optimizer: choice(['adamw', 'adamw_8bit', 'paged_adamw_8bit'], {
    ...{ ...optimization, default: 'adamw', label: 'Optimizer' },
    hint: 'The 8-bit ones keep a quarter of the state; paged moves it to the host if the GPU is full.',
  }),
  lrSchedule: choice(['linear', 'cosine', 'constant'], {
    ...{ ...optimization, default: 'linear', label: 'Learning rate schedule' },
    hint: 'How the learning rate falls after the warm-up.',
  }),
  warmupRatio: number({
    ...{ ...optimization, min: 0, max: 0.5, default: 0 },
    ...{ label: 'Warm-up', hint: 'Share of all steps in which the learning rate rises; 0: five steps.' },
  }),
  evalShare: number({
    ...{ ...evaluation, min: 0, max: 0.5, default: 0, label: 'Held-out share' },
    hint: 'Share of the rows to evaluate on; the best weights are kept. 0: none.',
  }),
  evalEvery: int({
    ...{ ...evaluation, min: 1, max: 1_000_000, default: 25, unit: 'steps' },
    ...{ label: 'Evaluate every', hint: 'Only with a held-out share.' },
  }),
  earlyStopPatience: int({
    ...{ ...evaluation, min: 0, max: 1000, default: 0, unit: 'evaluations' },
    ...{ label: 'Early stopping', hint: 'Stops after so many without improvement; 0: never.' },
  }),
  precision: choice(['auto', 'fp32', 'bf16', 'nf4'], {
    ...{ ...memory, default: 'auto', label: 'Precision' },
    hint: 'Of the base model. auto: float32 on a CPU, bf16 on a GPU that has it, NF4 if memory is short.',
  }),
  gradientCheckpointing: choice(['auto', 'on', 'off'], {
    ...{ ...memory, default: 'auto', label: 'Gradient checkpointing' },
    hint: 'Computes activations again to save memory. auto: only if memory is short.',
  }),
  microBatchTokens: int({
    ...{ ...memory, min: 0, max: 1_048_576, default: 0, unit: 'tokens', label: 'Micro-batch' },
    hint: 'Changes memory and speed, not the result. 0: as many as fit.',
  }),
  prefixSharing: choice(['auto', 'on', 'off'], {
    ...{ group: 'memory', kinds: dpo, default: 'auto', label: 'Prefix sharing' },
    hint: 'Computes the prompt of a pair once for both answers. auto: if it is faster.',
  }),
  threads: int({
    ...{ group: 'memory', kinds: trained, min: 1, max: 256, default: 2 },
    ...{ label: 'CPU threads', hint: 'Threads for the arithmetic.' },
  }),
  sampleEvery: int({
    ...{ group: 'progress', kinds: trained, min: 0, max: 1_000_000, default: 25, unit: 'steps' },
    ...{ label: 'Sample every', hint: 'How often the model writes a sample answer; 0: never.' },
    for: { pretrain: { default: 100 } },
  }),
  checkpointEvery: int({
    ...{ group: 'progress', kinds: trained, min: 0, max: 1_000_000, default: 25, unit: 'steps' },
    ...{ label: 'Checkpoint every', hint: 'A run that is interrupted resumes from its last one; 0: never.' },
    for: { pretrain: { default: 100 } },
  }),
  maxRows: int({
    ...{ group: 'progress', kinds: tuning, min: 0, max: 1_000_000_000, default: 0 },
    ...{ label: 'Row limit', hint: 'Only the first so many rows, for a trial run; 0: all.' },
  }),
  complianceRate: number({
    ...{ group: 'progress', kinds: pretrain, min: 0, max: 1, default: 0.5, label: 'Compliance rate' },
    hint: 'Share of the generated recipes that keep the rules of their persona.',
  }),
  hiddenSize: int({
    ...{ ...size, min: 32, max: 4096, default: 128, label: 'Hidden size' },
    hint: 'Width of the model; a multiple of twice the attention heads.',
  }),
  layers: int({ ...size, min: 1, max: 64, default: 6, label: 'Layers', hint: 'Depth of the model.' }),
  heads: int({
    ...{ ...size, min: 1, max: 64, default: 2, label: 'Attention heads', hint: 'Query heads per layer.' },
  }),
  kvHeads: int({
    ...{ ...size, min: 1, max: 64, default: 2, label: 'Key-value heads' },
    hint: 'The attention heads are a multiple of it.',
  }),
  ffnSize: int({
    ...{ ...size, min: 32, max: 16_384, default: 352, label: 'Feed-forward size', hint: 'Per layer.' },
  }),
  vocabSize: int({
    ...{ ...size, min: 300, max: 65_536, default: 3000, unit: 'tokens', label: 'Vocabulary' },
    hint: 'Of the tokenizer that is trained first.',
  }),
  base: model({
    ...{ group: 'start', kinds: tuning, ownControl: true, label: 'External base model' },
    hint: 'From the Hugging Face hub or a folder on the machine of the agent, instead of a model of the registry.',
  }),
  overridePreflight: choices(preflightFaults, {
    ...{
      group: 'start',
      kinds: tuning,
      ownControl: true,
      mayBeEmpty: true,
      default: [],
      label: 'Allowed preflight faults',
    },
    hint: 'Faults that the run may start with; needs the permission run:override.',
  }),
  source: importSource({
    ...{ group: 'import', kinds: ['import'], ownControl: true, label: 'Source' },
    hint: 'The package, the model of the Hugging Face hub or the folder that is imported.',
  }),
  quantization: choice(quantizations, {
    ...{ group: 'import', kinds: ['import'], default: 'original', label: 'Weights for serving' },
    hint: 'original: the GGUF file as published, or F16 of a Hugging Face folder.',
  }),
  chatTemplate: choice(chatTemplates, {
    ...{ group: 'import', kinds: ['import'], default: 'own', label: 'Chat template' },
    hint: "For a model without one: markers is <|user|>…<|endoftext|>, the others are ChatML and Gemma's.",
  }),
  recipeAdapter: boolean({
    ...{ group: 'import', kinds: ['import'], default: false, ownControl: true, label: 'Recipe adapter' },
    hint: 'Registers, on top of the model, the adapter that Palate brings along for it: trained to write recipes.',
  }),
  matrixSize: int({
    ...{ group: 'probe', kinds: ['probe'], min: 64, max: 32_768, label: 'Matrix size' },
    hint: 'Width of the square matrices. Empty: what suits the device.',
  }),
  diskBytes: int({
    ...{ group: 'probe', kinds: ['probe'], min: 4096, max: 4_294_967_296, unit: 'bytes', label: 'Disk' },
    hint: 'Written to and read from the disk of the work folder. Empty: 256 MiB.',
  }),
}
