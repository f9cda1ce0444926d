import { customAlphabet } from 'nanoid'

const random = customAlphabet('0123456789abcdefghijkmnpqrstuvwxyz', 20)

export type IdKind =
  | 'user'
  | 'ses'
  | 'try'
  | 'ws'
  | 'mem'
  | 'inv'
  | 'use'
  | 'key'
  | 'audit'
  | 'agent'
  | 'code'
  | 'upload'
  | 'data'
  | 'dver'
  | 'persona'
  | 'pver'
  | 'batch'
  | 'prompt'
  | 'var'
  | 'pair'
  | 'vote'
  | 'exp'
  | 'run'
  | 'att'
  | 'art'
  | 'suite'
  | 'case'
  | 'eval'
  | 'ans'
  | 'model'
  | 'push'
  | 'dep'
  | 'turn'
  | 'fb'
  | 'idem'

/** A new id with its kind as prefix: `run_4f…`. 20 characters of 34 are about 101 bits. */
export function newId(kind: IdKind): string {
  return `${kind}_${random()}`
}
