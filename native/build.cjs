/** Compiles the add-on. */

const { execFileSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} = require('node:fs')
const { join, relative } = require('node:path')
const { parseArgs } = require('node:util')
const { MAJORS, fetchNode, headersOf } = require('./nodes.cjs')

const HELP = `node native/build.cjs [option]... [Node binary]...

Compiles native/src into native/prebuilds/<platform>-<arch>/tracer.abi<number>[.<libc>].node for each Node binary, or
for the Node that runs this script. Binaries that are up to date are left alone.

  --all        compile for every ABI (Node.js ${MAJORS.join(', ')}), fetched from npm into .cache/nodes
  --strict     fail if it cannot be compiled, and on any compiler warning
  --force      compile even if the binary is up to date
  --out DIR    write to DIR instead of native/prebuilds
  --help

CXX (default: c++) and CXXFLAGS are used. Without --strict, a missing compiler or missing headers are reported but are
not a failure, since the tracer works without the profiler. Code that does not compile is a failure if CI is set.
`
const sources = join(__dirname, 'src')
/** Beginning of the text in each binary by which it is recognised; a hash of sources and flags follows. */
const MARK = 'tracer build '

const STYLE = [
  '-std=gnu++20',
  '-fPIC',
  '-fno-exceptions',
  '-fno-rtti',
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
]
const LINK = {
  darwin: ['-bundle', '-undefined', 'dynamic_lookup'],
  // Static, so that the user's libstdc++ may be older than the compiler's.
  linux: ['-shared', '-static-libstdc++', '-static-libgcc'],
}

const COMPILED = 0
/** The compiler or the headers are missing. */
const MISSING = 1
const BROKEN = 2

/** Compiles for one Node, unless the binary is up to date. Resolves with COMPILED, MISSING or BROKEN. */
async function build(node, { out, strict, force }) {
  const facts =
    'JSON.stringify([process.versions.modules, process.versions.node, process.platform, process.arch])'
  const [abi, version, platform, arch] = JSON.parse(execFileSync(node, ['-p', facts], { env: {} }).toString())
  const label = `profiler for Node.js ${version} (${platform}-${arch}, abi ${abi})`
  let unfinished
  try {
    if (!(platform in LINK)) throw new Error(`${platform} has no SIGPROF`)
    const folder = join(out, `${platform}-${arch}`)
    const libc = platform === 'linux' ? (existsSync('/etc/alpine-release') ? '.musl' : '.glibc') : ''
    const target = join(folder, `tracer.abi${abi}${libc}.node`)
    const flags = [...STYLE, ...LINK[platform], ...flagsOfCaller()]
    const mark = MARK + digest(flags)
    if (!force && existsSync(target) && readFileSync(target).includes(mark)) {
      say(`${label}: up to date`)
      return COMPILED
    }
    const headers = await headersOf(node, version)
    checkAbi(headers, abi)
    mkdirSync(folder, { recursive: true })
    const units = readdirSync(sources).filter(name => name.endsWith('.cc'))
    // Written under another name first, so that a process that loads the add-on meanwhile gets the old or the new one.
    unfinished = `${target}.${process.pid}`
    execFileSync(
      compiler(),
      [
        ...flags,
        ...(strict ? ['-Werror'] : []),
        ...['-DNODE_GYP_MODULE_NAME=tracer_profiling', `-DTRACER_BUILD="${mark}"`, '-isystem', headers],
        ...units.map(name => join(sources, name)),
        ...['-o', unfinished],
      ],
      { stdio: ['ignore', 'inherit', 'pipe'] },
    )
    renameSync(unfinished, target)
    say(`${label}: ${relative(process.cwd(), target)}`)
    return COMPILED
  } catch (error) {
    if (unfinished !== undefined) rmSync(unfinished, { force: true })
    const reason = error.code === 'ENOENT' ? `no compiler: ${compiler()} is not installed` : firstLine(error)
    process.stderr.write(`${label}: not compiled, ${reason}\n`)
    if (strict && error.stderr) process.stderr.write(error.stderr)
    return error.stderr ? BROKEN : MISSING
  }
}

function compiler() {
  return process.env.CXX || 'c++'
}

function flagsOfCaller() {
  const own = (process.env.CXXFLAGS ?? '').split(' ').filter(Boolean)
  // Symbols are kept only if the caller asks for them with -g.
  return own.includes('-g') ? own : ['-O2', '-s', ...own]
}

function digest(flags) {
  const hash = createHash('sha256').update(flags.join(' '))
  for (const name of readdirSync(sources).sort()) hash.update(name).update(readFileSync(join(sources, name)))
  return hash.digest('hex').slice(0, 32)
}

/** Throws if the headers are those of another ABI: they would compile, and the add-on would crash. */
function checkAbi(headers, abi) {
  const text = readFileSync(join(headers, 'node_version.h'), 'utf8')
  const found = /^#define NODE_MODULE_VERSION (\d+)$/m.exec(text)?.[1]
  if (found !== abi) throw new Error(`the headers at ${headers} are those of abi ${found}`)
}

function firstLine(error) {
  const lines = String(error.stderr || error.message || error).split('\n')
  return (lines.find(line => /error/i.test(line)) ?? lines[0]).trim()
}

function say(line) {
  process.stdout.write(`${line}\n`)
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      out: { type: 'string', default: join(__dirname, 'prebuilds') },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return process.stdout.write(HELP)
  const nodes = positionals.map(path => realpathSync(path))
  let worst = COMPILED
  for (const major of values.all ? MAJORS : []) {
    try {
      nodes.push(await fetchNode(major))
    } catch (error) {
      worst = MISSING
      process.stderr.write(`Node.js ${major}: ${firstLine(error)}\n`)
    }
  }
  if (nodes.length === 0 && !values.all) nodes.push(process.execPath)
  for (const node of nodes) worst = Math.max(worst, await build(node, values))
  if (worst > (values.strict ? COMPILED : process.env.CI ? MISSING : BROKEN)) process.exitCode = 1
}

main().catch(error => {
  process.stderr.write(`${error.message}\n${HELP}`)
  process.exitCode = 1
})
