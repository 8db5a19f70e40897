/** One request in Next.js' server: its span, and its page. */

import { Mark, type Span } from '../../src/kit/index'
import { type WebRequest, webResource } from '../../src/kit/web/index'
import type { NextRequest } from './types'

/** Pages that are shown in place of a page that failed or does not exist. */
const ERROR_PAGES = new Set(['/_error', '/404', '/500', '/_not-found', '/_global-error'])

/** Marks the request object of Node.js. */
class PageMark extends Mark {
  #page: PageRequest | undefined

  private constructor(request: object, page: PageRequest) {
    super(request)
    this.#page = page
  }

  static of(request: object): PageRequest | undefined {
    return #page in request ? request.#page : undefined
  }

  static set(request: object, page: PageRequest | undefined): void {
    if (#page in request) request.#page = page
    else if (page !== undefined) new PageMark(request, page)
  }
}

/** A request for a page. */
export class PageRequest {
  readonly span: Span
  readonly #web: WebRequest
  readonly #request: object
  readonly #method: string
  #page = ''

  constructor(request: NextRequest, web: WebRequest, span: Span) {
    this.span = span
    this.#web = web
    this.#request = rawRequest(request)
    this.#method = (request.method ?? 'GET').toUpperCase()
    span.resource = webResource(this.#method, '')
    span.setTag('http.method', this.#method)
    PageMark.set(this.#request, this)
  }

  static of(request: NextRequest): PageRequest | undefined {
    return PageMark.of(rawRequest(request))
  }

  /** Records the page that is shown; an error page only if there was no page before. */
  show(page: string): void {
    const isError = ERROR_PAGES.has(page)
    if (isError && this.#page !== '') return
    this.#page = page
    this.span.resource = webResource(this.#method, page)
    this.span.setTag('next.page', page)
    // A request that is not found has no route.
    if (!isError) this.#web.matched(page)
  }

  fail(error: unknown): void {
    this.#web.fail(error)
    this.span.setErrorOnce(error)
  }

  /** Records the status, before the span ends. */
  end(status: number | undefined): void {
    PageMark.set(this.#request, undefined)
    if (typeof status !== 'number') return
    this.span.setTag('http.status_code', String(status))
    if (status >= 500) this.span.error = 1
  }
}

/** Returns the request object of Node.js, which Next.js may wrap. */
export function rawRequest(request: NextRequest): object {
  return request.originalRequest ?? request
}
