/** Runs the whole add-on under AddressSanitizer, UndefinedBehaviorSanitizer and valgrind. */

const { execFileSync, spawnSync } = require('node:child_process')
const { mkdtempSync, readdirSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { parseArgs } = require('node:util')
const { fetchNode } = require('../nodes.cjs')

const HELP = `node native/test/sanitize.cjs [option]... [Node binary or major]...

Runs native/test/drive.cjs with the add-on compiled with -fsanitize=address,undefined, and in valgrind with it compiled
without. Uses the Nodes that are named, or the one that runs this script. Needs Linux with g++ and valgrind. Ends with
status 1 on any finding.

  --only asan|valgrind
  --turns N      repetitions of each part of the program (20; a fifth of it in valgrind)
  --help
`
const BUILD = join(__dirname, '..', 'build.cjs')
const DRIVE = join(__dirname, 'drive.cjs')
const SUPPRESSIONS = join(__dirname, 'valgrind.supp')
const TIMEOUT_MS = 900_000

function compile(node, flags) {
  const out = mkdtempSync(join(tmpdir(), 'tracer-sanitize-'))
  const env = { ...process.env, CXXFLAGS: ['-g', '-O1', '-fno-omit-frame-pointer', ...flags].join(' ') }
  execFileSync(process.execPath, [BUILD, '--strict', '--out', out, node], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [folder] = readdirSync(out)
  const [file] = readdirSync(join(out, folder))
  return { file: join(out, folder, file), remove: () => rmSync(out, { recursive: true }) }
}

function run(command, args, env = {}) {
  const { NODE_OPTIONS, ...inherited } = process.env
  const ended = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...inherited, ...env },
    timeout: TIMEOUT_MS,
    maxBuffer: 2 ** 28,
  })
  return { ...ended, text: `${ended.stdout}${ended.stderr}` }
}

function underAsan(node, turns) {
  const { file, remove } = compile(node, ['-fsanitize=address,undefined'])
  const preload = ['libasan.so', 'libubsan.so'].map(name =>
    execFileSync(process.env.CXX || 'c++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim(),
  )
  const ended = run(node, ['--expose-gc', DRIVE, file, String(turns)], {
    LD_PRELOAD: preload.join(' '),
    // Node leaks a lot at its end, so only leaks in the add-on count as findings (below). V8 handles SIGSEGV itself.
    ASAN_OPTIONS: 'detect_leaks=1:handle_segv=1:detect_stack_use_after_return=1',
    LSAN_OPTIONS: 'exitcode=0',
    UBSAN_OPTIONS: 'print_stacktrace=1',
  })
  remove()
  const leaks = ended.text
    .split('\n\n')
    .filter(part => /(Direct|Indirect) leak/.test(part) && part.includes(file))
  const errors = ended.text.split('\n').filter(line => /ERROR: AddressSanitizer|runtime error:/.test(line))
  return { ended, findings: [...errors, ...leaks] }
}

function underValgrind(node, turns) {
  const { file, remove } = compile(node, [])
  const flags = [
    ...['--error-exitcode=9', `--suppressions=${SUPPRESSIONS}`, '--gen-suppressions=all', '--num-callers=40'],
    // V8 writes the code that it runs.
    '--smc-check=all-non-file',
    ...['--leak-check=full', '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite'],
  ]
  const ended = run('valgrind', [...flags, node, '--expose-gc', DRIVE, file, String(turns)])
  remove()
  const isWrong = ended.status !== 0 && !/^done/m.test(ended.stdout)
  const found = /ERROR SUMMARY: (\d+) errors/.exec(ended.stderr)?.[1]
  return { ended, findings: found === '0' && !isWrong ? [] : [ended.text] }
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      turns: { type: 'string', default: '20' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return process.stdout.write(HELP)
  const turns = Number(values.turns)
  const tools = {
    asan: node => underAsan(node, turns),
    valgrind: node => underValgrind(node, Math.ceil(turns / 5)),
  }
  for (const word of positionals.length > 0 ? positionals : [process.execPath]) {
    const node = /^\d+$/.test(word) ? await fetchNode(word) : word
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
    for (const [name, tool] of Object.entries(tools)) {
      if (values.only !== undefined && values.only !== name) continue
      const { ended, findings } = tool(node)
      const isDone = ended.status === 0 && /^done/m.test(ended.stdout)
      for (const finding of findings) process.stdout.write(`${finding}\n`)
      if (!isDone && findings.length === 0) process.stdout.write(ended.text)
      const verdict =
        isDone && findings.length === 0
          ? 'clean'
          : `${findings.length} findings, status ${ended.status ?? ended.signal}`
      process.stdout.write(
        `${name}, Node.js ${version}: ${verdict}; ${ended.stdout.trim().split('\n').pop()}\n`,
      )
      if (verdict !== 'clean') process.exitCode = 1
    }
  }
}

main().catch(error => {
  process.stderr.write(`${error.message}\n${HELP}`)
  process.exitCode = 1
})
