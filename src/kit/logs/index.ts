/** What the integrations of loggers share. */

export { LogCorrelation } from './correlation'
export { withDd } from './json-line'
