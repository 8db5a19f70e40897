/** What the send loop asks of the side that knows the receiver: how a payload is sent, and what an answer means. */

import type { AgentResponse } from '../../core/exchange'
import type { AgentRequest } from '../../core/transport'
import type { Payload } from '../encode/encoder'
import type { DropReason } from './delivery-counts'
import type { Entry } from './queue'

/** Payloads that take the place of one in the queue. */
export interface Replacement<Label> {
  payloads: readonly Payload[]
  label: Label
}

/** What becomes of a payload after an answer. */
export type Outcome<Label> =
  | { kind: 'accepted' }
  /** The payload is sent again after `waitMs`, and lost when that was attempt number `attempts`. */
  | { kind: 'retry'; waitMs: number; attempts: number }
  | { kind: 'refused'; reason: DropReason }
  | ({ kind: 'replaced' } & Replacement<Label>)
  /** The payload stays first, and is looked at again at once. */
  | { kind: 'unchanged' }

/** The side of a send loop that knows the receiver. `Label`: what is remembered of each payload. */
export interface Delivery<Label> {
  /** Name of the receiver in messages: `agent` or `collector`. */
  readonly receiver: string
  /** Returns the label of a payload that is queued now. */
  label(): Label
  /** Returns what is to be sent in place of `entry`; undefined when it can be sent as it is. */
  convert?(entry: Entry<Label>): Replacement<Label> | undefined
  /**
   * Returns a promise that resolves when what must be known before `entry` is sent has been asked; undefined when
   * nothing is missing. The promise rejects like `Transport.request` when the receiver does not answer.
   */
  prepare?(entry: Entry<Label>): Promise<void> | undefined
  /** Sends `entry`. Rejects like `Transport.request`. */
  send(entry: Entry<Label>): Promise<AgentResponse>
  /** Returns what becomes of `entry` after this answer. */
  outcomeOf(entry: Entry<Label>, response: AgentResponse): Outcome<Label>
  /** Returns the receiver's own words for a refusal in one short line; empty when it gave none. */
  refusalOf(response: AgentResponse): string
  /** Told each answer, after its outcome. */
  answered?(response: AgentResponse): void
  /** Returns the request of a payload that was not delivered, for a last attempt by other means. */
  lastRequest(entry: Entry<Label>): AgentRequest
}
