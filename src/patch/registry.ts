/** Loads an integration with the first of its modules, applies each target once, undoes all when the tracer stops. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { isBuiltin } from 'node:module'
import { switchName } from '../core/config/switches'
import { fence } from '../core/fence'
import { log } from '../core/log'
import { Hook } from './hook'
import { IntegrationState, type Options } from './state'
import { isTargetFile } from './target-file'
import type { Integration, ManifestEntry, PatchTools, Target, TracerParts } from './types'
import { satisfies, versionOf } from './versions'
import { markPatched, type Undo, unmarkPatched, wrap } from './wrap'

/** The state of one integration, for telemetry. */
export interface IntegrationReport {
  name: string
  /** Version of the patched module; undefined if none was patched: because of its version, or for channels only. */
  version: string | undefined
  enabled: boolean
  /** Whether the integration is switched off after too many failures. */
  isBroken: boolean
}

/** All integrations of the manifest, and what has been patched. */
export class Registry {
  readonly #entries: readonly ManifestEntry[]
  readonly #parts: TracerParts
  readonly #states = new Map<string, IntegrationState>()
  readonly #integrations = new Map<string, Integration>()
  /** For each target, the exports it was applied to, with the exports that it left in their place. */
  readonly #applied = new WeakMap<Target, WeakMap<object, object>>()
  readonly #undo: Undo[] = []
  readonly #patched = new Map<string, string>()
  readonly #hook: Hook
  #isInstalled = false

