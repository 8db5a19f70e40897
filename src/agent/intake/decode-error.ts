/**
 * The error for a body that violates its format; the message names the place, and becomes the text of the answer 400.
 */
export class DecodeError extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'DecodeError'
  }
}
