/**
 * `tracer/webpack`: a plugin, for webpack 5, that lets the tracer see the libraries inside a bundle.
 *
 * @example
 * const TracerPlugin = require('tracer/webpack')
 * module.exports = { target: 'node', entry: './app.js', plugins: [new TracerPlugin()] }
 */

import { join } from 'node:path'
import { LIBRARIES } from './library-file'

/** The part of webpack's `Compiler` that is used here. */
interface Compiler {
  options: { module: { rules: unknown[] } }
  webpack: { ExternalsPlugin: new (type: string, externals: RegExp) => { apply(compiler: Compiler): void } }
}

class TracerPlugin {
  apply(compiler: Compiler): void {
    new compiler.webpack.ExternalsPlugin('node-commonjs', /^tracer(\/|$)/).apply(compiler)
    compiler.options.module.rules.push({
      test: LIBRARIES,
      // The original modules behind facades.
      resourceQuery: { not: [/^\?tracer-original$/] },
      enforce: 'post',
      use: join(__dirname, 'webpack-loader.js'),
    })
  }
}

export = TracerPlugin
