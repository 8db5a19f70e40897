/** Sampling priorities. */

export const USER_REJECT = -1
export const AUTO_REJECT = 0
export const AUTO_KEEP = 1
export const USER_KEEP = 2
