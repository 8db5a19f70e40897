/** Sampling priorities and mechanisms as they travel between services. */

export const USER_REJECT = -1
export const AUTO_REJECT = 0
export const AUTO_KEEP = 1
export const USER_KEEP = 2
/** No decision has been made yet; this value is never sent. */
export const UNDECIDED = -128

export const MECHANISM_DEFAULT = 0
export const MECHANISM_AGENT = 1
export const MECHANISM_RULE = 3
export const MECHANISM_MANUAL = 4
