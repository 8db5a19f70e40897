/** The resource name of server requests, for all web frameworks. */

/**
 * Returns `METHOD route`, or the method alone where no route is known. A framework's integration reports the route
 * (`web.matched`); one that wants another name sets `web.span.resource` there, unless the application has set it, and the
 * HTTP server then keeps that name.
 */
export function webResource(method: string | undefined, route: string): string {
  return route === '' ? (method ?? '') : `${method} ${route}`
}
