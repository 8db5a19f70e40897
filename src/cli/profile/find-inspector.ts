/** Finds the address of a process's inspector, and opens the inspector if it is not open. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { CommandError } from '../usage'

/** The inspector of a process. */
export interface FoundInspector {
  /** URL of the inspector's websocket. */
  url: string
  /** Whether the inspector was open before and has to stay open. */
  wasOpen: boolean
}

interface Target {
  title?: string
  webSocketDebuggerUrl?: string
}

const DEFAULT_PORT = 9229
const OPENING_MS = 10_000
const LOOK_MS = 50
/** How long to wait for a new port, which a busy thread opens at its next turn, before its other ports are tried. */
const OWN_PORTS_MS = 3000
const ANSWER_MS = 2000

/** Returns the inspector of a process, opened if needed. Throws a `CommandError` if it does not open. */
export async function openInspector(pid: number): Promise<FoundInspector> {
  const named = namedPorts(pid)
  const before = listeningPorts(pid)
  const open = await firstTarget(
    pid,
    named.filter(port => before === undefined || before.has(port)),
  )
  if (open !== undefined)
    return { url: open, wasOpen: true }
    // Sends SIGUSR1, or does what replaces it on this system.
  ;(process as unknown as { _debugProcess(pid: number): void })._debugProcess(pid)
  const startMs = Date.now()
  for (; Date.now() < startMs + OPENING_MS; await pause(LOOK_MS)) {
    const now = listeningPorts(pid)
    const fresh = now === undefined ? named : [...now].filter(port => !before?.has(port))
    const url = await firstTarget(pid, fresh)
    if (url !== undefined) return { url, wasOpen: false }
    // The program may have opened the inspector at any port by itself. Its other ports are tried late, as they belong to
    // the application.
    if (now === undefined || Date.now() < startMs + OWN_PORTS_MS) continue
    const known = await firstTarget(pid, [...now])
    if (known !== undefined) return { url: known, wasOpen: true }
  }
  throw new CommandError(await explain(pid, named))
}

async function firstTarget(pid: number, ports: readonly number[]): Promise<string | undefined> {
  const isKnown = listeningPorts(pid) !== undefined
  for (const port of ports) {
    for (const { title = '', webSocketDebuggerUrl } of (await targetsAt(port)) ?? []) {
      // If the system does not tell which process has the port, the title does: `node[1234]`.
      if (webSocketDebuggerUrl !== undefined && (isKnown || title.endsWith(`[${pid}]`)))
        return webSocketDebuggerUrl
    }
  }
  return undefined
}

async function explain(pid: number, ports: readonly number[]): Promise<string> {
  for (const port of ports) {
    const targets = await targetsAt(port)
    if (targets !== undefined) {
      const who = targets[0]?.title ?? 'another program'
      return `port ${port} is taken by ${who}: the inspector of ${pid} cannot open; end that first, or start the program with --inspect-port=0`
    }
  }
  return `the inspector of process ${pid} did not open within ${OPENING_MS / 1000} s: the process is stopped, its port is taken (its stderr says so), or it lives in another container`
}

/** Returns the ports that the process's options name for the inspector, and the default port. */
function namedPorts(pid: number): number[] {
  const ports: number[] = []
  for (const file of ['cmdline', 'environ']) {
    try {
      const text = readFileSync(`/proc/${pid}/${file}`, 'latin1')
      for (const [, port] of text.matchAll(
        /--(?:inspect|debug)[a-z-]{0,32}[=\0 ](?:[^\s\0]{0,255}:)?(\d{1,5})(?=[\s\0]|$)/g,
      ))
        ports.push(Number(port))
    } catch {}
  }
  return [...ports, DEFAULT_PORT]
}

/** Returns the TCP ports on which the process listens; undefined on systems other than Linux, which do not tell. */
function listeningPorts(pid: number): Set<number> | undefined {
  try {
    const sockets = new Set<string>()
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const socket = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))
      if (socket !== null) sockets.add(socket[1])
    }
    const ports = new Set<number>()
    for (const table of ['tcp', 'tcp6']) {
      for (const line of readFileSync(`/proc/${pid}/net/${table}`, 'latin1').split('\n').slice(1)) {
        // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode; 0A = listening (proc_net_tcp.txt)
        const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
        if (state === '0A' && sockets.has(inode)) ports.add(Number.parseInt(local.split(':')[1], 16))
      }
    }
    return ports
  } catch {
    return undefined
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** Resolves with the inspector targets at a port; undefined if nothing answers, empty if it is not an inspector. */
function targetsAt(port: number): Promise<Target[] | undefined> {
  return new Promise(resolve => {
    const asked = get(
      { host: '127.0.0.1', port, path: '/json/list', timeout: ANSWER_MS, agent: false },
      response => {
        let text = ''
        response.setEncoding('utf8').on('data', part => {
          text += part
        })
        response.on('end', () => resolve(readTargets(text)))
        response.on('error', () => resolve([]))
      },
    )
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(undefined))
  })
}

function readTargets(text: string): Target[] {
  try {
    const targets: unknown = JSON.parse(text)
    return Array.isArray(targets) ? targets : []
  } catch {
    return []
  }
}
