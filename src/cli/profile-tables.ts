/** Renders profiles of a local agent: the list, and the most expensive functions of one profile. */

import type { FunctionCost, ProfileDetail, ProfileSummary, ProfileTop } from '../agent/api-types'
import { formatAmount, formatBytes, formatShare } from './amount'
import { type Column, renderColumns } from './columns'
import { formatDuration, formatTime } from './duration'
import { painter, type Screen } from './terminal'
import { clean, cut } from './text'

const PROFILE_COLUMNS: Column<ProfileSummary>[] = [
  { title: 'TIME', align: 'left', maxWidth: 12, value: profile => formatTime(profile.startMs) },
  { title: 'PROFILE', align: 'right', maxWidth: 9, value: profile => profile.id },
  { title: 'SERVICE', align: 'left', maxWidth: 24, value: profile => clean(profile.service) },
  { title: 'ENV', align: 'left', maxWidth: 12, value: profile => clean(profile.env) },
  { title: 'VERSION', align: 'left', maxWidth: 16, value: profile => clean(profile.version) },
  { title: 'LANGUAGE', align: 'left', maxWidth: 10, value: profile => clean(profile.language) },
  { title: 'TYPES', align: 'left', value: profile => profile.files.map(typeOf).join(' ') },
  { title: 'LENGTH', align: 'right', maxWidth: 12, value: profile => lengthOf(profile) },
  { title: 'SIZE', align: 'right', maxWidth: 9, value: profile => formatBytes(profile.bytes) },
  { title: 'REQUESTS', align: 'right', maxWidth: 9, value: profile => String(requestsOf(profile) || '') },
]

/** Returns a line of titles and a line for each profile. */
export function renderProfiles(profiles: readonly ProfileSummary[], screen: Screen): string {
  return renderColumns(PROFILE_COLUMNS, profiles, screen)
}

/** Returns a description of the profile, its most expensive functions, and its endpoints if it has any. */
export function renderTop(profile: ProfileDetail, top: ProfileTop, screen: Screen): string {
  const { total, profileTotal, unit, functions, functionCount, endpoints } = top
  const paint = painter(screen.color)
  const lines = [
    paint(
      cut(`profile ${profile.id}  ${clean(profile.service)}  ${clean(profile.env)}`, screen.width),
      'bold',
    ),
    cut(
      `${new Date(profile.startMs).toISOString()}  ${lengthOf(profile)}  ${filesOf(profile)}`,
      screen.width,
    ),
    cut(
      `${clean(top.type)}: ${formatAmount(total, unit)}` +
        (total === profileTotal
          ? ''
          : ` (${formatShare(total, profileTotal)} of ${formatAmount(profileTotal, unit)})`),
      screen.width,
    ),
    '',
  ]
  const text = `${lines.join('\n')}\n`
  if (functions.length === 0) return `${text}no samples that match\n`
  const rest = functionCount - functions.length
  return (
    text +
    renderColumns(functionColumns(top), functions, screen) +
    (rest > 0 ? `${rest} more: --limit ${functionCount}\n` : '') +
    (endpoints.length > 0 ? `\n${renderColumns(endpointColumns(top, profile), endpoints, screen)}` : '')
  )
}

function functionColumns({ total, unit }: ProfileTop): Column<FunctionCost>[] {
  return [
    { title: 'SELF', align: 'right', maxWidth: 12, value: cost => formatAmount(cost.self, unit) },
    { title: 'SELF%', align: 'right', maxWidth: 7, value: cost => formatShare(cost.self, total) },
    { title: 'TOTAL', align: 'right', maxWidth: 12, value: cost => formatAmount(cost.total, unit) },
    { title: 'TOTAL%', align: 'right', maxWidth: 7, value: cost => formatShare(cost.total, total) },
    { title: 'FUNCTION', align: 'left', maxWidth: 40, value: cost => clean(cost.name) },
    { title: 'WHERE', align: 'left', value: ({ file, line }) => clean(line > 0 ? `${file}:${line}` : file) },
  ]
}

function endpointColumns(
  { total, unit }: ProfileTop,
  { endpointCounts }: ProfileSummary,
): Column<ProfileTop['endpoints'][number]>[] {
  const countOf = (endpoint: string) => endpointCounts[endpoint] ?? 0
  return [
    { title: 'VALUE', align: 'right', maxWidth: 12, value: ({ value }) => formatAmount(value, unit) },
    { title: 'VALUE%', align: 'right', maxWidth: 7, value: ({ value }) => formatShare(value, total) },
    {
      title: 'REQUESTS',
      align: 'right',
      maxWidth: 9,
      value: ({ endpoint }) => String(countOf(endpoint) || ''),
    },
    {
      title: 'EACH',
      align: 'right',
      maxWidth: 12,
      value: ({ endpoint, value }) =>
        countOf(endpoint) > 0 ? formatAmount(value / countOf(endpoint), unit) : '',
    },
    { title: 'ENDPOINT', align: 'left', value: ({ endpoint }) => clean(endpoint) },
  ]
}

function lengthOf({ startMs, endMs }: ProfileSummary): string {
  return formatDuration(endMs - startMs)
}

function requestsOf({ endpointCounts }: ProfileSummary): number {
  return Object.values(endpointCounts).reduce((sum, count) => sum + count, 0)
}

/** Returns a file's name without its ending. */
function typeOf({ name }: { name: string }): string {
  return clean(name.split('.', 1)[0])
}

function filesOf({ files }: ProfileSummary): string {
  return files.map(({ name, bytes }) => `${clean(name)} (${formatBytes(bytes)})`).join(', ')
}
