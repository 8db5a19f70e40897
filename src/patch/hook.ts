/**
 * Calls one function for each module to patch, however it is loaded: by `require`, by `import`, or before the tracer.
 */

import { isBuiltin, syncBuiltinESMExports } from 'node:module'
import { type BundledModule, watchBundled } from './bundled'
import { isPatched } from './wrap'

/**
 * Called when a module is loaded. `name` is a package or a module of Node.js, `file` a path inside the package, empty
 * for its main module. A bundled package has a `version` and no folder. Returns the exports that replace the
 * module's, or undefined.
 */
export type OnLoad = (
  exports: unknown,
  name: string,
  file: string,
  folder: string | undefined,
  version?: string,
) => unknown

interface Unhookable {
  unhook(): void
}

/** The class `Hook` of import-in-the-middle. */
interface EsmHookConstructor {
  new (
    modules: string[],
    options: { internals: boolean },
    onImport: (exports: Record<string, unknown>, name: string, folder: string | undefined) => void,
  ): Unhookable
}

/** Watches modules by name. */
export class Hook {
  readonly #modules: Set<string>
  readonly #onLoad: OnLoad
  readonly #hooks: Unhookable[] = []

  constructor(modules: readonly string[], onLoad: OnLoad) {
    this.#modules = new Set(modules)
    this.#onLoad = onLoad
  }

  /** Starts watching, and calls back for modules that are loaded already. */
  install(): void {
    const names = [...this.#modules]
    // Read before the hooks are required: these load `net`, which the application may never do.
    const builtins = names.filter(name => isBuiltin(name) && isBuiltinLoaded(name))
    const { Hook: RequireHook } = require('require-in-the-middle') as typeof import('require-in-the-middle')
    this.#hooks.push(
      new RequireHook(
        names,
        { internals: true },
        (exports, name, folder) => this.#required(exports, name, folder) as typeof exports,
      ),
    )
    const { Hook: ImportHook } = require('import-in-the-middle') as { Hook: EsmHookConstructor }
    this.#hooks.push(
      new ImportHook(names, { internals: false }, (exports, name, folder) =>
        this.#imported(exports, name, folder),
      ),
    )
    this.#hooks.push({ unhook: watchBundled(bundled => this.#bundled(bundled)) })
    for (const name of builtins) this.#builtin(process.getBuiltinModule?.(name) ?? require(name), name)
    this.#handOverFiles()
  }

  /** Stops watching. */
  uninstall(): void {
    for (const hook of this.#hooks.splice(0)) hook.unhook()
  }

  /** Updates the named imports of `node:` modules to the current exports. */
  refresh(): void {
    syncBuiltinESMExports()
  }

  #required(exports: unknown, name: string, folder: string | undefined): unknown {
    if (folder === undefined) return this.#builtin(exports, name)
    const packageName = this.#packageOf(name)
    if (packageName === undefined) return exports
    return this.#onLoad(exports, packageName, toFile(name, packageName), folder) ?? exports
  }

  #imported(exports: Record<string, unknown>, name: string, folder: string | undefined): void {
    const bare = name.startsWith('node:') ? name.slice(5) : name
    if (folder === undefined && isBuiltin(bare)) {
      this.#builtin(exports.default, bare)
      renew(exports, exports.default as object)
      return
    }
    // A CommonJS package that an ES module imports: its exports are the default export. The files that it has loaded,
    // also of other packages, have not all gone through the `require` hook.
    if (folder !== undefined) this.#handOverFiles()
    this.#namespace(exports, bare, '', folder)
  }

  #namespace(
    exports: Record<string, unknown>,
    name: string,
    file: string,
    folder: string | undefined,
    version?: string,
  ): void {
    const target = exports.default ?? exports
    const replaced = this.#onLoad(target, name, file, folder, version)
    if (replaced !== undefined && replaced !== target && 'default' in exports) exports.default = replaced
    if (target !== exports) renew(exports, (replaced ?? target) as object)
  }

  #bundled({ name, version, paths, module, isNamespace }: BundledModule): void {
    if (!this.#modules.has(name)) return
    for (const path of paths) {
      if (isNamespace)
        this.#namespace(module.exports as Record<string, unknown>, name, path, undefined, version)
      else module.exports = this.#onLoad(module.exports, name, path, undefined, version) ?? module.exports
    }
  }

  #builtin(exports: unknown, name: string): unknown {
    const bare = name.startsWith('node:') ? name.slice(5) : name
    this.#onLoad(exports, bare, '', undefined)
    // Named imports of `node:` modules are copies, which Node.js updates only on request.
    this.refresh()
    return exports
  }

  #handOverFiles(): void {
    for (const filename of Object.keys(require.cache)) this.#handOver(filename)
  }

  #handOver(filename: string): void {
    const at = filename.lastIndexOf('/node_modules/')
    if (at < 0) return
    const inside = filename.slice(at + '/node_modules/'.length)
    const packageName = this.#packageOf(inside)
    if (packageName === undefined) return
    const module = require.cache[filename]
    if (module === undefined || !module.loaded) return
    const folder = filename.slice(0, at + '/node_modules/'.length + packageName.length)
    const file = inside.slice(packageName.length + 1)
    const replaced = this.#onLoad(module.exports, packageName, file, folder)
    if (replaced !== undefined) module.exports = replaced
  }

  /** Returns `express` for `express/lib/router/layer.js`, if that package is watched. */
  #packageOf(name: string): string | undefined {
    if (this.#modules.has(name)) return name
    const slash = name.indexOf('/', name.startsWith('@') ? name.indexOf('/') + 1 : 0)
    const packageName = slash < 0 ? name : name.slice(0, slash)
    return this.#modules.has(packageName) ? packageName : undefined
  }
}

/** Replaces patched functions in a namespace, whose named exports are copies from when the module was loaded. */
function renew(namespace: Record<string, unknown>, exports: object): void {
  for (const name of Object.keys(namespace)) {
    // Descriptors are read, since a getter may load a module that the application never uses.
    const current = Object.getOwnPropertyDescriptor(exports, name)?.value
    if (name !== 'default' && isPatched(current) && namespace[name] !== current) namespace[name] = current
  }
}

function toFile(name: string, packageName: string): string {
  return name.length > packageName.length ? name.slice(packageName.length + 1).replaceAll('\\', '/') : ''
}

function isBuiltinLoaded(name: string): boolean {
  // The list is undocumented. Without it, the module is patched when it is required next.
  const list = (process as { moduleLoadList?: readonly string[] }).moduleLoadList
  return list?.includes(`NativeModule ${name}`) ?? false
}
