/** The text of a sampling rate that travels as `_dd.p.ksr`. */

/** At most six decimals, no trailing zeros: 1, 0.5, 0.000001; 0 for what is smaller. */
export function formatRate(rate: number): string {
  if (rate === 1) return '1'
  const text = rate.toFixed(6)
  let end = text.length
  while (text.charCodeAt(end - 1) === 48 /* 0 */) end--
  return text.slice(0, text.charCodeAt(end - 1) === 46 /* . */ ? end - 1 : end)
}
