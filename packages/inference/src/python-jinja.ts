import type { Template } from '@huggingface/jinja'

type Program = Template['parsed']
/** A node of a parsed template; each has its kind in `type`. */
type Node = Record<string, unknown>

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
const isNamed = (value: unknown, name: string) =>
  isNode(value) && value.type === 'Identifier' && value.value === name

/**
 * Lets a parsed template mean what it means in Python where the renderer knows less: `text.format(…)` is a call of
 * `python_format`, and `selectattr` and `rejectattr` take none as an empty list.
 */
export function adaptToPython(program: Program): void {
  visit(program)
}

function visit(value: unknown): void {
  if (Array.isArray(value)) value.forEach(visit)
  else if (value instanceof Map) for (const pair of value) visit(pair)
  else if (isNode(value)) {
    for (const part of Object.values(value)) visit(part)
    adaptFormat(value)
    adaptSelection(value)
  }
}

function adaptFormat(node: Node): void {
  const { callee, args } = node
  if (node.type !== 'CallExpression' || !isNode(callee) || !Array.isArray(args)) return
  if (callee.type !== 'MemberExpression' || callee.computed || !isNamed(callee.property, 'format')) return
  node.args = [callee.object, ...args]
  node.callee = { type: 'Identifier', value: 'python_format' }
}

function adaptSelection(node: Node): void {
  const { filter } = node
  if (node.type !== 'FilterExpression' || !isNode(filter) || filter.type !== 'CallExpression') return
  if (!isNamed(filter.callee, 'selectattr') && !isNamed(filter.callee, 'rejectattr')) return
  const empty = { type: 'ArrayLiteral', value: [] }
  node.operand = { type: 'BinaryExpression', operator: { value: 'or' }, left: node.operand, right: empty }
}

/** `str.format` of Python for fields without a name or a form of their own: `{}` and `{0}`. @throws Error for others */
export function pythonFormat(text: string, ...values: unknown[]): string {
  let next = 0
  return text.replaceAll(/\{\{|\}\}|\{([^{}]*)\}/g, (whole, field: string | undefined) => {
    if (field === undefined) return whole.slice(1)
    const value = /^\d*$/.test(field) ? values[field ? Number(field) : next++] : undefined
    if (value === undefined) throw new Error(`the field ${whole} of a format cannot be filled in`)
    return String(value)
  })
}
