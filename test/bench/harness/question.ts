/** What a question of the bench is: subjects that do the same work, figures of each, and one of them to compare with. */

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
  /** With its unit, for example `CPU of the process, ns a span`. */
  title: string
  /** Digits after the point. */
  digits: number
  /** Whether less than the base is what matters: then ratios are shown. */
  compared: boolean
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
  /** The subject that ratios are taken to. */
  base: string
  figures: readonly Figure[]
  subjects(peers: boolean): readonly string[]
  open(settings: Settings): Promise<Stage>
}

/** A window whose figures mean nothing, since spans were lost or requests failed. */
export class Void extends Error {}
