/** Sampling priorities and mechanisms, in the form in which headers carry these between services. */

/** Sampling priorities of dropped traces: by a rule or in code (-1), and by the rate of the agent (0). */
export const USER_REJECT = -1
export const AUTO_REJECT = 0
/** Sampling priorities of kept traces: by the rate of the agent (1), and by a rule or in code (2). */
export const AUTO_KEEP = 1
export const USER_KEEP = 2
/** No decision has been made yet; this value is never sent. */
export const UNDECIDED = -128

/** Sampling mechanisms, as values of `_dd.p.dm`: built-in rate, rate of the agent, rule, decision in code. */
export const MECHANISM_DEFAULT = 0
export const MECHANISM_AGENT = 1
export const MECHANISM_RULE = 3
export const MECHANISM_MANUAL = 4
