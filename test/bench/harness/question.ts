/**
 * The interface of a question of the bench: subjects that do the same work, their figures, and one subject as the
 * base.
 */

/** What the command line chose. */
export interface Settings {
  /** Times each subject is measured. */
  repetitions: number
  /** Node.js that the measured processes run on. */
  node: string
  /** Whether the peers take part. */
  peers: boolean
  /** Aborted when the user has seen enough: nothing new is begun, and what was started is ended in order. */
  stop: AbortSignal
  /** Directory for CPU profiles of the measured windows; absent = none are taken. */
  profiles?: string
}

/** One number that is measured of each subject. */
export interface Figure {
  key: string
  /** Name with its unit, for example `CPU of the process, ns a span`. */
  title: string
  /** Digits after the point. */
  digits: number
  /** What is shown beside the value: multiples of the base (`true`), what is `added` to it, or nothing. */
  compared: boolean | 'added'
}

/** Figures of one window, by key. */
export type Values = Record<string, number>

/** A running subject. */
export interface Member {
  /** Measures one window; rejects with a {@link Void} when the work was not done in full. */
  measure(): Promise<Values>
  stop(): Promise<void>
}

/** Everything that subjects share (sink, load, database), ready for use. */
export interface Stage {
  /** Starts and warms a subject. Rejects when it cannot run here. */
  start(subject: string, generation: number): Promise<Member>
  close(): Promise<void>
}

export interface Question {
  name: string
  title: string
  /** The subject that the others are compared with. */
  base: string
  /** Subjects that are compared with another one. Those that share one are measured one right after the other. */
  bases?: Readonly<Record<string, string>>
  /** How often the processes are started anew within a run; default: 2. */
  generations?: number
  figures: readonly Figure[]
  subjects(peers: boolean): readonly string[]
  open(settings: Settings): Promise<Stage>
}

export function baseOf({ base, bases }: Question, subject: string): string {
  return bases?.[subject] ?? base
}

/** A window whose figures mean nothing, since spans were lost or requests failed. */
export class Void extends Error {}
