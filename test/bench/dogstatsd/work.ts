/** The work of each DogStatsD client: equal calls with two tags, as in a service. */

export interface DogstatsdSubject {
  increment(tags: Tags): void
  distribution(value: number, tags: Tags): void
  flush(): Promise<void>
}

export type Tags = { route: string; status: number }

export type Method = 'increment' | 'distribution'

export const NAME = 'bench.calls'
const ROUTES = ['/', '/login', '/users/:id', '/orders', '/orders/:id', '/cart', '/health', '/search']
const STATUSES = [200, 201, 404]

/** Calls number `from` to `to`. The literal of tags is new each time, as it is in a service. */
export function call(subject: DogstatsdSubject, method: Method, from: number, to: number): void {
  if (method === 'increment') {
    for (let index = from; index < to; index++) {
      subject.increment({ route: ROUTES[index & 7], status: STATUSES[index % 3] })
    }
  } else {
    for (let index = from; index < to; index++) {
      subject.distribution((index % 1000) / 8, { route: ROUTES[index & 7], status: STATUSES[index % 3] })
    }
  }
}
