/** Methods by their path, `/package.Service/Method`, each parsed once: an application has few. */

export interface Method {
  readonly name: string
  readonly service: string
  readonly package: string
  /** Name of the service with its package. */
  readonly fullService: string
}

/** Limit of remembered paths: generic clients could use any number of these. */
const MAX_KNOWN = 1000
const known = new Map<string, Method>()

export function methodOf(path: string): Method {
  let method = known.get(path)
  if (method === undefined) {
    const [, fullService = '', name = ''] = path.split('/')
    const dot = fullService.lastIndexOf('.')
    method = {
      name,
      service: fullService.slice(dot + 1),
      package: dot < 0 ? '' : fullService.slice(0, dot),
      fullService,
    }
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(path, method)
  }
  return method
}

/** Tags of client and server spans; the status is that of a successful call. */
export function methodTags(path: string, kind: string): Record<string, string | number | undefined> {
  const method = methodOf(path)
  return {
    'grpc.method.name': method.name,
    'grpc.method.path': path,
    'grpc.method.kind': kind,
    'grpc.method.service': method.service,
    'grpc.method.package': method.package || undefined,
    'grpc.status.code': 0,
    'rpc.service': method.fullService || undefined,
  }
}
