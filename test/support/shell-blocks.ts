/** Checks shell commands of the documentation against what the package has: scripts, commands, flags, files. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Block } from '../tools/pages'
import { ROOT } from './programs'
import { MAIN } from './tracer-command'

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
  exports: Record<string, string>
  bin: Record<string, string>
}

/** Programs that are not part of the package, and subcommands of npm. */
const OTHERS = /^(curl|docker|env|export|git|go|grep|kubectl|sam|sleep|cp)$/
const NPM = /^(ci|install|uninstall|pack|ls)$/
/** Files of the reader's application. */
const APPLICATION = /^(out\/)?(app|server)\.m?js$/

/** Returns one line for each fault of a block of shell commands. */
export function shellFaults(block: Block): string[] {
  const faults: string[] = []
  try {
    execFileSync('bash', ['-n'], { input: block.code, stdio: 'pipe' })
  } catch (error) {
    faults.push(`not a shell script: ${(error as { stderr: Buffer }).stderr}`)
  }
  for (const words of commandsOf(block.code)) {
    const fault = commandFault(words, dirname(block.page))
    if (fault !== undefined) faults.push(`${words.join(' ')}: ${fault}`)
  }
  return faults.map(fault => `${block.page}:${block.line}: ${fault}`)
}

/** Returns the words of each command, without comments and variables before it. */
function commandsOf(code: string): string[][] {
  const quoted = code.replaceAll(/'[^']*'|"[^"]*"/g, text => text.replaceAll(/[|&;#\n]/g, '_'))
  const text = quoted.replaceAll('\\\n', ' ').replaceAll(/(^|\s)#.*$/gm, '')
  return text
    .split(/\n|&&|\|+|;(?=\s)|(?<!\d)&(?!\d)/)
    .map(command => command.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [])
    .map(words =>
      words.slice(words.findIndex(word => !/^\w+=/.test(word))).filter(word => !/^\d?>/.test(word)),
    )
    .filter(([first]) => first !== undefined && !/^\w+=/.test(first))
}

function commandFault([name, ...args]: string[], folder: string): string | undefined {
  if (name === 'npx') return commandFault(args, folder)
  if (name === 'npm') return npmFault(args, folder)
  if (name === 'tracer') return tracerFault(args)
  if (name === 'tracer-run') return commandFault(args, folder)
  if (name === 'node') return nodeFault(args, folder)
  return OTHERS.test(name) ? undefined : 'no command that this test knows'
}

function npmFault([first, second]: string[], folder: string): string | undefined {
  const script = first === 'run' ? second : first
  if (first !== 'run' && NPM.test(first)) return undefined
  const own = join(ROOT, folder, 'package.json')
  const { scripts = {} } = existsSync(own)
    ? (JSON.parse(readFileSync(own, 'utf8')) as typeof manifest)
    : manifest
  return Object.hasOwn(scripts, script) ? undefined : 'package.json has no such script'
}

const helps = new Map<string, string>()

/** Returns what `tracer COMMAND --help` prints. */
function helpOf(command: string): string {
  let help = helps.get(command)
  if (help === undefined) {
    help = execFileSync(process.execPath, [MAIN, ...(command === '' ? [] : [command]), '--help'], {
      encoding: 'utf8',
    })
    helps.set(command, help)
  }
  return help
}

function tracerFault([command, ...args]: string[]): string | undefined {
  if (!helpOf('').includes(`tracer ${command}`)) return `there is no command ${command}`
  // Words behind `node` belong to the program that is profiled.
  const own = args.includes('node') ? args.slice(0, args.indexOf('node')) : args
  const unknown = own.find(arg => /^--?[a-z]/.test(arg) && !helpOf(command).includes(arg))
  return unknown === undefined ? undefined : `tracer ${command} has no ${unknown}`
}

function nodeFault([first, second]: string[], folder: string): string | undefined {
  if (first === '--require' || first === '--import') {
    const isExported = second.startsWith('tracer/') && Object.hasOwn(manifest.exports, `./${second.slice(7)}`)
    return isExported || second.startsWith('./') ? undefined : `the package has no ${second}`
  }
  if (first.startsWith('-') || APPLICATION.test(first)) return undefined
  const file = first.replace(/^node_modules\/tracer\//, '')
  const places = [join(ROOT, file), join(ROOT, folder, file)]
  return places.some(place => existsSync(place)) ? undefined : `there is no file ${first}`
}
