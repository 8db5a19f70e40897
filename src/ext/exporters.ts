/** Names of the ways in which traces leave the process. */

export const AGENT = 'agent'
