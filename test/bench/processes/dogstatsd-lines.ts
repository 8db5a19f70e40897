/** Counts lines of DogStatsD. */

/** A count stands for as many calls as it says, anything else for one a value. */
export function countCalls(packet: string, name: string): number {
  let calls = 0
  for (const line of packet.split('\n')) {
    if (!line.startsWith(`${name}:`)) continue
    const end = line.indexOf('|')
    const values = line.slice(name.length + 1, end).split(':')
    calls += line[end + 1] === 'c' ? values.reduce((sum, value) => sum + Number(value), 0) : values.length
  }
  return calls
}
