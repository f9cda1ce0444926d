import { type EstimateKind, estimateKinds, type RunKind } from '@palate/protocol'

/** Whether a run of this kind trains a model, in steps and with checkpoints. */
export const isTraining = (kind: RunKind): kind is EstimateKind => estimateKinds.some((one) => one === kind)
