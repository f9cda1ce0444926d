import { plural } from '../../lib/format'

export interface RulesCounts {
  /** Pairs with neither a vote of a person nor one of the rules. */
  unlabeled: number
  /** Pairs with a vote of a person and none of the rules. */
  peopleOnly: number
}

/** What the dialog says before the rules label pairs: how many, which, and that it can be taken back. */
export function questionOf({ unlabeled, peopleOnly }: RulesCounts, includeLabeled: boolean) {
  const pairs = unlabeled + (includeLabeled ? peopleOnly : 0)
  const found =
    unlabeled === 0 ? 'No pair is without any vote.' : `${plural(unlabeled, 'pair')} without any vote.`
  const sentence =
    pairs === 0
      ? found
      : `${found} The rules of the personas compare the two answers of each pair. You can undo this.`
  return { pairs, sentence, action: pairs === 0 ? 'Label pairs' : `Label ${plural(pairs, 'pair')}` }
}

/** The figure of the agreement between people and rules, and over how many votes it was counted. */
export function agreementOf(agreement: { same: number; of: number; both: number } | null) {
  if (!agreement) return { value: '–', note: 'no pair with votes by both yet' }
  const { same, of, both } = agreement
  if (of === 0) return { value: '–', note: `both labeled ${both}, never both with a winner` }
  if (of === both) return { value: `${same} of ${of}`, note: 'of all votes on pairs that both labeled' }
  return {
    value: `${same} of ${of}`,
    note: `both labeled ${both}; in ${both - of} one of them chose no winner`,
  }
}
