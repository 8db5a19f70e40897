/** Measures the subjects of a question in turns: one window each a repetition, in random order. */

import { baseOf, type Member, type Question, type Settings, type Stage, type Values, Void } from './question'

/** The processes are started anew in the middle, so that one unlucky compilation does not decide. */
const DEFAULT_GENERATIONS = 2

export interface Answer {
  /** For each repetition, the figures of the subjects whose window counts. */
  repetitions: Record<string, Values>[]
  /** Windows that did not count, and subjects that did not run, with the reason. */
  problems: string[]
  /** How many of the problems are windows that were void. */
  voidCount: number
}

/** `tell` gets a line for each step. */
export async function interleave(
  question: Question,
  settings: Settings,
  tell: (line: string) => void,
): Promise<Answer> {
  const answer: Answer = { repetitions: [], problems: [], voidCount: 0 }
  const stage = await question.open(settings)
  const generations = question.generations ?? DEFAULT_GENERATIONS
  try {
    for (let generation = 1; generation <= generations; generation++) {
      const last = Math.ceil((settings.repetitions * generation) / generations)
      if (settings.stop.aborted || answer.repetitions.length >= last) continue
      const members = await startAll(question, settings, stage, generation, answer)
      try {
        while (answer.repetitions.length < last && !settings.stop.aborted) {
          tell(`${question.name}: repetition ${answer.repetitions.length + 1} of ${settings.repetitions}`)
          answer.repetitions.push(await repetition(question, members, settings, answer))
        }
      } finally {
        await Promise.all([...members.values()].map(member => member.stop()))
      }
    }
  } finally {
    await stage.close()
  }
  return answer
}

async function startAll(
  question: Question,
  settings: Settings,
  stage: Stage,
  generation: number,
  answer: Answer,
): Promise<Map<string, Member>> {
  const members = new Map<string, Member>()
  // One after the other: a process that is being warmed would steal the caches of another.
  for (const subject of question.subjects(settings.peers)) {
    if (settings.stop.aborted) break
    try {
      members.set(subject, await stage.start(subject, generation))
    } catch (error) {
      answer.problems.push(`${subject} does not run: ${textOf(error)}`)
    }
  }
  return members
}

async function repetition(
  question: Question,
  members: Map<string, Member>,
  settings: Settings,
  answer: Answer,
): Promise<Record<string, Values>> {
  const figures: Record<string, Values> = {}
  for (const subject of order(question, [...members.keys()])) {
    const member = members.get(subject)
    if (member === undefined || settings.stop.aborted) continue
    try {
      figures[subject] = await member.measure()
    } catch (error) {
      answer.problems.push(`${subject}, repetition ${answer.repetitions.length + 1}: ${textOf(error)}`)
      if (error instanceof Void) answer.voidCount++
      else {
        members.delete(subject)
        await member.stop()
      }
    }
  }
  return figures
}

/** Random; subjects with the same base stay together, since a machine differs less from one window to the next. */
export function order(question: Question, subjects: readonly string[]): string[] {
  const groups = new Map<string, string[]>()
  for (const subject of subjects) {
    const base = baseOf(question, subject)
    groups.set(base, [...(groups.get(base) ?? []), subject])
  }
  return shuffled([...groups.values()]).flatMap(shuffled)
}

function shuffled<T>(items: T[]): T[] {
  for (let index = items.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1))
    ;[items[index], items[other]] = [items[other] as T, items[index] as T]
  }
  return items
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
