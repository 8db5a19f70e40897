/** All series of one name, which have the same type. */

import type { Kind } from '../series'
import { familyName } from './names'
import type { ScrapedSeries } from './scraped-series'

/** Type of a family in the text format. */
export type FamilyType = 'counter' | 'gauge' | 'histogram'

/** The series of one name. */
export interface Family {
  /** Name without the suffixes of the samples. */
  readonly name: string
  readonly kind: Kind
  readonly help: string
  readonly unit: string | undefined
  /** A count that goes down is a gauge from then on. */
  type: FamilyType
  readonly series: Map<string, ScrapedSeries>
}

const WORDS: Readonly<Record<Kind, [word: string, type: FamilyType]>> = {
  c: ['count', 'counter'],
  g: ['gauge', 'gauge'],
  s: ['distinct members within the last minute', 'gauge'],
  h: ['histogram', 'histogram'],
  d: ['distribution', 'histogram'],
  ms: ['timing', 'histogram'],
}

/** Creates an empty family: timings called `card.charged` become `card_charged_seconds`. */
export function newFamily(kind: Kind, name: string): Family {
  const clean = familyName(name)
  const [word, type] = WORDS[kind]
  const unit = kind === 'ms' ? 'seconds' : undefined
  return {
    name: nameOf(kind, clean),
    kind,
    help: `${name} (${word})`,
    unit,
    type,
    series: new Map(),
  }
}

function nameOf(kind: Kind, clean: string): string {
  // The sample of a counter ends with `_total`, the family does not.
  if (kind === 'c') return clean.replace(/(?<=.)_total$/, '')
  if (kind === 's') return `${clean}_unique`
  return kind === 'ms' && !clean.endsWith('_seconds') ? `${clean}_seconds` : clean
}

/** Returns the names that belong to the family, and that no other family may have. */
export function namesIn({ name, type }: Pick<Family, 'name' | 'type'>): string[] {
  if (type === 'gauge') return [name]
  if (type === 'counter') return [name, `${name}_total`, `${name}_created`]
  return [name, `${name}_bucket`, `${name}_count`, `${name}_sum`, `${name}_created`]
}
