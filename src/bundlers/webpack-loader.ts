/** The loader by which `tracer/webpack` changes a library's file. */

import { facade, isModule, withFooter } from './hand-over'
import { libraryFile } from './library-file'

/** The part of webpack's `LoaderContext` that is used here. */
interface LoaderContext {
  resourcePath: string
  callback(error: null, source: string, sourceMap?: unknown): void
}

function load(this: LoaderContext, source: string, sourceMap?: unknown): void {
  const file = libraryFile(this.resourcePath)
  if (file === undefined) this.callback(null, source, sourceMap)
  else if (isModule(this.resourcePath, source)) {
    this.callback(null, facade(`${this.resourcePath}?tracer-original`, source, file))
  } else this.callback(null, withFooter(source, file), sourceMap)
}

export = load
