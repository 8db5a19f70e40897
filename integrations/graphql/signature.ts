/**
 * The signature of an operation: its text without anything that differs between requests, so that requests of the same
 * shape have the same resource name. The rules are those of Apollo's usage reporting: only the operation and its
 * fragments; numbers become 0; texts, lists and objects become empty; no aliases; everything in alphabetical order
 * except directives of fields; no optional whitespace.
 *
 * `query Q($b: Int, $a: Int) { y: user(id: 5) { name } }` → `query Q($a:Int,$b:Int){user(id:0){name}}`
 */

import type { Argument, Document, SyntaxNode, TypeNode, ValueNode, VariableDefinition } from './types'

/** Longest resource name that the agent accepts. */
const MAX_LENGTH = 5000

/** Returns the signature of an operation. */
export function signatureOf(document: Document, operation: SyntaxNode): string {
  const fragments = fragmentsOf(document, operation)
  return [...fragments.sort(byName), operation].map(definition).join('').slice(0, MAX_LENGTH)
}

/** Returns the fragments that the operation uses, directly or through other fragments. */
function fragmentsOf({ definitions }: Document, operation: SyntaxNode): SyntaxNode[] {
  const known = definitions.filter(each => each.kind === 'FragmentDefinition')
  if (known.length === 0) return known
  const byFragmentName = new Map(known.map(each => [nameOf(each), each] as const).reverse())
  const used = new Set<SyntaxNode>()
  const visit = (node: SyntaxNode): void => {
    for (const selection of node.selectionSet?.selections ?? []) {
      if (selection.kind !== 'FragmentSpread') visit(selection)
      else {
        const fragment = byFragmentName.get(nameOf(selection))
        if (fragment === undefined || used.has(fragment)) continue
        used.add(fragment)
        visit(fragment)
      }
    }
  }
  visit(operation)
  return [...used]
}

function definition(node: SyntaxNode): string {
  const { operation = 'query', name, variableDefinitions = [], directives = [], selectionSet } = node
  const body = selections(selectionSet)
  if (node.kind === 'FragmentDefinition') {
    const type = node.typeCondition?.name?.value
    return `fragment ${name?.value} on ${type}${all(sorted(directives), directive)}${body}`
  }
  const variables = sorted(variableDefinitions, variableName)
  const isShort = operation === 'query' && !name && variables.length === 0 && directives.length === 0
  if (isShort) return body
  const head = name ? `${operation} ${name.value}` : operation
  return head + inBrackets(variables.map(variable)) + all(directives, directive) + body
}

function selections(set: SyntaxNode['selectionSet']): string {
  if (set === undefined) return ''
  let text = ''
  let isAfterName = false
  for (const each of [...set.selections].sort(byKindAndName)) {
    // A space is needed only where two names would become one.
    if (isAfterName && each.kind === 'Field') text += ' '
    text += selection(each)
    isAfterName = endsInName(each)
  }
  return `{${text}}`
}

/**
 * Returns whether the text of a selection ends in a name, by its parts: to look at the text would cost its whole
 * length for each selection.
 */
function endsInName({ kind, arguments: own = [], directives = [], selectionSet }: SyntaxNode): boolean {
  if (selectionSet !== undefined) return false
  const last = (kind === 'Field' ? directives : sorted(directives)).at(-1)
  return (last === undefined ? own : (last.arguments ?? [])).length === 0
}

function selection(node: SyntaxNode): string {
  const { name, directives = [], selectionSet, typeCondition } = node
  const body = selections(selectionSet)
  if (node.kind === 'Field') {
    return `${name?.value}${args(node.arguments)}${all(directives, directive)}${body}`
  }
  const own = all(sorted(directives), directive)
  if (node.kind === 'FragmentSpread') return `...${name?.value}${own}`
  return `...${typeCondition ? `on ${typeCondition.name?.value}` : ''}${own}${body}`
}

function variable({ variable, type, defaultValue, directives = [] }: VariableDefinition): string {
  const standard = defaultValue ? `=${value(defaultValue)}` : ''
  return `$${variable.name?.value}:${typeText(type)}${standard}${all(directives, directive)}`
}

function typeText({ kind, name, type }: TypeNode): string {
  if (type === undefined) return name?.value ?? ''
  return kind === 'ListType' ? `[${typeText(type)}]` : `${typeText(type)}!`
}

function directive(node: SyntaxNode): string {
  return `@${node.name?.value}${args(node.arguments)}`
}

function args(list: readonly Argument[] = []): string {
  return inBrackets(sorted(list).map(each => `${each.name?.value}:${value(each.value)}`))
}

function value(node: ValueNode): string {
  switch (node.kind) {
    case 'IntValue':
    case 'FloatValue':
      return '0'
    case 'StringValue':
      return '""'
    case 'ListValue':
      return '[]'
    case 'ObjectValue':
      return '{}'
    case 'Variable':
      return `$${node.name?.value}`
    case 'NullValue':
      return 'null'
    default:
      return String(node.value)
  }
}

function inBrackets(parts: string[]): string {
  return parts.length === 0 ? '' : `(${parts.join(',')})`
}

function all<Part>(parts: readonly Part[], print: (part: Part) => string): string {
  return parts.map(print).join('')
}

function sorted<Part extends SyntaxNode | Argument>(
  parts: readonly Part[],
  key: (part: Part) => string = nameOf,
): readonly Part[] {
  if (parts.length < 2) return parts
  return [...parts].sort((first, second) => compare(key(first), key(second)))
}

function byKindAndName(first: SyntaxNode, second: SyntaxNode): number {
  return compare(first.kind, second.kind) || byName(first, second)
}

function byName(first: SyntaxNode, second: SyntaxNode): number {
  return compare(nameOf(first), nameOf(second))
}

function nameOf({ name }: { name?: { value: string } }): string {
  return name?.value ?? ''
}

function variableName({ variable }: VariableDefinition): string {
  return nameOf(variable)
}

function compare(first: string, second: string): number {
  return first < second ? -1 : first > second ? 1 : 0
}
