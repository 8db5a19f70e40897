/** Applications of Express 4 and 5 in this process. */

import { createServer } from 'node:http'
import type express from 'express'
import integration from '../../integrations/express/index'
import http from '../../integrations/http/index'
import router from '../../integrations/router/index'
import type { PlainSpan } from './collect'
import { type Collector, collect } from './collect'
import { folderWith, requireIn } from './packages'
import { type Listening, listen } from './web-server'

export type Express = typeof express

export const VERSIONS = [4, 5] as const
export type Version = (typeof VERSIONS)[number]

const INTEGRATIONS = [http, integration, router]

export interface Shop {
  express: Express
  collector: Collector
  /** Answers of a fresh application that `build` set up: the span of each request, in order. */
  ask(build: (app: ReturnType<Express>) => void, ...requests: string[]): Promise<Asked[]>
  stop(): void
}

export interface Asked {
  status: number
  text: string
  span: PlainSpan
}

/** `env`: settings of the tracer. */
export function openShop(version: Version, env: Record<string, string> = {}): Shop {
  const collector = collect(INTEGRATIONS, { env })
  const express = load(version)
  return {
    express,
    collector,
    async ask(build, ...requests) {
      const app = express()
      build(app)
      const server = await listen(createServer(app))
      const answers: Asked[] = []
      for (const request of requests) answers.push(await one(server, collector, request))
      await server.close()
      return answers
    },
    stop: () => collector.stop(),
  }
}

/** A copy of Express that was not loaded before. */
export function load(version: Version): Express {
  if (version === 4) return requireIn(folderWith('express', 'express4'), 'express') as Express
  return requireIn(folderWith('express', 'express'), 'express') as Express
}

/** `request`: method and path. */
async function one(server: Listening, collector: Collector, request: string): Promise<Asked> {
  const [method, path] = request.split(' ')
  const response = await fetch(server.url + path, { method })
  const text = await response.text()
  const spans = await collector.take(1)
  return { status: response.status, text, span: spans[0] }
}
