/** The parts of Next.js' server that the integration uses. */

export interface NextRequest {
  /** The request object of Node.js, if this is a wrapper of Next.js. */
  originalRequest?: object
  method?: string
  headers: Readonly<Record<string, unknown>>
}

export interface NextResponse {
  statusCode?: number
}

export interface RenderContext {
  req: NextRequest
  /** Page that is shown: `/page/[slug]`. */
  pathname: string
}

export interface RouteMatch {
  definition?: { pathname?: string }
}
