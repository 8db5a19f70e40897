/** The tag `http.endpoint`: a path with its variable parts replaced, for requests without a route. */

const MAX_SEGMENTS = 8

/** Replaces variable parts of a path: `/users/123?x=1` → `/users/{param:int}`; integrations, section 1. */
export function simplifyPath(url: string): string {
  const query = url.indexOf('?')
  const path = query < 0 ? url : url.slice(0, query)
  let out = ''
  let count = 0
  for (const segment of path.split('/')) {
    if (segment === '') continue
    out += `/${simplify(segment)}`
    if (++count === MAX_SEGMENTS) break
  }
  return out === '' ? '/' : out
}

function simplify(segment: string): string {
  if (/^[1-9]\d+$/.test(segment)) return '{param:int}'
  if (/^(?=.*\d)[\d._-]{3,}$/.test(segment)) return '{param:int_id}'
  if (/^(?=.*\d)[A-Fa-f\d]{6,}$/.test(segment)) return '{param:hex}'
  if (/^(?=.*\d)[A-Fa-f\d._-]{6,}$/.test(segment)) return '{param:hex_id}'
  if (segment.length >= 20 || /[%&'()*+,:=@]/.test(segment)) return '{param:str}'
  return segment
}
