/** Settings of the profiler. */

import { bool, int, list, oneOf, text } from './rows'

/** V8 copes with more, and below 100 µs the samples are what is measured. */
const MAX_SAMPLES_PER_SECOND = 1000

export const profilingRows = {
  profiling: oneOf(['false', 'true', 'auto'], {
    env: ['DD_PROFILING_ENABLED', 'DD_EXPERIMENTAL_PROFILING_ENABLED'],
    fallback: 'false',
    synonyms: { '1': 'true', '0': 'false' },
    doc: 'Profile CPU, wall time and heap; `auto`: once the program has lived for 30 seconds and made a span.',
  }),
  profilingTypes: list({
    env: 'DD_PROFILING_PROFILERS',
    option: false,
    fallback: ['space', 'wall'],
    doc: 'Which: `wall` (also called `cpu`), `space`, `events`.',
  }),
  profilingWall: bool({
    env: ['DD_PROFILING_WALLTIME_ENABLED', 'DD_PROFILING_EXPERIMENTAL_WALLTIME_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Profile wall time (`wall.pprof`).',
  }),
  profilingHeap: bool({
    env: ['DD_PROFILING_HEAP_ENABLED', 'DD_PROFILING_EXPERIMENTAL_HEAP_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Profile the heap (`space.pprof`).',
  }),
  profilingCpu: bool({
    env: ['DD_PROFILING_CPU_ENABLED', 'DD_PROFILING_EXPERIMENTAL_CPU_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Profile CPU time as well, in `wall.pprof`.',
  }),
  profilingTimeline: bool({
    env: ['DD_PROFILING_TIMELINE_ENABLED', 'DD_PROFILING_EXPERIMENTAL_TIMELINE_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Samples keep their time, and `events.pprof` shows collections of garbage and slow operations.',
  }),
  profilingHotspots: bool({
    env: ['DD_PROFILING_CODEHOTSPOTS_ENABLED', 'DD_PROFILING_EXPERIMENTAL_CODEHOTSPOTS_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Samples carry the span that ran.',
  }),
  profilingEndpoints: bool({
    env: [
      'DD_PROFILING_ENDPOINT_COLLECTION_ENABLED',
      'DD_PROFILING_EXPERIMENTAL_ENDPOINT_COLLECTION_ENABLED',
    ],
    option: false,
    fallback: true,
    doc: 'Samples carry the endpoint that was served, and requests are counted by endpoint.',
  }),
  profilingAllocations: bool({
    env: ['DD_PROFILING_ALLOCATION_ENABLED', 'DD_PROFILING_EXPERIMENTAL_ALLOCATION_ENABLED'],
    option: false,
    fallback: false,
    doc: 'Count objects that are gone already, too; Node.js 26 and later, and dear.',
  }),
  profilingContextFrame: bool({
    env: 'DD_PROFILING_ASYNC_CONTEXT_FRAME_ENABLED',
    option: false,
    fallback: true,
    doc: 'Read the running span out of the async context of Node.js 24 and later, which costs the program nothing.',
  }),
  profilingRate: int({
    env: 'DD_PROFILING_SAMPLING_RATE',
    option: false,
    fallback: 99,
    min: 1,
    max: MAX_SAMPLES_PER_SECOND,
    doc: 'Samples of wall and CPU time a second.',
  }),
  profilingPeriod: int({
    env: 'DD_PROFILING_UPLOAD_PERIOD',
    option: false,
    fallback: 65,
    min: 1,
    max: 3600,
    unit: 's',
    doc: 'How long a profile is.',
  }),
  profilingUploadTimeout: int({
    env: 'DD_PROFILING_UPLOAD_TIMEOUT',
    option: false,
    fallback: 60_000,
    min: 1,
    unit: 'ms',
    doc: 'Time in which an upload has to succeed, with all its attempts.',
  }),
  profilingHeapInterval: int({
    env: 'DD_PROFILING_HEAP_SAMPLING_INTERVAL',
    option: false,
    fallback: 524_288,
    min: 1024,
    unit: 'bytes',
    doc: 'Allocated between two samples of the heap, on average.',
  }),
  profilingSourceMaps: bool({
    env: ['DD_PROFILING_SOURCE_MAP', 'DD_PROFILING_SOURCE_MAP_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Name functions, files and lines as the sources do that were compiled.',
  }),
  profilingCompression: text<string>({
    env: 'DD_PROFILING_DEBUG_UPLOAD_COMPRESSION',
    option: false,
    fallback: 'on',
    doc: '`on` (zstd on Node.js 24 and later, else gzip), `off`, `gzip`, `gzip-1` to `gzip-9`, `zstd`, `zstd-1` to `zstd-22`.',
  }),
  profilingExporters: list({
    env: 'DD_PROFILING_EXPORTERS',
    option: false,
    fallback: ['agent'],
    doc: 'Where profiles go: `agent`, `file`.',
  }),
  profilingFilePrefix: text<string>({
    env: 'DD_PROFILING_PPROF_PREFIX',
    option: false,
    fallback: '',
    doc: 'What the paths of profiles in files begin with: `<prefix><type>_<process>_<thread>_<number>.pprof`.',
  }),
  profilingOom: bool({
    env: 'DD_PROFILING_EXPERIMENTAL_OOM_MONITORING_ENABLED',
    option: false,
    fallback: true,
    doc: 'When the heap is nearly full, its profile is sent by another process before this one dies.',
  }),
  profilingOomExtension: int({
    env: 'DD_PROFILING_EXPERIMENTAL_OOM_HEAP_LIMIT_EXTENSION_SIZE',
    option: false,
    fallback: 0,
    min: 0,
    unit: 'bytes',
    doc: 'How much the limit is raised then, for the profile to be taken.',
  }),
  profilingOomExtensions: int({
    env: 'DD_PROFILING_EXPERIMENTAL_OOM_MAX_HEAP_EXTENSION_COUNT',
    option: false,
    fallback: 0,
    min: -1,
    doc: 'How often at most; -1: as often as it takes.',
  }),
  profilingOomStrategies: list({
    env: 'DD_PROFILING_EXPERIMENTAL_OOM_EXPORT_STRATEGIES',
    option: false,
    fallback: ['process'],
    doc: 'What is done then: `process` (sends a profile), `logs` (writes the largest stacks to stderr).',
  }),
  profilingWorkaround: bool({
    env: 'DD_PROFILING_V8_PROFILER_BUG_WORKAROUND',
    option: false,
    fallback: true,
    doc: "Restart V8's profiler where it has stopped to take samples.",
  }),
  profilingLongLived: int({
    env: 'DD_INTERNAL_PROFILING_LONG_LIVED_THRESHOLD',
    option: false,
    fallback: 30_000,
    min: 0,
    unit: 'ms',
    doc: 'Age of the program from which on `auto` profiles it.',
  }),
} as const
