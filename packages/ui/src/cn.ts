import { type ClassValue, clsx } from 'clsx'
import { createTailwindMerge } from 'tailwind-merge'

/** A last part of a class: "ink-2" of "text-ink-2". */
type Test = (value: string) => boolean
type Group = (string | Record<string, (string | Test)[]>)[]

const any: Test = () => true
const isSize: Test = (value) => /^(\d?xs|sm|base|md|lg|\d?xl)$/.test(value) || /^\[[\d.]/.test(value)
const isNumber: Test = (value) => /^\d*\.?\d+$/.test(value) || /^\[[\d.]/.test(value)
const isImage: Test = (value) => value.startsWith('linear-') || value.startsWith('[')
const isColor: Test = (value) => !isSize(value) && !isNumber(value)

const sides = ['t', 'r', 'b', 'l', 'x', 'y']

/** Classes that also stand alone. */
const bare: ReadonlySet<string> = new Set(['grow', 'shrink', 'transition', 'ring'])

/** Each class that begins with the name is of one group, e.g. `w-4` and `w-full`. */
const simple = (names: readonly string[]): Record<string, Group> =>
  Object.fromEntries(names.map((name) => [name, [{ [name]: bare.has(name) ? ['', any] : [any] }]]))

const spacing = ['p', 'px', 'py', 'pt', 'pr', 'pb', 'pl', 'm', 'mx', 'my', 'mt', 'mr', 'mb', 'ml']
const places = ['inset', 'inset-x', 'inset-y', 'top', 'right', 'bottom', 'left']

/**
 * Only the groups of classes that are used here: the library's own table of all of Tailwind weighs 6 kB on each page. The
 * test compares the two on every pair of classes.
 */
const merge = createTailwindMerge(() => ({
  cacheSize: 500,
  theme: {},
  classGroups: {
    ...simple([...spacing, ...places, 'w', 'min-w', 'max-w', 'h', 'min-h', 'max-h', 'size']),
    ...simple(['gap', 'gap-x', 'gap-y', 'z', 'items', 'self', 'leading', 'tracking', 'opacity', 'cursor']),
    ...simple(['select', 'shrink', 'grow', 'order', 'basis', 'whitespace', 'duration', 'align']),
    ...simple(['justify', 'transition', 'ring', 'line-clamp', 'divide', 'underline-offset', 'object']),
    ...simple(['grid-cols', 'auto-cols', 'grid-flow', 'row-span', 'col-span', 'snap', 'scroll-mt', 'fill']),
    ...simple([
      'overflow',
      'overflow-x',
      'overflow-y',
      'overscroll',
      'list',
      'stroke',
      'accent',
      'pointer-events',
    ]),
    display: [
      'block',
      'inline',
      'inline-block',
      'inline-flex',
      'flex',
      'grid',
      'inline-grid',
      'table',
      'hidden',
      'contents',
    ],
    'flex-direction': [{ flex: ['col', 'row', 'col-reverse', 'row-reverse'] }],
    'flex-wrap': [{ flex: ['wrap', 'nowrap', 'wrap-reverse'] }],
    flex: [{ flex: ['auto', 'none', 'initial', isNumber] }],
    'font-weight': [{ font: ['normal', 'medium', 'semibold', 'bold', isNumber] }],
    'font-family': [{ font: ['sans', 'serif', 'mono'] }],
    'word-break': ['break-all', 'break-words', 'break-normal', 'break-keep'],
    ...simple(['translate', 'translate-x', 'translate-y']),
    'text-transform': ['uppercase', 'lowercase', 'capitalize', 'normal-case'],
    'text-line': ['underline', 'line-through', 'no-underline'],
    'border-width': [{ border: ['', isNumber] }],
    'border-style': [{ border: ['solid', 'dashed', 'dotted', 'none'] }],
    'border-collapse': [{ border: ['collapse', 'separate'] }],
    ...Object.fromEntries(
      sides.flatMap((side): [string, Group][] => [
        [`border-${side}`, [{ [`border-${side}`]: ['', isNumber] }]],
        [`border-${side}-color`, [{ [`border-${side}`]: [isColor] }]],
      ]),
    ),
    'border-color': [{ border: [isColor] }],
    position: ['static', 'fixed', 'absolute', 'relative', 'sticky'],
    'font-size': [{ text: ['base', isSize] }],
    'text-align': [{ text: ['left', 'center', 'right', 'justify', 'start', 'end'] }],
    'text-wrap': [{ text: ['wrap', 'nowrap', 'balance', 'pretty'] }],
    'text-color': [{ text: [isColor] }],
    'decoration-color': [{ decoration: [isColor] }],
    'decoration-thickness': [{ decoration: [isNumber] }],
    'bg-image': [{ bg: ['none', isImage] }],
    'bg-color': [{ bg: [isColor] }],
    'rounded-t': [{ 'rounded-t': ['', any] }],
    'rounded-b': [{ 'rounded-b': ['', any] }],
    rounded: [{ rounded: ['', any] }],
    shadow: [{ shadow: ['', any] }],
  },
  conflictingClassGroups: {
    p: ['px', 'py', 'pt', 'pr', 'pb', 'pl'],
    px: ['pr', 'pl'],
    py: ['pt', 'pb'],
    m: ['mx', 'my', 'mt', 'mr', 'mb', 'ml'],
    mx: ['mr', 'ml'],
    my: ['mt', 'mb'],
    size: ['w', 'h'],
    translate: ['translate-x', 'translate-y'],
    gap: ['gap-x', 'gap-y'],
    inset: ['inset-x', 'inset-y', 'top', 'right', 'bottom', 'left'],
    'inset-x': ['right', 'left'],
    'inset-y': ['top', 'bottom'],
    'font-size': ['leading'],
    'line-clamp': ['display', 'overflow'],
    overflow: ['overflow-x', 'overflow-y'],
    rounded: ['rounded-t', 'rounded-b'],
    flex: ['basis', 'grow', 'shrink'],
    'border-width': sides.map((side) => `border-${side}`),
    'border-color': sides.map((side) => `border-${side}-color`),
    'border-x': ['border-r', 'border-l'],
    'border-y': ['border-t', 'border-b'],
  },
  conflictingClassGroupModifiers: { 'font-size': ['leading'] },
  orderSensitiveModifiers: [
    '*',
    '**',
    'after',
    'backdrop',
    'before',
    'first-letter',
    'first-line',
    'placeholder',
  ],
}))

/** Joins class names; of two that set the same property, the last one stays. */
export const cn = (...classes: ClassValue[]): string => merge(clsx(classes))
