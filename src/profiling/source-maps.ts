/** Replaces names, files and lines of generated code by those of its sources, where there are source maps. */

import { runDetached } from '../core/detached-context'
import { reportFailure } from '../core/fence'
import { inSlices } from './slices'
import { readCode } from './source-maps/code'
import { FunctionStarts } from './source-maps/function-starts'
import { type Files, lookups, rewrite } from './source-maps/rewrite'
import { MapStore } from './source-maps/store'

/** Rewrites profiles, and remembers the maps that it has read. */
export class SourceMaps {
  readonly #store: MapStore
  #last: Promise<unknown> = Promise.resolve()
  #hasMissing = false

  constructor(store = new MapStore()) {
    this.#store = store
  }

  /** Whether a file of some profile declared a map that is missing or broken. */
  get hasMissing(): boolean {
    return this.#hasMissing
  }

  /**
   * Resolves with the rewritten pprof (not compressed), or with the same bytes if no file has a map. Profiles are
   * rewritten one after the other. Never rejects.
   */
  map(pprof: Uint8Array): Promise<Uint8Array> {
    const mapped = this.#last.then(() => runDetached(() => this.#map(pprof)))
    this.#last = mapped
    return mapped
  }

  async #map(pprof: Uint8Array): Promise<Uint8Array> {
    try {
      const code = await inSlices(readCode(pprof))
      const starts = new FunctionStarts(code)
      const files: Files = { mapped: new Set(), missing: new Set() }
      for (const [index, file] of code.files) {
        const state = this.#store.known(file) ?? (await this.#store.state(file))
        if (state === 'mapped' || (state === 'missing' && !isForeign(file))) files[state].add(index)
      }
      if (files.mapped.size > 0) {
        const asked = await inSlices(lookups(pprof, code, files.mapped, starts))
        for (const [index, each] of asked) await this.#store.lookUp(code.files.get(index) as string, each)
      }
      // A map may turn out to be broken only when positions are looked up in it.
      for (const index of files.mapped) {
        if (this.#store.known(code.files.get(index) as string) !== 'missing') continue
        files.mapped.delete(index)
        if (!isForeign(code.files.get(index) as string)) files.missing.add(index)
      }
      if (files.missing.size > 0) this.#hasMissing = true
      if (files.mapped.size + files.missing.size === 0) return pprof
      return await inSlices(rewrite(pprof, code, files, starts, this.#store))
    } catch (error) {
      reportFailure('source maps of a profile', error)
      return pprof
    }
  }
}

/** Returns whether the file belongs to a package: many declare maps that they do not ship, and no backend has those. */
function isForeign(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file)
}
