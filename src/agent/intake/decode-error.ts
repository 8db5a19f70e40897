/** A body that does not say what its format demands; the message names the place, and becomes the 400's text. */
export class DecodeError extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'DecodeError'
  }
}
