/** Exporters of profiles: to the agent, and into files. */

import { writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { threadId } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import { type AgentAddress, parseAgentUrl } from '../core/agent-url'
import type { Config } from '../core/config/resolve'
import { containerHeaders } from '../core/container'
import { runDetached } from '../core/detached-context'
import { fence } from '../core/fence'
import { log } from '../core/log'
import { openTransport } from '../core/open-transport'
import { sendAtExit } from '../core/send-at-exit'
import type { Compress } from './compress'
import { eventOf } from './event'
import type { ProfilerFacts } from './facts'
import type { ProfileExporter, ProfileSet } from './types'
import { type Attachment, upload, uploadRequest } from './upload'

/** Longest wait for the agent's answer while the process exits. */
const EXIT_MS = 500

/** Returns an exporter that sends to the agent, over a connection of its own so that a slow upload delays no traces. */
export function agentExporter(
  config: Config,
  compress: Compress,
  facts: () => ProfilerFacts,
): ProfileExporter {
  const transport = openTransport(config)
  const { tracerVersion } = facts()
  const headers = identityHeaders(tracerVersion, config.externalEnv)
  const eventFor = (set: ProfileSet, attachments: readonly Attachment[]): object =>
    eventOf(
      config,
      facts(),
      set,
      attachments.map(([name]) => name),
    )
  let isClosed = false
  return {
    async export(set) {
      const attachments: Attachment[] = []
      for (const [type, bytes] of Object.entries(set.files))
        attachments.push([`${type}.pprof`, await compress(bytes)])
      const settings = {
        transport,
        headers,
        timeoutMs: config.profilingUploadTimeout,
        isOver: () => isClosed,
      }
      await upload(settings, eventFor(set, attachments), attachments)
    },
    exportNow(set) {
      fence('last profile', () => {
        const attachments = Object.entries(set.files).map(
          ([type, bytes]): Attachment => [`${type}.pprof`, gzipSync(bytes)],
        )
        const address = parseAgentUrl(transport.url) as AgentAddress
        const request = uploadRequest(headers, eventFor(set, attachments), attachments)
        if (!sendAtExit(address, [request], EXIT_MS)[0])
          log.warn('last profile', 'the last profile is lost: the agent did not accept it in time')
      })
    },
    setUrl: next => void transport.setUrl(next),
    close() {
      isClosed = true
      transport.close()
    },
  }
}

/** Returns the headers that name the sender. `dd-trace-js` is one of the origins that the intake knows. */
export function identityHeaders(
  tracerVersion: string,
  externalEnv: string | undefined,
): Record<string, string> {
  return {
    'DD-EVP-ORIGIN': 'dd-trace-js',
    'DD-EVP-ORIGIN-VERSION': tracerVersion,
    ...containerHeaders(externalEnv),
  }
}

/** Returns the path of a profile's file: `<prefix><type>_<process>_<thread>_<number>.pprof`. */
export function profilePath(prefix: string, type: string, number: number, pid = process.pid): string {
  return `${prefix}${type}_${pid}_${threadId}_${number}.pprof`
}

/** Returns an exporter that writes a file for each profile, compressed as uploads are. */
export function fileExporter(prefix: string, compress: Compress): ProfileExporter {
  return {
    async export({ files, number }: ProfileSet) {
      for (const [type, bytes] of Object.entries(files)) {
        const path = profilePath(prefix, type, number)
        try {
          await runDetached(async () => writeFile(path, await compress(bytes)))
        } catch (error) {
          sayNotWritten(error)
        }
      }
    },
    exportNow({ files, number }) {
      try {
        for (const [type, bytes] of Object.entries(files))
          writeFileSync(profilePath(prefix, type, number), gzipSync(bytes))
      } catch (error) {
        sayNotWritten(error)
      }
    },
  }
}

function sayNotWritten(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error)
  log.warn('profile file', `a profile cannot be written: ${reason}`)
}
