/** Of Next.js' server, what is used here. */

export interface NextRequest {
  /** Behind the wrapper of Next.js. */
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
