/**
 * What a bundled library file says when it has run: here I am, patch me. `patch/bundled.ts` listens, now or later; in a
 * program without the tracer nobody does.
 *
 * | field | of the object that is pushed |
 * |---|---|
 * | `name`, `version` | of the package, as its package.json says |
 * | `paths` | what targets call the file; empty text: the main module |
 * | `module` | `module.exports` can be replaced |
 * | `isNamespace` | the exports are those of an ES module, each of which can be set |
 */

import { parse } from 'es-module-lexer/js'
import { isModuleByName, type LibraryFile } from './library-file'

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** Whether `source` is an ES module. */
export function isModule(filename: string, source: string): boolean {
  const byName = isModuleByName(filename)
  if (byName !== undefined) return byName
  try {
    return parse(source)[3]
  } catch {
    return false
  }
}

/** A CommonJS file that hands itself over at its end, on a line of its own, so that positions stay as they are. */
export function withFooter(source: string, file: LibraryFile): string {
  return `${source}\n;${pushed(file, 'module')}\n`
}

/**
 * An ES module in place of the `original`, with the same exports, which can be set: those of a module itself cannot.
 * What the original re-exports by `*` passes through.
 */
export function facade(original: string, source: string, file: LibraryFile): string {
  const names = parse(source)[1]
    .flatMap(each => ('name' in each ? each.name : []))
    .filter(name => IDENTIFIER.test(name))
  const from = JSON.stringify(original)
  return [
    `import * as original from ${from}`,
    `export * from ${from}`,
    ...names.map((name, index) => `let $${index} = original.${name}`),
    'const exported = {',
    ...names.map(
      (name, index) => `  get ${name}() { return $${index} }, set ${name}(value) { $${index} = value },`,
    ),
    '};',
    pushed(file, '{ exports: exported }, isNamespace: true'),
    `export { ${names.map((name, index) => `$${index} as ${name}`).join(', ')} }\n`,
  ].join('\n')
}

function pushed({ name, version, paths }: LibraryFile, module: string): string {
  const fields = JSON.stringify({ name, version, paths }).slice(1, -1)
  return `(globalThis[Symbol.for("tracer.bundled")] ??= []).push({${fields},"module":${module}});`
}
