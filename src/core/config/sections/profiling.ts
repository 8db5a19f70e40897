/** Settings of the profiler. */

import { bool, int, list, oneOf, text } from '../rows'

/** V8 copes with more; but when samples are less than 100 µs apart, sampling itself is most of what they measure. */
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
    doc: 'Kinds of profiles that are made: `wall` (also called `cpu`), `space`, `events`.',
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
    doc: 'Keep the time of each sample, and profile garbage collections and slow operations (`events.pprof`).',
  }),
  profilingHotspots: bool({
    env: ['DD_PROFILING_CODEHOTSPOTS_ENABLED', 'DD_PROFILING_EXPERIMENTAL_CODEHOTSPOTS_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Label samples of profiles with the span that was running.',
  }),
  profilingEndpoints: bool({
    env: [
      'DD_PROFILING_ENDPOINT_COLLECTION_ENABLED',
      'DD_PROFILING_EXPERIMENTAL_ENDPOINT_COLLECTION_ENABLED',
    ],
    option: false,
    fallback: true,
    doc: 'Label samples of profiles with the endpoint that was served, and count requests by endpoint.',
  }),
  profilingAllocations: bool({
    env: ['DD_PROFILING_ALLOCATION_ENABLED', 'DD_PROFILING_EXPERIMENTAL_ALLOCATION_ENABLED'],
    option: false,
    fallback: false,
    doc: 'Count in heap profiles also objects that have been collected; Node.js 26 and later, and expensive.',
  }),
  profilingContextFrame: bool({
    env: 'DD_PROFILING_ASYNC_CONTEXT_FRAME_ENABLED',
    option: false,
    fallback: true,
    doc: 'Let the profiler read the running span from the async context of Node.js 24 and later, which costs the program nothing.',
  }),
  profilingRate: int({
    env: 'DD_PROFILING_SAMPLING_RATE',
    option: false,
    fallback: 99,
    min: 1,
    max: MAX_SAMPLES_PER_SECOND,
    doc: 'Samples of wall and CPU time per second.',
  }),
  profilingPeriod: int({
    env: 'DD_PROFILING_UPLOAD_PERIOD',
    option: false,
    fallback: 65,
    min: 1,
    max: 3600,
    unit: 's',
    doc: 'Time in seconds that one profile covers.',
  }),
  profilingUploadTimeout: int({
    env: 'DD_PROFILING_UPLOAD_TIMEOUT',
    option: false,
    fallback: 60_000,
    min: 1,
    unit: 'ms',
    doc: 'Longest time in ms that the upload of a profile may take, with all its attempts.',
  }),
  profilingHeapInterval: int({
    env: 'DD_PROFILING_HEAP_SAMPLING_INTERVAL',
    option: false,
    fallback: 524_288,
    min: 1024,
    unit: 'bytes',
    doc: 'Average number of bytes that are allocated between two samples of the heap.',
  }),
  profilingSourceMaps: bool({
    env: ['DD_PROFILING_SOURCE_MAP', 'DD_PROFILING_SOURCE_MAP_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Name functions, files and lines in profiles as the original sources do, by source maps.',
  }),
  profilingCompression: text({
    env: 'DD_PROFILING_DEBUG_UPLOAD_COMPRESSION',
    option: false,
    fallback: 'on',
    doc: 'Compression of profiles: `on` (zstd on Node.js 24 and later, else gzip), `off`, `gzip`, `gzip-1` to `gzip-9`, `zstd`, `zstd-1` to `zstd-22`.',
  }),
  profilingExporters: list({
    env: 'DD_PROFILING_EXPORTERS',
    option: false,
    fallback: ['agent'],
    doc: 'Destinations of profiles: `agent`, `file`.',
  }),
  profilingFilePrefix: text({
    env: 'DD_PROFILING_PPROF_PREFIX',
    option: false,
    fallback: '',
    doc: 'Beginning of the paths of profiles in files: `<prefix><type>_<process>_<thread>_<number>.pprof`.',
  }),
  profilingOom: bool({
    env: 'DD_PROFILING_EXPERIMENTAL_OOM_MONITORING_ENABLED',
    option: false,
    fallback: true,
    doc: 'When the heap is nearly full, let another process send its profile before this one dies.',
  }),
  profilingOomExtension: int({
    env: 'DD_PROFILING_EXPERIMENTAL_OOM_HEAP_LIMIT_EXTENSION_SIZE',
    option: false,
    fallback: 0,
    min: 0,
    unit: 'bytes',
    doc: 'Number of bytes by which the heap limit is raised when the heap is nearly full, so that its profile can be taken.',
  }),
  profilingOomExtensions: int({
    env: 'DD_PROFILING_EXPERIMENTAL_OOM_MAX_HEAP_EXTENSION_COUNT',
    option: false,
    fallback: 0,
    min: -1,
    doc: 'How many times the heap limit may be raised; -1 = no limit.',
  }),
  profilingOomStrategies: list({
    env: 'DD_PROFILING_EXPERIMENTAL_OOM_EXPORT_STRATEGIES',
    option: false,
    fallback: ['process'],
    doc: 'What to do when the heap is nearly full: `process` (another process sends a profile), `logs` (write the largest stacks to stderr).',
  }),
  profilingWorkaround: bool({
    env: 'DD_PROFILING_V8_PROFILER_BUG_WORKAROUND',
    option: false,
    fallback: true,
    doc: "Restart V8's profiler when it has stopped taking samples.",
  }),
  profilingLongLived: int({
    env: 'DD_INTERNAL_PROFILING_LONG_LIVED_THRESHOLD',
    option: false,
    fallback: 30_000,
    min: 0,
    unit: 'ms',
    doc: 'Age of the program in ms from which on it is profiled with `DD_PROFILING_ENABLED=auto`.',
  }),
} as const
