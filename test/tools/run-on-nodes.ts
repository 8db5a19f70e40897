/** Runs the tests on several Node.js versions: `node dist/test/tools/run-on-nodes.js [20 22 24 26] [-- run-tests args]`. */

import { spawn } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { serviceNames } from '../services/registry.js'
import { startServices } from '../services/start.js'
import { canInstallNodes, type InstalledNode, installNode, MAJORS } from './install-node.js'

const HELP = `node dist/test/tools/run-on-nodes.js [major]... [--refresh] [-- run-tests arguments]

  major        Node.js versions to run on (default: ${MAJORS.join(' ')}), fetched from npm into .cache/nodes
  --refresh    fetch the newest of each major even if the cache has one
`

interface Row {
  node: string
  tests: string
  pass: string
  fail: string
  skipped: string
  exit: string
}

async function main(): Promise<number> {
  const all = process.argv.slice(2)
  const split = all.indexOf('--')
  const own = split === -1 ? all : all.slice(0, split)
  const rest = split === -1 ? [] : all.slice(split + 1)
  if (own.includes('--help')) {
    process.stdout.write(HELP)
    return 0
  }
  const majors = own.filter(word => word !== '--refresh')
  const wrong = majors.find(word => !/^\d+$/.test(word))
  if (wrong !== undefined) {
    process.stderr.write(`${wrong} is not a major version of Node.js\n${HELP}`)
    return 1
  }

  const services = rest.includes('--no-services') ? undefined : await startServices(serviceNames)
  const rows: Row[] = []
  try {
    for (const major of majorsHere(majors)) {
      const row = await runOn(major, own.includes('--refresh'), rest, services?.env ?? {})
      rows.push(row)
    }
  } finally {
    await services?.stop()
  }
  process.stdout.write(`\n${table(rows)}\n`)
  return rows.length > 0 && rows.every(row => row.exit === '0') ? 0 : 1
}

/** The versions to run on; `current` where other ones cannot be installed. */
function majorsHere(wanted: string[]): readonly string[] {
  if (canInstallNodes()) return wanted.length > 0 ? wanted : MAJORS
  process.stdout.write(
    `other Node.js versions are fetched on linux-x64 only; this is ${process.platform}-${process.arch}\n`,
  )
  return ['current']
}

async function runOn(
  major: string,
  refresh: boolean,
  args: string[],
  env: Record<string, string>,
): Promise<Row> {
  const none = { tests: '-', pass: '-', fail: '-', skipped: '-' }
  let node: InstalledNode
  try {
    node =
      major === 'current'
        ? { version: process.version, binary: process.execPath }
        : await installNode(major, refresh)
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    process.stderr.write(`Node.js ${major}: ${reason}\n`)
    return { node: major, ...none, exit: 'not installed' }
  }
  process.stdout.write(`\n=== Node.js ${node.version}\n`)
  const { code, output } = await runTests(node, args, env)
  const count = (name: string) => new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(output)?.[1] ?? '?'
  return {
    node: node.version,
    tests: count('tests'),
    pass: count('pass'),
    // A test that ran out of time is `cancelled`, which is no success either.
    fail: count('cancelled') === '0' ? count('fail') : `${count('fail')}+${count('cancelled')}`,
    skipped: count('skipped'),
    exit: String(code),
  }
}

function runTests(node: InstalledNode, args: string[], env: Record<string, string>) {
  return new Promise<{ code: number; output: string }>((resolve, reject) => {
    const child = spawn(node.binary, [join(__dirname, 'run-tests.js'), ...args], {
      // Tests that start `node` by name, or by a shebang, must get the same version.
      env: { ...process.env, ...env, PATH: `${dirname(node.binary)}${delimiter}${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      process.stdout.write(text)
      // The counts are in the last lines; a long run's output need not be kept.
      output = (output + text).slice(-1_000_000)
    })
    child.on('error', reject)
    child.on('close', code => resolve({ code: code ?? 1, output }))
  })
}

function table(rows: Row[]): string {
  const columns = ['node', 'tests', 'pass', 'fail', 'skipped', 'exit'] as const
  const lines = [Object.fromEntries(columns.map(name => [name, name])) as unknown as Row, ...rows]
  const widths = columns.map(name => Math.max(...lines.map(row => row[name].length)))
  return lines
    .map(row =>
      columns
        .map((name, index) => row[name].padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

main().then(
  code => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  },
)
