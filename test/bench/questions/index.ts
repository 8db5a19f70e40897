/** All questions; a new one is a file beside this one and a row here. */

import type { Question } from '../harness/question'
import { dogstatsd } from './dogstatsd'
import { expressPg } from './express-pg'
import { profilingRequests, profilingWork } from './profiling'
import { profilingPause } from './profiling-pause'
import { runtimeMetrics } from './runtime-metrics'
import { spans } from './spans'
import { startup } from './startup'

export const questions: readonly Question[] = [
  spans,
  expressPg,
  startup,
  profilingWork,
  profilingRequests,
  profilingPause,
  dogstatsd,
  runtimeMetrics,
]
