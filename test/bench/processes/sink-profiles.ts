/** Counts the profiles of an upload: the files `<kind>.pprof` of a form that hold anything. */

import type { Counts } from './sink-counts'

/** The head of a part with such a file, and that something else than the next boundary follows. */
const FILE = /filename="(\w+)\.pprof"\r\n(?:[^\r\n]+\r\n)*\r\n(?!\r\n--)/g

export function countProfiles(body: Buffer, { profiles }: Counts): void {
  for (const [, kind = ''] of body.toString('latin1').matchAll(FILE)) {
    profiles[kind] = (profiles[kind] ?? 0) + 1
  }
}