  constructor(entries: readonly ManifestEntry[], parts: TracerParts) {
    this.#parts = parts
    const { disabledPlugins, disabledInstrumentations, plugins } = parts.config
    this.#entries = entries.filter(
      entry =>
        !entry.modules.some(name => disabledInstrumentations.includes(name)) &&
        !disabledInstrumentations.includes(entry.name),
    )
    for (const entry of this.#entries) {
      const wanted = parts.config.switches.get(switchName(entry.name)) ?? !entry.offByDefault
      const enabled = plugins && wanted && !disabledPlugins.includes(entry.name)
      this.#states.set(entry.name, new IntegrationState(entry.name, parts.config, enabled))
    }
    const modules = new Set(this.#entries.flatMap(entry => entry.modules))
    this.#hook = new Hook([...modules], (exports, name, file, folder, version) =>
      this.#loaded(exports, name, file, folder, version),
    )
  }

  /** Starts to patch: modules that are loaded already, and modules that are loaded from now on. */
  install(): void {
    this.#hook.install()
    this.#isInstalled = true
    for (const entry of this.#entries) {
      for (const channel of entry.channels ?? []) this.#listen(entry, channel)
      this.#requireBuiltins(entry)
    }
  }

  /** Requires modules such as `console`, which programs use without `require`, once their integration is on. */
  #requireBuiltins(entry: ManifestEntry): void {
    if (!entry.offByDefault || !this.#isInstalled || !this.#states.get(entry.name)?.enabled) return
    for (const name of entry.modules) if (isBuiltin(name)) require(name)
  }

  #listen(entry: ManifestEntry, channel: string): void {
    let tools: PatchTools | undefined
    this.#undo.push(
      listen(channel, this.#states.get(entry.name) as IntegrationState, message => {
        tools ??= this.#tools(entry.name, process.versions.node)
        this.#load(entry).channels?.[channel](message as never, tools)
      }),
    )
  }

  /** Stops watching and restores all originals. */
  uninstall(): void {
    this.#isInstalled = false
    this.#hook.uninstall()
    for (const undo of this.#undo.splice(0).reverse()) fence('unpatching', undo)
    this.#hook.refresh()
    this.#patched.clear()
    // A wrapper around which another library has put its own cannot be removed: it only forwards calls from now on.
    for (const state of this.#states.values()) state.enabled = false
  }

  /** Replaces the options of an integration, or switches it on or off. An unknown name is logged once. */
  use(name: string, options: Options | boolean): void {
    const state = this.#states.get(name)
    if (state === undefined) log.warn(`use ${name}`, `use('${name}'): there is no integration of that name`)
    else {
      fence(`use('${name}')`, () => {
        state.configure(options)
        for (const entry of this.#entries) if (entry.name === name) this.#requireBuiltins(entry)
      })
    }
  }

  /** Lets all integrations read a configuration that has changed. */
  reread(): void {
    for (const state of this.#states.values()) fence(`options of ${state.name}`, () => state.reread())
  }

  /** Switches all integrations off while `isPaused`: instrumented code forwards calls without making spans. */
  pause(isPaused: boolean): void {
    for (const state of this.#states.values()) state.pause(isPaused)
  }

  /** Returns the state of the integrations that are loaded. */
  report(): IntegrationReport[] {
    const reports: IntegrationReport[] = []
    for (const { name, modules } of this.#entries) {
      const state = this.#states.get(name)
      if (state === undefined || !this.#integrations.has(name)) continue
      const patched = modules.find(each => this.#patched.has(each))
      const version = patched === undefined ? undefined : this.#patched.get(patched)
      reports.push({ name, version, enabled: state.enabled, isBroken: state.isBroken })
    }
    return reports
  }

  /** Returns the patched modules with their versions: `express` → `5.1.0`. */
  patched(): ReadonlyMap<string, string> {
    return this.#patched
  }

  #loaded(
    exports: unknown,
    name: string,
    file: string,
    folder: string | undefined,
    version: string | undefined,
  ): unknown {
    if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return undefined
    let current: object = exports
    for (const entry of this.#entries) {
      if (!entry.modules.includes(name)) continue
      const integration = fence(`loading ${entry.name}`, () => this.#load(entry))
      for (const target of integration?.targets ?? []) {
        if (target.module !== name || !isTargetFile(target, file, folder)) continue
        current =
          fence(`patching ${name}`, () => this.#apply(entry.name, target, current, folder, version)) ??
          current
      }
    }
    return current === exports ? undefined : current
  }

  #load(entry: ManifestEntry): Integration {
    let integration = this.#integrations.get(entry.name)
    if (integration === undefined) {
      integration = entry.load()
      this.#integrations.set(entry.name, integration)
    }
    return integration
  }

  #apply(
    name: string,
    target: Target,
    exports: object,
    folder: string | undefined,
    bundledVersion: string | undefined,
  ): object | undefined {
    const done = this.#appliedTo(target)
    const before = done.get(exports)
    if (before !== undefined) return before
    const version = bundledVersion ?? (folder === undefined ? process.versions.node : versionOf(folder))
    if (!satisfies(version, target.versions)) {
      log.info(
        `${target.module}@${version}`,
        `${target.module} ${version} is not patched: supported versions are ${target.versions}`,
      )
      return undefined
    }
    done.set(exports, exports)
    const result = target.patch(exports, this.#tools(name, version))
    const patched =
      (typeof result === 'object' || typeof result === 'function') && result !== null ? result : exports
    done.set(exports, patched).set(patched, patched)
    markPatched(patched)
    this.#undo.push(() => {
      unmarkPatched(patched)
      done.delete(exports)
      done.delete(patched)
    })
    this.#patched.set(target.module, version)
    return patched
  }

  #appliedTo(target: Target): WeakMap<object, object> {
    let done = this.#applied.get(target)
    if (done === undefined) {
      done = new WeakMap()
      this.#applied.set(target, done)
    }
    return done
  }

  #tools(name: string, version: string): PatchTools {
    const state = this.#states.get(name) as IntegrationState
    return {
      ...this.#parts,
      state,
      version,
      site: definition => state.site(definition),
      wrap: (owner, key, wrapper) => {
        const undo = wrap(owner, key, wrapper)
        if (undo !== undefined) this.#undo.push(undo)
        return undo !== undefined
      },
      fenced: fn => {
        try {
          fn()
        } catch (error) {
          state.failed(error)
        }
      },
      subscribe: (channel, listener) => this.#undo.push(listen(channel, state, listener as never)),
      onUndo: undo => this.#undo.push(undo),
    }
  }
}

/**
 * Subscribes `listener` to a channel, for as long as the integration is on. Returns a function that unsubscribes it.
 */
function listen(channel: string, state: IntegrationState, listener: (message: unknown) => void): Undo {
  const fenced = (message: unknown): void => {
    if (!state.enabled) return
    try {
      listener(message)
    } catch (error) {
      state.failed(error)
    }
  }
  subscribe(channel, fenced)
  return () => unsubscribe(channel, fenced)
}
