/**
 * Code that a bundled library file runs at its end, to hand its exports to the tracer: it pushes an object to a global
 * list. `patch/bundled.ts` reads the list, now or later; without the tracer the list is not read.
 *
 * | field | value in the pushed object |
 * |---|---|
 * | `name`, `version` | name and version in the package's package.json |
 * | `paths` | the file's names in targets; an empty text is the main module |
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

/**
 * Returns a CommonJS file with the code at its end, on a line of its own, so that positions in the source stay the
 * same.
 */
export function withFooter(source: string, file: LibraryFile): string {
  return `${source}\n;${pushed(file, 'module')}\n`
}

/**
 * Returns an ES module that replaces the `original`: its exports can be set, which those of the original cannot.
 * Re-exports by `*` pass through.
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
