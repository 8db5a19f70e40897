/** A refusal with its HTTP status and a reason that the client may read. */
export class HttpError extends Error {
  readonly status: number

  constructor(status: number, reason: string) {
    super(reason)
    this.name = 'HttpError'
    this.status = status
  }
}
