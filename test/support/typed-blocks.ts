/** Type-checks the JavaScript and TypeScript of the documentation with the types that the package has. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from '../tools/pages'
import { ROOT } from './programs'
import { temporaryFolder } from './temporary'

/** What the examples take from the reader's application. */
const APPLICATION = `
declare function placeOrder(): Promise<{ id: string }>
declare function sendMail(to: string): Promise<void>
declare function chargeCard(card: string): Promise<void>
declare function doWork(): void
declare function serve(request: object): void
declare function callback(): void
declare const request: object
declare const message: { headers: Record<string, string> }
declare const queue: (() => void)[]
declare const app: import('express').Express
declare const fastify: {
  get(path: string, handler: (request: { raw: import('http').IncomingMessage },
    reply: { hijack(): void; raw: import('http').ServerResponse }) => void): void
}
declare const processor: {
  onStart(): void; onEnd(): void; forceFlush(): Promise<void>; shutdown(): Promise<void>
}
`
const OPTIONS = {
  allowJs: true,
  checkJs: true,
  noEmit: true,
  strict: true,
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  esModuleInterop: true,
  types: ['node'],
}

/** Returns the complaints of the compiler, each with the page that it concerns. */
export function typeFaults(blocks: readonly Block[], packageFolder = ROOT): string[] {
  const folder = temporaryFolder('tracer-docs-')
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of ['@types', 'esbuild', 'undici-types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  symlinkSync(packageFolder, join(modules, 'tracer'))
  writeFileSync(join(folder, 'application.d.ts'), APPLICATION)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS }))
  const origins = new Map<string, string>()
  for (const [index, block] of blocks.entries()) {
    const name = `block-${index}`
    origins.set(name, `${block.page}:${block.line}`)
    writeFileSync(join(folder, name + endingOf(block)), bodyOf(block))
  }
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc')
  const { status, stdout } = spawnSync(tsc, ['-p', folder, '--pretty', 'false'], { encoding: 'utf8' })
  if (status === 0) return []
  const complaint = (line: string) =>
    line.replace(/^.*?(block-\d+)\S*/, (_, name) => origins.get(name) ?? name)
  return stdout.trim().split('\n').map(complaint)
}

const isModule = ({ code }: Block): boolean => /^(import|export) /m.test(code)

function endingOf(block: Block): string {
  if (block.language === 'ts') return '.ts'
  return isModule(block) ? '.mjs' : '.js'
}

/**
 * Returns the code of a block; CommonJS in a function, since examples await. An integration imports the kit's sources.
 */
function bodyOf(block: Block): string {
  const code = block.code.replaceAll("'../../src/", `'${join(ROOT, 'src')}/`)
  return isModule(block) ? code : `async function example() {\n${code}\n}\n`
}
